//! Measuring on a machine that other programs use too: repeat, take the median, show the spread.

use std::time::Instant;

/// How many threads can run at once here, as far as the system lends cores to this process.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Runs `work` and returns what it returned with the seconds it took.
pub fn time<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed().as_secs_f64())
}

/// The middle of several measurements, and how far they lie apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Half of the measurements are below, half above.
    pub median: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

impl Summary {
    /// Sums up measurements.
    ///
    /// # Panics
    /// If there are none.
    pub fn of(measurements: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = measurements.into_iter().collect();
        assert!(!sorted.is_empty(), "nothing was measured");
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        let median =
            if sorted.len().is_multiple_of(2) { (sorted[middle - 1] + sorted[middle]) / 2.0 } else { sorted[middle] };
        Summary { median, min: sorted[0], max: sorted[sorted.len() - 1] }
    }
}

/// Runs `work` a number of times and sums up the seconds.
pub fn repeat<T>(times: usize, mut work: impl FnMut() -> T) -> Summary {
    Summary::of((0..times).map(|_| time(&mut work).1))
}

/// Measures several things in turn, round after round, so that a machine that slows down slows all of them.
pub fn interleave<const N: usize>(rounds: usize, mut measurements: [&mut dyn FnMut() -> f64; N]) -> [Summary; N] {
    let mut results: [Vec<f64>; N] = std::array::from_fn(|_| Vec::with_capacity(rounds));
    for _ in 0..rounds {
        for (measure, results) in measurements.iter_mut().zip(&mut results) {
            results.push(measure());
        }
    }
    results.map(Summary::of)
}

/// The value that the given share of the measurements does not exceed: `percentile(&latencies, 0.99)`.
///
/// # Panics
/// If there are no measurements.
pub fn percentile(measurements: &[f64], share: f64) -> f64 {
    let mut sorted = measurements.to_vec();
    assert!(!sorted.is_empty(), "nothing was measured");
    sorted.sort_by(f64::total_cmp);
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted[rank.clamp(1, sorted.len()) - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(Summary::of([3.0, 1.0, 2.0]), Summary { median: 2.0, min: 1.0, max: 3.0 });
        assert_eq!(Summary::of([4.0, 1.0, 2.0, 3.0]).median, 2.5);
    }

    #[test]
    fn percentiles_count_from_below() {
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!([0.0, 0.5, 0.99, 1.0].map(|share| percentile(&hundred, share)), [1.0, 50.0, 99.0, 100.0]);
    }
}
