//! **Claim**: Five ways out, none of them "be careful": each leaves no bad schedule.
//!
//! **Python**:
//! ```python
//! threading.local(); tuple(data)      # confine, make immutable
//! with lock: total += 1               # lock (an atomic there is none)
//! queue.put(1)                        # pass messages to the one thread that owns the total
//! ```
//!
//! **Predict**: Order the five by what an addition costs with two threads. Where does the lock come in?
//!
//! **Try**: Let the actor's clients send 1,000 at a time. Where is it now, and why?

use common::blocks::Table;
use common::{Figure, Lab, Verdict, format, measure};

use crate::programs::ways_out;

/// How many threads count, and how far each.
const THREADS: u64 = 2;
const TIMES: u64 = 50_000;

/// A way out: its name, when to take it, and the program.
type Way = (&'static str, &'static str, fn(u64, u64) -> u64);

/// In the order in which to think of them.
const WAYS: [Way; 5] = [
    ("confine", "the threads need not see each other's values", ways_out::confine),
    ("make immutable", "nobody has to write", ways_out::make_immutable),
    ("pass messages", "one owner, and work that costs more than a message", ways_out::actor),
    ("lock", "several values must change together", ways_out::lock),
    ("atomic", "one small value, one operation", ways_out::atomic),
];

/// Shows the ways out side by side.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let times = lab.size(TIMES, 20 * TIMES);
    let mut table = Table::new("The ways out, with 2 threads", &["way", "ns each", "take it when"]);
    let mut right = true;
    let mut nanoseconds = Vec::new();
    for (name, when, count) in WAYS {
        let runs = (0..lab.runs(3)).map(|_| {
            let (total, seconds) = measure::time(|| count(THREADS, times));
            right &= total == THREADS * times;
            seconds / (THREADS * times) as f64 * 1e9
        });
        let each = measure::Summary::of(runs).median;
        table.row(&[&name, &format!("{each:.1}"), &when]);
        nanoseconds.push(each);
    }
    lab.detail(table);
    let total = format::count(THREADS * times);
    lab.prove(format!("each of the five counts to {total}, every time"), right, []);
    lab.detail("That no schedule can break them is proved in `tests/proof`: two threads, all schedules.");
    let [message, lock, atomic] = [2, 3, 4].map(|way| nanoseconds[way]);
    let figures = [("message", message), ("lock", lock), ("atomic", atomic)];
    let figures = figures.map(|(name, nanoseconds)| Figure::new(name, nanoseconds, "ns"));
    lab.observe("the dearest first", Verdict::observed(message > lock && lock > atomic), figures);
    Ok(())
}
