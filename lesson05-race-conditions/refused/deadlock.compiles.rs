use std::sync::Mutex;
use std::thread;

fn main() {
    let (a, b) = (Mutex::new(0), Mutex::new(0));
    thread::scope(|scope| {
        scope.spawn(|| *a.lock().unwrap() += *b.lock().unwrap());
        scope.spawn(|| *b.lock().unwrap() += *a.lock().unwrap());
    });
}
