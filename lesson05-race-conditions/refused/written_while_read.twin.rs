use std::thread;

fn main() {
    let mut counter = 0;
    thread::scope(|scope| {
        let reader = scope.spawn(|| counter + 1);
        reader.join().unwrap();
    });
    counter += 2;
    println!("{counter}");
}
