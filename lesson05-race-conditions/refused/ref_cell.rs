use std::cell::RefCell;
use std::thread;

fn main() {
    let words = RefCell::new(Vec::new());
    thread::scope(|scope| {
        scope.spawn(|| words.borrow_mut().push("a"));
    });
}
