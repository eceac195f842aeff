use std::thread;

fn main() {
    let mut counter = 0;
    let pointer = &raw mut counter;
    let worker = thread::spawn(move || println!("{pointer:?}"));
    worker.join().unwrap();
}
