use std::thread;

fn main() {
    let mut counter = 0;
    let address = (&raw mut counter).addr();
    let worker = thread::spawn(move || println!("{address:#x}"));
    worker.join().unwrap();
}
