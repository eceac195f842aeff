//! A rate limit that allows bursts, exact to the nanosecond.

use std::time::Duration;

/// A bucket of tokens: each request takes one, and they come back at a steady rate.
#[derive(Debug, Clone)]
pub struct TokenBucket {
    burst: u32,
    every: Duration,
    /// The latest time that was said.
    last: Duration,
    /// When it will be full again. One time says all: how many tokens there are, and the fraction of the next.
    state: Duration,
}

impl TokenBucket {
    /// A full bucket of `burst` tokens; one comes back each `every`, in fractions.
    pub fn new(burst: u32, every: Duration) -> Self {
        TokenBucket { burst, every, last: Duration::ZERO, state: Duration::ZERO }
    }

    /// Takes a token at the time `now`.
    ///
    /// # Errors
    /// If there is no whole token: how long it takes until there is one.
    pub fn take(&mut self, now: Duration) -> Result<(), Duration> {
        let now = self.last.max(now);
        self.last = now;
        let full_at = self.state.max(now) + self.every; // if this one is taken
        let missing = full_at - now;
        let whole = self.every * self.burst; // the time that an empty bucket takes to be full
        if missing > whole {
            return Err(missing - whole);
        }
        self.state = full_at;
        Ok(())
    }
}
