use std::sync::Mutex;

async fn answer() {}

async fn handler(total: &Mutex<u64>) {
    let mut guard = total.lock().unwrap();
    answer().await;
    *guard += 1;
}

fn spawn(_task: impl Future + Send) {}

fn main() {
    spawn(handler(&Mutex::new(0)));
}
