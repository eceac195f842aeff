//! Whether threads wait for each other for ever.

/// How many threads wait for each other in a circle, as parking_lot sees it: not "may happen" but "has happened". The feature costs a few
/// nanoseconds a lock, so the benches switch it off.
#[cfg(feature = "detector")]
pub fn threads_in_a_circle() -> Option<usize> {
    let start = std::time::Instant::now();
    while start.elapsed() < std::time::Duration::from_secs(10) {
        if let Some(circle) = parking_lot::deadlock::check_deadlock().first() {
            return Some(circle.len());
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    Some(0)
}

/// Nobody looks.
#[cfg(not(feature = "detector"))]
pub fn threads_in_a_circle() -> Option<usize> {
    None
}
