use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

#[unsafe(no_mangle)]
pub fn load_then_store(counter: &AtomicU64) {
    counter.store(counter.load(Relaxed) + 1, Relaxed);
}

#[unsafe(no_mangle)]
pub fn fetch_add(counter: &AtomicU64) {
    counter.fetch_add(1, Relaxed);
}
