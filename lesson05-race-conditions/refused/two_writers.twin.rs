use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;

fn main() {
    let counter = AtomicU64::new(0);
    thread::scope(|scope| {
        scope.spawn(|| counter.fetch_add(1, Relaxed));
        scope.spawn(|| counter.fetch_add(1, Relaxed));
    });
}
