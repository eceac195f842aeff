//! Work for a core that takes a known time and cannot be optimised away.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// A number of rounds of arithmetic that takes about the same time at each call.
#[derive(Debug, Clone, Copy)]
pub struct Work {
    rounds: u64,
}

impl Work {
    /// Work of a given number of rounds.
    pub fn rounds(rounds: u64) -> Self {
        Work { rounds }
    }

    /// Work that takes about `duration` on one core of this machine, by trying: the fastest of a few trials counts,
    /// because a trial can only be disturbed towards slower.
    pub fn taking(duration: Duration) -> Self {
        let trial = Work::rounds(20_000);
        let fastest = (0..5)
            .map(|_| {
                let start = Instant::now();
                trial.run();
                start.elapsed()
            })
            .min()
            .unwrap_or_default();
        let rounds = trial.rounds as f64 * duration.as_secs_f64() / fastest.as_secs_f64().max(1e-9);
        Work::rounds((rounds as u64).max(1))
    }

    /// Does the work. The result means nothing; it depends on every round, so none can be left out.
    pub fn run(self) -> u64 {
        let mut state = 1u64;
        for _ in 0..self.rounds {
            state = black_box(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407));
        }
        state
    }
}
