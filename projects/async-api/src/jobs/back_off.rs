//! How long to wait.

use std::time::Duration;

/// The longest wait before another attempt.
const LONGEST: Duration = Duration::from_secs(3600);

/// The wait after so many attempts that failed: it doubles with each, and a quarter of it is random, so that what
/// failed together does not come back together.
pub(super) fn after(attempts: u32, first: Duration) -> Duration {
    let doubled = first.saturating_mul(1 << attempts.saturating_sub(1).min(31));
    jitter(doubled.min(LONGEST))
}

/// Up to a quarter less.
pub(super) fn jitter(wait: Duration) -> Duration {
    wait.mul_f64(1.0 - fastrand::f64() / 4.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_and_is_bounded() {
        let first = Duration::from_secs(4);
        for (attempts, most) in [(0, 4), (1, 4), (2, 8), (3, 16), (4, 32), (11, 3600), (40, 3600), (u32::MAX, 3600)] {
            for _ in 0..100 {
                let wait = after(attempts, first);
                assert!(wait <= Duration::from_secs(most), "{attempts}: {wait:?}");
                assert!(wait >= Duration::from_secs(most).mul_f64(0.75), "{attempts}: {wait:?}");
            }
        }
    }

    #[test]
    fn no_two_are_alike() {
        let waits: std::collections::HashSet<_> = (0..100).map(|_| after(3, Duration::from_secs(4))).collect();
        assert!(waits.len() > 50);
    }
}
