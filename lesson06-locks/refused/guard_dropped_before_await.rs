use std::sync::Mutex;

async fn answer() {}

async fn handler(total: &Mutex<u64>) {
    *total.lock().unwrap() += 1;
    answer().await;
}

fn spawn(_task: impl Future + Send) {}

fn main() {
    spawn(handler(&Mutex::new(0)));
}
