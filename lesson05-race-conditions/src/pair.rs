//! Two threads that really meet.
//!
//! A fresh pair of threads for each trial almost never overlaps: the first has ended before the second is started. These
//! two live through all trials and wait for each other before each.

use std::sync::atomic::{AtomicUsize, Ordering::AcqRel, Ordering::Acquire, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

/// After this no further trial begins: on a busy machine two threads can wait long for each other.
const PATIENCE: Duration = Duration::from_millis(250);

/// Makes a place for each trial, runs `first` and `second` on it at the same time, and returns the places for judging:
/// at most as many as `trials`.
///
/// All places are made beforehand: one that was reset between two trials would need a lock of its own.
pub fn trials<T: Sync>(
    trials: usize,
    make: impl Fn() -> T,
    first: impl Fn(&T) + Sync,
    second: impl Fn(&T) + Sync,
) -> Vec<T> {
    let mut places: Vec<T> = (0..trials).map(|_| make()).collect();
    let (arrived, end) = (AtomicUsize::new(0), AtomicUsize::new(trials));
    let run = |side: &(dyn Fn(&T) + Sync), start: Option<Instant>| {
        for (number, place) in places.iter().enumerate() {
            if start.is_some_and(|start| start.elapsed() > PATIENCE) {
                // Said by number and before the meeting, so that both stop at the same trial. Relaxed: the meeting
                // orders it.
                end.fetch_min(number, Relaxed);
            }
            // AcqRel, Acquire: what either did in the last trial is over for both before the next begins.
            arrived.fetch_add(1, AcqRel);
            while arrived.load(Acquire) < 2 * (number + 1) {
                // Not a spin: on one core the other could not come while this one waits for it.
                thread::yield_now();
            }
            if number >= end.load(Relaxed) {
                break;
            }
            side(place);
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| run(&first, Some(Instant::now())));
        scope.spawn(|| run(&second, None));
    });
    places.truncate(end.into_inner());
    places
}
