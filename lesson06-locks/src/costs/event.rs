//! Two threads that wait for each other.

use std::thread;

use common::measure;

use super::pin;
use crate::primitives::event::Event;

/// How often two threads hand over.
const TURNS: u32 = 2_000;

/// Two threads hand a turn to each other; how many hand-overs a second.
pub fn ping_pong<const SPIN: u32>() -> f64 {
    let (ping, pong) = (Event::<SPIN>::with_spin(), Event::<SPIN>::with_spin());
    let two_threads = || {
        thread::scope(|scope| {
            scope.spawn(|| {
                pin(1);
                for _ in 0..TURNS {
                    ping.wait();
                    ping.clear();
                    pong.set();
                }
            });
            scope.spawn(|| {
                pin(0);
                for _ in 0..TURNS {
                    ping.set();
                    pong.wait();
                    pong.clear();
                }
            });
        });
    };
    let ((), seconds) = measure::time(two_threads);
    f64::from(2 * TURNS) / seconds
}
