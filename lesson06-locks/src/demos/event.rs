//! **Claim**: One `set` lets all go who wait, also if it is cleared at once.
//!
//! **Python**:
//! ```python
//! ready = threading.Event()
//! ready.wait()      # in each worker
//! ready.set()       # lets all of them go, now and later
//! ```
//!
//! **Predict**: `set(); clear()` in one breath, while a thread sleeps in `wait`. Does it wake up, and does it go on?
//!
//! **Try**: Give `Event` a SPIN of 0 in `run`. What is asking before sleeping worth here?

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Acquire, Ordering::Relaxed, Ordering::Release};
use std::thread;

use common::blocks::Table;
use common::{Figure, Lab, Verdict};

use crate::costs::event::ping_pong;
use crate::primitives::event::{Event, Flag};

/// How many threads wait for one event.
const WAITERS: u32 = 8;
/// How many of the waiters one `set` lets go, and whether they all see what was written before it.
pub fn one_set_for_all() -> (u32, bool) {
    let (ready, go) = (AtomicU32::new(0), Event::new());
    let (news, right) = (AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| {
        for _ in 0..WAITERS {
            scope.spawn(|| {
                ready.fetch_add(1, Relaxed);
                go.wait();
                // Relaxed is enough: `set` releases and `wait` acquires, and the news comes before the one.
                right.fetch_add(u32::from(news.load(Relaxed) == 42), Relaxed);
            });
        }
        while ready.load(Relaxed) < WAITERS {
            thread::yield_now();
        }
        news.store(42, Relaxed);
        go.set();
    });
    let right = right.into_inner();
    (right, right == WAITERS)
}

/// How many pulses it takes until a waiting thread is out.
pub fn pulses_needed<E: Sync>(event: &E, wait: fn(&E), pulse: fn(&E)) -> u32 {
    let (begun, out) = (AtomicBool::new(false), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            begun.store(true, Release);
            wait(event);
            out.store(true, Release);
        });
        while !begun.load(Acquire) {
            thread::yield_now();
        }
        let mut pulses = 0;
        while !out.load(Acquire) {
            pulse(event);
            pulses += 1;
            thread::yield_now();
        }
        pulses
    })
}

/// Sets, pulses, hands over.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let (let_go, all_right) = one_set_for_all();
    let figure = Figure::count("let go", u64::from(let_go));
    lab.prove("one `set` lets all go, and they see what came before", all_right, [figure]);
    let flag = pulses_needed(&Flag::new(), Flag::wait, |flag| (flag.set(), flag.clear()).1);
    let event = pulses_needed(&Event::new(), Event::wait, |event| (event.set(), event.clear()).1);
    let mut table = Table::new("Set and cleared at once", &["event", "pulses until the waiter was out"]);
    table.row(&[&"1 flag", &flag]);
    table.row(&[&"2 generations", &event]);
    lab.detail(table);
    let figures = [Figure::count("flag", flag.into()), Figure::count("generations", event.into())];
    lab.observe("a flag misses pulses", Verdict::observed(flag > event), figures);
    let (asks, sleeps) = (ping_pong::<1_000>(), ping_pong::<0>());
    let figures = [Figure::ratio("hand-overs", asks / sleeps)];
    lab.observe("asking before sleeping pays", Verdict::observed_on_cores(2, asks > sleeps), figures);
    if let Some(python) = lab.python("locks.py", &["--only", "event"]) {
        lab.show(format!("{}: {} hand-overs/s", python.name(), common::format::count(python.figure("event") as u64)));
    }
    Ok(())
}
