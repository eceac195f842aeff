use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Runs `work` in a thread of its own and returns what it returns: a hang becomes a failure.
///
/// A thread cannot be stopped from outside. One that hangs goes on hanging until the process ends.
///
/// # Panics
/// With `work`'s own panic, or if `work` has not ended in time.
pub fn within<T: Send + 'static>(limit: Duration, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, result) = mpsc::channel();
    let name = thread::current().name().unwrap_or("within").to_owned();
    thread::Builder::new()
        .name(name)
        // The receiver is gone only when the limit is over: then nobody wants the result.
        .spawn(move || drop(done.send(panic::catch_unwind(AssertUnwindSafe(work)))))
        .unwrap_or_else(|error| panic!("cannot start a thread: {error}"));
    match result.recv_timeout(limit) {
        Ok(Ok(value)) => value,
        Ok(Err(panic)) => panic::resume_unwind(panic),
        Err(_) => panic!("still running after {limit:?}: a deadlock, a lost wake-up or an endless loop"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_comes_back() {
        assert_eq!(within(Duration::from_secs(60), || 6 * 7), 42);
    }

    #[test]
    #[should_panic(expected = "its own words")]
    fn a_panic_comes_back() {
        within(Duration::from_secs(60), || panic!("its own words"));
    }

    #[test]
    #[should_panic(expected = "still running")]
    fn a_hang_is_a_failure() {
        within(Duration::from_millis(10), || thread::park_timeout(Duration::from_secs(600)));
    }
}
