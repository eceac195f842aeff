use std::sync::Arc;
use std::thread;

fn main() {
    let shared = Arc::new(1);
    let worker = thread::spawn(move || println!("{shared}"));
    worker.join().unwrap();
}
