use std::thread;

fn main() {
    let words = vec!["a", "b"];
    let worker = thread::spawn(move || words.len());
    worker.join().unwrap();
}
