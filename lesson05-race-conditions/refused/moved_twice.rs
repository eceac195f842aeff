use std::thread;

fn main() {
    let words = vec!["a", "b"];
    let first = thread::spawn(move || words.len());
    let second = thread::spawn(move || words.len());
    first.join().unwrap();
    second.join().unwrap();
}
