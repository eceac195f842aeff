use std::thread;

fn main() {
    let mut counter = 0;
    thread::scope(|scope| {
        let reader = scope.spawn(|| counter + 1);
        counter = 2;
        reader.join().unwrap();
    });
    println!("{counter}");
}
