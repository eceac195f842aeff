static mut COUNTER: u64 = 0;

fn main() {
    COUNTER += 1;
}
