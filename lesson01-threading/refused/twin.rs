use std::thread;

fn main() {
    let mut counter = 0;
    thread::scope(|scope| {
        scope.spawn(|| (0..1_000_000).for_each(|_| counter += 1));
    });
    println!("{counter}");
}
