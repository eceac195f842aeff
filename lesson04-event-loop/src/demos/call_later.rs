//! **Claim**: A timer is never early, and comes in its order. Late it may be.
//!
//! **Python**:
//! ```python
//! handle = loop.call_later(0.05, function)    # handle.cancel()
//! ```
//!
//! **Predict**: A call sets the next one with `call_later(5 ms)`, ten times. Is the tenth at 50 ms?
//!
//! **Try**: Set TIMERS to 100,000. What becomes of the lateness?

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use common::blocks::{Lines, Table};
use common::{Figure, Lab, Verdict, format, measure};

use crate::event_loop::{EventLoop, LoopHandle, RunError, TimerHandle, get_event_loop, sleep};

/// How many timers are set.
const TIMERS: usize = 1_000;
/// How many different deadlines they have, a millisecond apart.
const DEADLINES: usize = 50;
/// How often the chain sets its next call, and how far away.
const LINKS: u32 = 10;
const LINK: Duration = Duration::from_millis(5);

/// A timer that has gone off: its deadline in milliseconds, its place in the order of setting, how late it came.
#[derive(Debug, Clone, Copy)]
pub struct Fired {
    /// Its delay, in milliseconds.
    pub deadline: usize,
    /// The how manieth it was to be set.
    pub number: usize,
    /// How late it came, in seconds; negative is early.
    pub late: f64,
}

/// Sets the timers in a shuffled order, all for the same start, and notes how they go off.
pub fn thousand(seed: u64) -> Result<Vec<Fired>, RunError> {
    let event_loop = EventLoop::new()?;
    let fired = Rc::new(RefCell::new(Vec::new()));
    let start = event_loop.time();
    for number in 0..TIMERS {
        // A step that has no divisor in common with the number of deadlines visits all of them.
        let deadline = 1 + (number * 7 + seed as usize) % DEADLINES;
        let when = start + Duration::from_millis(deadline as u64);
        let fired = Rc::clone(&fired);
        event_loop.call_at(when, move || {
            let now = Instant::now();
            let late =
                now.saturating_duration_since(when).as_secs_f64() - when.saturating_duration_since(now).as_secs_f64();
            fired.borrow_mut().push(Fired { deadline, number, late });
        });
    }
    event_loop.run_until_complete(sleep_until_all(Rc::clone(&fired)))?;
    Ok(fired.take())
}

async fn sleep_until_all(fired: Rc<RefCell<Vec<Fired>>>) {
    while fired.borrow().len() < TIMERS {
        sleep(Duration::from_millis(1)).await;
    }
}

/// Half of the timers are cancelled: how many went off of either half, and how many are left.
pub fn cancelled() -> Result<[usize; 3], RunError> {
    let event_loop = EventLoop::new()?;
    let went_off: [Rc<Cell<usize>>; 2] = Default::default();
    let soon = Duration::from_millis(1);
    let handles: Vec<_> = (0..TIMERS)
        .map(|number| {
            let counter = Rc::clone(&went_off[number % 2]);
            event_loop.call_later(soon, move || counter.set(counter.get() + 1))
        })
        .collect();
    handles.iter().skip(1).step_by(2).for_each(TimerHandle::cancel);
    let here = event_loop.handle();
    // Its timer was set after the others and is due after them, so it is the last.
    event_loop.run_until_complete(async move { here.sleep(2 * soon).await })?;
    Ok([went_off[0].get(), went_off[1].get(), event_loop.census().1])
}

/// How late the last of a row of calls is, when each sets the next `LINK` later, and when all have their place on the clock.
pub fn chain_and_clock() -> Result<[f64; 2], RunError> {
    fn link(event_loop: LoopHandle, left: u32) {
        match left {
            0 => event_loop.stop(),
            _ => drop(event_loop.clone().call_later(LINK, move || link(event_loop, left - 1))),
        }
    }
    let event_loop = EventLoop::new()?;
    let start = Instant::now();
    link(event_loop.handle(), LINKS);
    event_loop.run_forever()?;
    let chain = start.elapsed();
    let start = Instant::now();
    for number in 1..=LINKS {
        event_loop.call_at(start + number * LINK, move || {
            if number == LINKS {
                get_event_loop().expect("a callback has a loop").stop();
            }
        });
    }
    event_loop.run_forever()?;
    Ok([chain, start.elapsed()].map(|took| took.saturating_sub(LINKS * LINK).as_secs_f64()))
}

/// Sets, cancels, chains.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let fired = thousand(lab.seed())?;
    let in_order = fired.is_sorted_by_key(|timer| (timer.deadline, timer.number));
    let figure = Figure::count("timers", fired.len() as u64);
    lab.prove("in order, equal deadlines as they were set", in_order && fired.len() == TIMERS, [figure]);
    let earliest = fired.iter().map(|timer| timer.late).fold(f64::INFINITY, f64::min);
    let [kept, cancelled, left] = cancelled()?;
    let freed = (kept, cancelled, left) == (TIMERS / 2, 0, 0);
    lab.prove("none early; a cancelled one is gone at once", earliest >= 0.0 && freed, []);
    let late: Vec<f64> = fired.iter().map(|timer| timer.late).collect();
    let [median, p99] = [0.5, 0.99].map(|share| measure::percentile(&late, share));
    let mut lines = Lines::new("How late", "share of the timers", "ms");
    let points =
        (1..=100).map(|share| f64::from(share) / 100.0).map(|share| (share, 1e3 * measure::percentile(&late, share)));
    lines.series("late", points);
    lab.detail(lines);
    let figures = [Figure::seconds("median", median), Figure::seconds("p99", p99)];
    lab.observe("late by less than two ticks of the poller", Verdict::observed(p99 < 2e-3), figures);
    let [chain, clock] = chain_and_clock()?;
    let figures = [Figure::seconds("chain", chain), Figure::seconds("clock", clock)];
    lab.observe("a chain adds them up", Verdict::observed(chain > clock), figures);
    if let Some(python) = lab.python("call_later.py", &[]) {
        let mut table = Table::new("Beside Python", &["", "here", &python.name()]);
        let mut row = |name: &str, ours: f64, theirs: &str| {
            table.row(&[&name, &format::seconds(ours), &format::seconds(python.figure(theirs))]);
        };
        row("late, median", median, "late_median");
        row("late, p99", p99, "late_p99");
        row("late after ten links", chain, "chain");
        lab.show(table);
    }
    Ok(())
}
