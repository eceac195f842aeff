use std::sync::Mutex;

fn main() {
    let words = Mutex::new(vec!["a"]);
    let first = words.lock().unwrap().first().unwrap();
    println!("{first}");
}
