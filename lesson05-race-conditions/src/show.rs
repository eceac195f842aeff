//! What the explorer finds, as the lab shows it.

use common::blocks;
use num_bigint::BigUint;

use crate::explorer::{Schedule, grouped};

/// A schedule, a column for each thread.
pub fn schedule(title: impl Into<String>, schedule: &Schedule, outcome: impl Into<String>) -> blocks::Schedule {
    let threads: Vec<&str> = schedule.threads.iter().map(String::as_str).collect();
    let mut block = blocks::Schedule::new(title, &threads, outcome);
    for line in &schedule.lines {
        block.step(line.thread, line.text.as_str());
    }
    block
}

/// `70 of 72`.
pub fn part(some: &BigUint, all: &BigUint) -> String {
    format!("{} of {}", grouped(some), grouped(all))
}

/// As a histogram needs it: the leading digits.
pub fn approximate(number: &BigUint) -> f64 {
    number.to_string().parse().unwrap_or(f64::NAN)
}
