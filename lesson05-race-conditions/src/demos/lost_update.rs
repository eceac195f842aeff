//! **Claim**: Two threads that add N times each can leave 2; with atomic adds they never do.
//!
//! **Python**:
//! ```python
//! value = counter          # LOAD
//! time.sleep(0)            # whatever comes between: a call, a comprehension, a log line
//! counter = value + 1      # ADD, STORE
//! ```
//!
//! **Predict**: Three increments on each of two threads. In how many of the 48,620 schedules is the counter 6?
//!
//! **Try**: Set INCREMENTS to 1, then to 10. What becomes of the share of right schedules? And of the real runs?

use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;

use common::blocks::{Block, Outcomes, Standing, Table};
use common::{Figure, Lab, Verdict, format, measure};
use num_bigint::BigUint;

use crate::explorer::{Counts, Ending, count, grouped, shortest};
use crate::luck::counter::totals;
use crate::{models::counter, optimiser, show};

/// How often each of the two threads adds 1, where real runs stand beside all schedules.
const INCREMENTS: usize = 3;

/// The bad schedule, made to happen: both threads load before either stores.
pub fn forced() -> u64 {
    let counter = AtomicU64::new(0);
    let both_have_loaded = Barrier::new(2);
    let work = || {
        let value = counter.load(Relaxed); // relaxed here and below: the counter guards no other data
        both_have_loaded.wait();
        counter.store(value + 1, Relaxed);
    };
    thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
    });
    counter.into_inner()
}

/// Shows the lost update: forced, counted, run, and through the optimiser.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let total = forced();
    lab.prove("forced: two increments that overlap count as one", total == 1, [Figure::count("total", total)]);
    let small = count(&counter::load_add_store(INCREMENTS), |counter| counter.value);
    beside_each_other(lab, &small);
    larger(lab);
    let repaired = count(&counter::fetch_add(10), |counter| counter.value);
    let all = show::part(&repaired.done(20), &repaired.total());
    lab.prove(format!("one FETCH-ADD loses nothing: {all} end in 2N"), repaired.endings.len() == 1, []);
    debug_and_optimised(lab);
    python(lab);
    Ok(())
}

/// What happened, and all that can happen. They have the same rows and nothing else in common.
fn beside_each_other(lab: &mut Lab, all: &Counts<u8>) {
    let runs = lab.runs(2_000);
    let (plain, yielding) = (totals(runs, INCREMENTS, || {}), totals(runs, INCREMENTS, thread::yield_now));
    let right = 2 * INCREMENTS as u64;
    let title = format!("2 x {INCREMENTS}: all schedules, and real runs. A count is not a probability");
    let mut outcomes = Outcomes::new(title, &["schedules", "real runs", "with a yield"]);
    for (ending, schedules) in &all.endings {
        let Ending::Done(total) = ending else { continue };
        let [plain, yielding] =
            [&plain, &yielding].map(|runs| runs.iter().filter(|&&run| run == u64::from(*total)).count());
        let standing = if u64::from(*total) == right { Standing::Acceptable } else { Standing::Forbidden };
        outcomes.outcome(total.to_string(), standing, &[show::approximate(schedules), plain as f64, yielding as f64]);
    }
    lab.show(outcomes);
    let [plain, yielding] = [plain, yielding].map(|runs| runs.iter().filter(|&&run| run != right).count() as u64);
    let figures = [Figure::count("lost", plain), Figure::count("with a yield", yielding)];
    lab.observe("left to luck, it loses too", Verdict::observed(plain + yielding > 0), figures);
}

/// How fast the right answer becomes rare, and how little it takes to be as wrong as can be.
fn larger(lab: &mut Lab) {
    let mut table = Table::new("2 x N increments", &["N", "schedules", "end in 2", "end in 2N", "points", "time"]);
    let mut holds = true;
    for times in [1, 2, 3, 5, 10] {
        let (all, seconds) = measure::time(|| count(&counter::load_add_store(times), |counter| counter.value));
        let [least, right] = [2, 2 * times as u8].map(|total| all.done(total));
        holds &= times < 3 || least == BigUint::from(162 * (times - 1).pow(2));
        let numbers = [&all.total(), &least, &right].map(grouped);
        table.row(&[&times, &numbers[0], &numbers[1], &numbers[2], &all.points, &format::seconds(seconds)]);
    }
    lab.detail(table);
    if lab.size(false, true) {
        let (all, seconds) = measure::time(|| count(&counter::load_add_store(29), |counter| counter.value));
        lab.detail(format!("N = 29: {} schedules in {}", grouped(&all.total()), format::seconds(seconds)));
    }
    lab.detail("Each step takes effect at once, for all: this is sequential consistency, and no weaker memory.");
    lab.prove("from N = 3 on, exactly 162 x (N-1) x (N-1) schedules end in 2", holds, []);
    let worst = shortest(&counter::load_add_store(3), |ending| matches!(ending, Ending::Done(end) if end.value == 2));
    if let Some(worst) = worst {
        let title = format!("2 x 3 increments that end in 2, with {} changes of thread", worst.switches());
        lab.detail(show::schedule(title, &worst, "counter = 2, not 6"));
    }
}

/// The plain `+= 1` of a C programmer, a data race and undefined behaviour, built both ways.
fn debug_and_optimised(lab: &mut Lab) {
    let claim = "optimising hides a race (UB!)";
    match optimiser::both(include_str!("../../compiled/plain_add.rs")) {
        Ok(printed) => {
            let [debug, optimised] = [printed.debug, printed.optimised].map(|wrong| wrong.parse().unwrap_or(f64::NAN));
            let figures = [Figure::new("wrong: debug", debug, "%"), Figure::new("optimised", optimised, "%")];
            lab.observe(claim, Verdict::observed_on_cores(2, debug > optimised), figures);
        }
        Err(error) => lab.observe(claim, Verdict::CannotTell(format!("{error:#}")), []),
    }
    if let Ok(assembly) = optimiser::assembly(include_str!("../../compiled/increments.rs")) {
        lab.detail("Optimised, load + 1 + store may be one instruction. Without a lock prefix it is still not atomic:");
        lab.detail(Block::Code(assembly));
    }
}

fn python(lab: &mut Lab) {
    let Some(python) = lab.python("lost_update.py", &[]) else { return };
    let [plain, call] = ["plain_lost", "call_lost"].map(|figure| python.figure(figure));
    let figures = [("in one line", plain), ("with a call between", call)];
    let figures = figures.map(|(name, share)| Figure::new(name, 100.0 * share, "% lost"));
    lab.observe(format!("{} loses updates", python.name()), Verdict::observed(plain + call > 0.0), figures);
}
