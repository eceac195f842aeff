use std::sync::Arc;
use std::thread;

fn main() {
    let words = Arc::new(vec!["a", "b"]);
    let shared = Arc::clone(&words);
    let first = thread::spawn(move || shared.len());
    let second = thread::spawn(move || words.len());
    first.join().unwrap();
    second.join().unwrap();
}
