use std::sync::Mutex;
use std::thread;

fn main() {
    let counter = Mutex::new(0);
    let guard = counter.lock().unwrap();
    thread::scope(|scope| {
        scope.spawn(move || drop(guard));
    });
}
