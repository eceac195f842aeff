//! How often a key may ask: a bucket of tokens for each, in memory.
//!
//! Of a bucket only the moment is kept at which it is full again. A bucket that is full needs no memory at all.

use crate::model::{KeyId, KeyLimits};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Buckets in memory. More keys than that are not busy at once.
const MOST: usize = 100_000;

/// The buckets of all keys, in this process.
#[derive(Debug)]
pub struct Buckets {
    full_at: Mutex<HashMap<KeyId, Instant>>,
    most: usize,
}

/// What is in a bucket after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// Tokens when it is full.
    pub limit: u32,
    /// Tokens now.
    pub left: u32,
    /// Until it is full.
    pub full_in: Duration,
    /// Until the request may be repeated, if there was no token for it.
    pub wait: Option<Duration>,
}

impl Default for Buckets {
    fn default() -> Buckets {
        Buckets::new(MOST)
    }
}

impl Buckets {
    /// Room for so many buckets that are not full.
    pub fn new(most: usize) -> Buckets {
        Buckets { full_at: Mutex::default(), most }
    }

    /// Takes a token, if there is one.
    pub fn take(&self, key: KeyId, limits: KeyLimits, now: Instant) -> Level {
        let limit = limits.burst.max(1);
        // Rounded up: in no time are there more tokens than the rate allows.
        let each = Duration::from_nanos(60_000_000_000_u64.div_ceil(limits.requests_per_minute.max(1).into()));
        let whole = each * limit;
        let mut buckets = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= self.most && !buckets.contains_key(&key) {
            buckets.retain(|_, full_at| *full_at > now);
            if buckets.len() >= self.most {
                // To forget a bucket would be to fill it.
                return Level { limit, left: 0, full_in: whole, wait: Some(each) };
            }
        }
        let full_at = buckets.entry(key).or_insert(now);
        let missing = full_at.saturating_duration_since(now);
        let after = missing + each;
        if after > whole {
            return Level { limit, left: 0, full_in: missing, wait: Some(after - whole) };
        }
        *full_at = now + after;
        // At most `limit`, which is a u32.
        let left = ((whole - after).as_nanos() / each.as_nanos()) as u32;
        Level { limit, left, full_in: after, wait: None }
    }
}

impl Level {
    /// Says it in the answer's headers, in whole seconds.
    pub fn write(&self, headers: &mut HeaderMap) {
        for (name, value) in [
            ("ratelimit-limit", u64::from(self.limit)),
            ("ratelimit-remaining", self.left.into()),
            ("ratelimit-reset", seconds(self.full_in)),
        ] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
        }
    }
}

/// Whole seconds, rounded up: who waits that long has waited long enough.
pub fn seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    const KEY: KeyId = KeyId(Uuid::from_u128(1));

    fn limits(requests_per_minute: u32, burst: u32) -> KeyLimits {
        KeyLimits { requests_per_minute, burst, ..KeyLimits::default() }
    }

    #[test]
    fn a_burst_then_the_rate() {
        let (buckets, start, limits) = (Buckets::default(), Instant::now(), limits(60, 3));
        let left: Vec<u32> = (0..3).map(|_| buckets.take(KEY, limits, start).left).collect();
        assert_eq!(left, [2, 1, 0]);
        let refused = buckets.take(KEY, limits, start);
        assert_eq!((refused.wait, refused.full_in), (Some(Duration::from_secs(1)), Duration::from_secs(3)));
        let early = buckets.take(KEY, limits, start + Duration::from_millis(999));
        assert_eq!(early.wait, Some(Duration::from_millis(1)));
        assert_eq!(buckets.take(KEY, limits, start + Duration::from_secs(1)).wait, None);
        // A refusal costs nothing, a pause fills the bucket and no more than that.
        let later = start + Duration::from_secs(1000);
        let left: Vec<u32> = (0..3).map(|_| buckets.take(KEY, limits, later).left).collect();
        assert_eq!(left, [2, 1, 0]);
        assert!(buckets.take(KEY, limits, later).wait.is_some());
    }

    #[test]
    fn keys_do_not_share() {
        let (buckets, now, limits) = (Buckets::default(), Instant::now(), limits(60, 1));
        assert_eq!(buckets.take(KEY, limits, now).wait, None);
        assert_eq!(buckets.take(KeyId(Uuid::from_u128(2)), limits, now).wait, None);
        assert!(buckets.take(KEY, limits, now).wait.is_some());
    }

    #[test]
    fn the_memory_is_bounded_and_nothing_is_given_away_for_it() {
        let (buckets, start, limits) = (Buckets::new(100), Instant::now(), limits(60, 1));
        let keys = || (0..1000).map(|key| KeyId(Uuid::from_u128(key)));
        let taken = |now| keys().filter(|key| buckets.take(*key, limits, now).wait.is_none()).count();
        assert_eq!(taken(start), 100);
        assert_eq!(buckets.full_at.lock().unwrap().len(), 100);
        assert_eq!(taken(start), 0);
        // As soon as buckets are full, others have room.
        assert_eq!(taken(start + Duration::from_secs(1)), 100);
    }

    proptest! {
        #[test]
        fn never_more_than_the_burst_and_the_rate(
            rate in 1_u32..5000,
            burst in 1_u32..50,
            pauses in prop::collection::vec(0_u64..3_000, 1..300),
        ) {
            let (buckets, start) = (Buckets::default(), Instant::now());
            let mut now = start;
            let mut taken = Vec::new();
            for pause in pauses {
                now += Duration::from_millis(pause);
                let level = buckets.take(KEY, limits(rate, burst), now);
                prop_assert!(level.left < burst);
                match level.wait {
                    None => taken.push(now),
                    // Exactly then there is one again.
                    Some(wait) => {
                        let copy = Buckets::default();
                        copy.full_at.lock().unwrap().insert(KEY, now + level.full_in);
                        prop_assert!(copy.take(KEY, limits(rate, burst), now + wait).wait.is_none());
                        copy.full_at.lock().unwrap().insert(KEY, now + level.full_in);
                        let early = now + wait - Duration::from_nanos(1);
                        prop_assert!(copy.take(KEY, limits(rate, burst), early).wait.is_some());
                    }
                }
            }
            // Between any two of them, not from the start alone.
            for (first, from) in taken.iter().enumerate() {
                for (last, to) in taken.iter().enumerate().skip(first) {
                    let most = f64::from(burst) + to.duration_since(*from).as_secs_f64() * f64::from(rate) / 60.0;
                    prop_assert!((last - first + 1) as f64 <= most + 1e-6);
                }
            }
        }
    }
}
