use std::sync::Mutex;

fn main() {
    let words = Mutex::new(vec!["a"]);
    let guard = words.lock().unwrap();
    let first = guard.first().unwrap();
    println!("{first}");
    drop(guard);
}
