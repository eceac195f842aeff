//! What an `await` costs that need not wait.

use std::hint::black_box;
use std::pin::pin;

use common::measure::repeat;

use crate::polling::poll_times;

const TIMES: u32 = 100_000;

#[inline(never)]
fn call(number: u32) -> u32 {
    black_box(number)
}

async fn ready(number: u32) -> u32 {
    call(number)
}

/// The seconds of a call, and of awaiting a future that makes the same call: medians.
pub fn measure() -> (f64, f64) {
    let each = |seconds: f64| seconds / f64::from(TIMES);
    let calls = repeat(5, || (0..TIMES).map(call).fold(0, u32::wrapping_add)).median;
    let many = || async {
        for number in 0..TIMES {
            black_box(ready(number).await);
        }
    };
    (each(calls), each(repeat(5, || poll_times(pin!(many()), 1)).median))
}
