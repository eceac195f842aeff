use std::sync::Mutex;
use std::thread;

fn main() {
    let words = Mutex::new(Vec::new());
    thread::scope(|scope| {
        scope.spawn(|| words.lock().unwrap().push("a"));
    });
}
