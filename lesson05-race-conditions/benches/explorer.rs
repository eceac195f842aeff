//! How long the explorer takes to count every schedule of two threads with N increments each, in exact numbers.
//!
//! `cargo bench -p lesson05-race-conditions`

use divan::{Bencher, black_box};
use lesson05_race_conditions::explorer::count;
use lesson05_race_conditions::models::counter;

fn main() {
    divan::main();
}

#[divan::bench(args = [3, 10, 20, 29], sample_count = 5, sample_size = 1)]
fn two_threads_load_add_store(bencher: Bencher, increments: usize) {
    bencher.bench(|| count(&counter::load_add_store(black_box(increments)), |state| state.value));
}
