//! **Claim**: Two threads that load, add and store lose updates, on every machine where the schedule allows it; an
//! atomic add, a lock or a total of their own loses none.
//!
//! **Python**:
//! ```python
//! def work():
//!     global counter
//!     for _ in range(1_000_000):
//!         counter += 1          # prints 2,000,000 since CPython 3.10, by accident
//! ```
//!
//! **Predict**: Two threads add 1 to a counter a million times each. What is the smallest total you will see?
//!
//! **Try**: Set INCREMENTS to 10: do the runs still lose anything? What does that say about testing for races?

use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;

use common::blocks::{Outcomes, Schedule, Standing, Table};
use common::{Figure, Lab, Verdict, compiler, measure};

use crate::counter;

/// How often each of the two threads adds 1.
const INCREMENTS: u64 = 1_000_000;

/// The bad schedule, made to happen: both threads load before either stores.
pub fn forced() -> u64 {
    let counter = AtomicU64::new(0);
    let both_have_loaded = Barrier::new(2);
    let work = || {
        let value = counter.load(Relaxed);
        both_have_loaded.wait();
        counter.store(value + 1, Relaxed);
    };
    thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
    });
    counter.into_inner()
}

/// Shows the puzzle: refused, forced, left to luck, repaired.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    as_written(lab);
    let total = forced();
    let mut schedule = Schedule::new("The schedule that loses one", &["thread 1", "thread 2"], "counter = 1, not 2");
    for (thread, action) in [(0, "LOAD 0"), (1, "LOAD 0"), (0, "STORE 1"), (1, "STORE 1")] {
        schedule.step(thread, action);
    }
    lab.detail(schedule);
    lab.prove("forced: two increments that overlap are one", total == 1, [Figure::count("total", total)]);
    let wrong = free_running(lab);
    repairs(lab);
    let rows = [
        ("runs that lost", wrong as f64, "plain_lost", ""),
        ("the same, with a call between load and store", f64::NAN, "call_lost", ""),
    ];
    lab.beside_python("opening_puzzle.py", &[], rows);
    Ok(())
}

/// What the student would write, and the compiler's answer.
fn as_written(lab: &mut Lab) {
    let claim = "as one would write it, the puzzle does not compile: E0499";
    match compiler::refusals(include_str!("../../refused/as_written.rs")) {
        Ok(refused) => {
            if let Some(first) = refused.first() {
                lab.detail(common::blocks::Block::Code(first.rendered.clone()));
            }
            lab.prove(claim, refused.iter().any(|refusal| refusal.code == "E0499"), []);
        }
        Err(error) => lab.observe(claim, Verdict::CannotTell(format!("{error:#}")), []),
    }
}

/// The same bug left to luck. How often it bites is a matter of the machine, and of the moment.
fn free_running(lab: &mut Lab) -> u64 {
    let runs = lab.runs(10);
    let totals: Vec<u64> = (0..runs).map(|_| counter::load_then_store(INCREMENTS)).collect();
    let right = 2 * INCREMENTS;
    let wrong = totals.iter().filter(|&&total| total != right).count() as u64;
    let title = format!("{runs} runs of load, add, store; {} expected", common::format::count(right));
    let mut outcomes = Outcomes::new(title, &["runs"]);
    let bounds = [(right, right + 1, "none lost"), (INCREMENTS, right, "some lost"), (0, INCREMENTS, "over half lost")];
    for (from, to, label) in bounds {
        let count = totals.iter().filter(|&&total| (from..to).contains(&total)).count();
        let standing = if from == right { Standing::Acceptable } else { Standing::Forbidden };
        outcomes.outcome(label, standing, &[count as f64]);
    }
    lab.show(outcomes);
    let least = totals.iter().copied().min().unwrap_or(right);
    let figures = [Figure::count("wrong", wrong), Figure::count("least", least)];
    lab.observe("left to luck, it loses too", Verdict::observed_on_cores(2, wrong > 0), figures);
    wrong
}

fn repairs(lab: &mut Lab) {
    type Count = fn(u64) -> u64;
    let repairs =
        [("atomic add", counter::atomic_add as Count), ("lock", counter::lock), ("own total", counter::own_total)];
    let mut table = Table::new("What the repairs cost", &["repair", "total", "ns an increment"]);
    let mut all_right = true;
    for (name, repair) in repairs {
        let (total, seconds) = measure::time(|| repair(INCREMENTS));
        all_right &= total == 2 * INCREMENTS;
        let each = seconds / (2 * INCREMENTS) as f64 * 1e9;
        table.row(&[&name, &common::format::count(total), &format!("{each:.1}")]);
    }
    lab.detail(table);
    lab.prove("an atomic add, a lock, a total of one's own lose nothing", all_right, []);
}
