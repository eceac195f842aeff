use std::sync::Mutex;

fn main() {
    let counter = Mutex::new(0);
    let guard = counter.lock().unwrap();
    println!("{}", *guard + *counter.lock().unwrap());
}
