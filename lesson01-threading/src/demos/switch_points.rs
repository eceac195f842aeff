//! **Claim**: The lock saves the interpreter's counts, not yours: `+= 1` may lose updates.
//!
//! **Python**:
//! ```python
//! counter += 1                  # load, add, store: no look in between since 3.10
//! counter = int(counter) + 1    # a call between load and store: a look
//! ```
//!
//! **Predict**: Two threads add 1 twice each, and a switch may come anywhere. Which totals can there be?
//!
//! **Try**: Replace `Increment::CallBetween` by `Increment::CallBeforeLoad`. Why does that one lose nothing?

use std::time::Duration;

use common::blocks::{Schedule, Table};
use common::{Figure, Lab, Verdict};

use crate::interpreter::programs::{puzzle, reading};
use crate::interpreter::{
    Checks, Increment, Interpreter, Outcome, Plain, Report, every_schedule, torn_schedules_that_crash,
};

/// How often each real thread adds one. A debug build is slower by more than ten times; either way a run takes some
/// ten milliseconds, which is a hundred switch intervals.
const INCREMENTS: u32 = if cfg!(debug_assertions) { 20_000 } else { 300_000 };
/// How often each thread on the virtual clock does, where an instruction takes a microsecond.
const VIRTUAL_INCREMENTS: u32 = 1_000;
/// A short interval, so that a short run has some hundred switches: CPython's 5 ms would need a long run.
const SWITCH_INTERVAL: Duration = Duration::from_micros(100);

const NEW: Checks = Checks::BackEdgesAndCalls;

/// The puzzle on two engines, then every schedule of it, then what the lock is there for.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let lost = the_puzzle(lab);
    every_total(lab);
    torn_counts(lab);
    let rows = [
        ("runs of 10 that lose: counter += 1", lost[0] as f64, "plain_lost", ""),
        ("counter = int(counter) + 1", lost[1] as f64, "call_lost", ""),
    ];
    lab.beside_python("opening_puzzle.py", &[], rows);
    Ok(())
}

/// Ten runs each on real threads, where luck has a part, and on a virtual clock with ten seeds, where it has none. Returns
/// the former's.
fn the_puzzle(lab: &mut Lab) -> [usize; 2] {
    let mut table =
        Table::new("The puzzle: runs of 10 that lose", &["", "checked at", "real threads", "virtual clock"]);
    let mut lost = Vec::new();
    for (increment, checks) in
        [(Increment::Plain, NEW), (Increment::CallBetween, NEW), (Increment::Plain, Checks::EveryInstruction)]
    {
        let interpreter = Interpreter::<Plain>::with_gil(SWITCH_INTERVAL, checks);
        let (real, short) = (puzzle(increment, 2, INCREMENTS), puzzle(increment, 2, VIRTUAL_INCREMENTS));
        let loses = |report: Report| report.lost_updates > 0;
        let real = (0..10).filter(|_| loses(interpreter.run(&real))).count();
        let seeds = lab.seed()..lab.seed() + 10;
        let virtually = seeds.filter(|&seed| loses(interpreter.run_on_virtual_clock(&short, seed))).count();
        table.row(&[&increment.python(), &format!("CPython {}", checks.cpython()), &real, &virtually]);
        lost.push((real, virtually));
    }
    lab.detail(table);
    let holds = lost[0] == (0, 0) && lost[1].1 == 10;
    lab.prove("checked at back-edges, `+= 1` is safe; a call in it loses", holds, []);
    let figures = [Figure::count("of 10 runs", lost[1].0 as u64)];
    lab.observe("with the call, real threads lose every time", Verdict::observed(lost[1].0 == 10), figures);
    [lost[0].0, lost[1].0]
}

/// All totals that two threads can reach, and one schedule that loses.
fn every_total(lab: &mut Lab) {
    let twice = puzzle(Increment::Plain, 2, 2);
    let totals = |checks| every_schedule(&twice, checks).into_keys().collect::<Vec<_>>();
    let old = totals(Checks::EveryInstruction) == [2, 3, 4].map(Outcome::Value);
    let new = totals(NEW) == [Outcome::Value(4)];
    lab.prove("2 x 2 increments end in {2, 3, 4} up to 3.9, in {4} since", old && new, []);
    let once = every_schedule(&puzzle(Increment::Plain, 2, 1), Checks::EveryInstruction);
    if let Some(found) = once.get(&Outcome::Value(1)) {
        let all: u128 = once.values().map(|found| found.schedules).sum();
        let title = format!("One increment each: one of {} schedules of {all} that lose", found.schedules);
        let mut schedule = Schedule::new(title, &["thread 1", "thread 2"], "counter = 1, not 2");
        found.simplest.iter().for_each(|line| schedule.step(line.thread, &line.text));
        lab.detail(schedule);
    }
}

/// What the lock is for.
fn torn_counts(lab: &mut Lab) {
    let (crashing, all) = torn_schedules_that_crash(&reading(1));
    let figures = [Figure::count("in", crashing as u64), Figure::count("of", all as u64)];
    lab.prove("plain counts and no lock free what is in use", crashing > 0, figures);
}
