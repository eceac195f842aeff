//! **Claim**: How a lock waits decides; and threads that share only a cache line contend too.
//!
//! **Python**: a `Lock` seldom has contention to show: the GIL lets one thread run at a time.
//!
//! **Predict**: Two threads, each with a counter of its own, side by side in memory. How much faster if 128 bytes apart?
//!
//! **Try**: Set SECTIONS to 0 and 2000. Which lock wins when nothing is done under it, and which when much is?

use std::sync::Mutex as Std;

use common::blocks::{Bars, Table};
use common::{Figure, Lab, Verdict};

use crate::costs::contention::{Locked, false_sharing, throughput};
use crate::primitives::mutex::{Mutex, Park, Spin, ThreeStates};
use crate::primitives::semaphore::{Fair, Semaphore};

/// How many threads compete, one experiment after the other.
const THREADS: [usize; 3] = [1, 2, 4];
/// How much is done under the lock, and as much outside it, in rounds of arithmetic.
const SECTIONS: [u32; 2] = [0, 200];
/// Lets threads compete for each lock.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let (spin, park) = (Mutex::<(), Spin>::new(()), Mutex::<(), Park>::new(()));
    let (sleeps, asks) = (Mutex::<(), ThreeStates<0>>::new(()), Mutex::<()>::new(()));
    let (fair, std) = (Semaphore::<Fair>::new(1), Std::new(()));
    let (theirs, theirs_fair) = (parking_lot::Mutex::new(()), parking_lot::FairMutex::new(()));
    let locks: [(&str, Locked<'_>); 8] = [
        ("1 spin", &|work| (spin.lock(), work()).1),
        ("2 park", &|work| (park.lock(), work()).1),
        ("3 three states, no spin", &|work| (sleeps.lock(), work()).1),
        ("3 three states", &|work| (asks.lock(), work()).1),
        ("fair semaphore", &|work| (fair.acquire(), work()).1),
        ("std Mutex", &|work| (std.lock(), work()).1),
        ("parking_lot Mutex", &|work| (theirs.lock(), work()).1),
        ("parking_lot FairMutex", &|work| (theirs_fair.lock(), work()).1),
    ];
    let mut two_threads = Vec::new();
    for rounds in SECTIONS {
        let title = format!("Turns a second, {rounds} rounds under the lock and {rounds} outside");
        let mut bars = Bars::new(&title, "threads", THREADS, "turns/s");
        let mut table =
            Table::new("Fairness: the least share of turns, 1.00 is even", &["lock", "2 threads", "4 threads"]);
        for (name, locked) in locks {
            let results = THREADS.map(|threads| throughput(threads, rounds, locked));
            bars.series(name, results.map(|(rate, _)| rate));
            table.row(&[&name, &format!("{:.2}", results[1].1), &format!("{:.2}", results[2].1)]);
            two_threads.push(results[1].0);
        }
        lab.detail(bars);
        lab.detail(table);
    }
    let sections = &two_threads[locks.len()..];
    let figures = [Figure::ratio("more turns", sections[3] / sections[2])];
    lab.observe(
        "two threads: asking before sleeping pays",
        Verdict::observed_on_cores(2, sections[3] > sections[2]),
        figures,
    );
    let (side_by_side, apart) = false_sharing();
    let figures = [Figure::ratio("apart", apart / side_by_side)];
    lab.observe(
        "false sharing: two counters in one line are slower",
        Verdict::observed_on_cores(2, apart > 1.2 * side_by_side),
        figures,
    );
    Ok(())
}
