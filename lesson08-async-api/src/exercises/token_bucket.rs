//! **Goal**: A rate limit that allows bursts, exact to the nanosecond, in two numbers of state.
//!
//! **Minutes**: 15

use std::time::Duration;

/// A bucket of tokens: each request takes one, and they come back at a steady rate.
#[derive(Debug, Clone)]
pub struct TokenBucket {
    burst: u32,
    every: Duration,
    /// The latest time that was said.
    last: Duration,
    /// Yours: whatever you need to remember. Times are those of [`take`](TokenBucket::take)'s clock.
    state: Duration,
}

impl TokenBucket {
    /// A full bucket of `burst` tokens, at least 1. One comes back each `every`, in fractions: half of one after half
    /// the time. It never holds more than `burst`.
    pub fn new(burst: u32, every: Duration) -> Self {
        TokenBucket { burst, every, last: Duration::ZERO, state: Duration::ZERO }
    }

    /// Takes a token at the time `now`, counted from when the bucket was made. A time earlier than the last one, which
    /// a clock may say, counts as the last one.
    ///
    /// # Errors
    /// If there is no whole token: how long it takes until there is one. Nothing is taken then.
    pub fn take(&mut self, now: Duration) -> Result<(), Duration> {
        todo!("when will the bucket be full again?")
    }
}
