use std::sync::Mutex;

fn main() {
    let words = Mutex::new(vec!["a"]);
    let words = words.lock().unwrap();
    let first = words.first().unwrap();
    println!("{first}");
}
