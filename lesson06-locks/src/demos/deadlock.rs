//! **Claim**: Two locks in opposite order can hang; in one order they cannot.
//!
//! **Python**: the same, and nothing to report it; `faulthandler.dump_traceback_later` shows where everybody stands, and
//! `lock.acquire(timeout=...)` gives up.
//!
//! **Predict**: Thread 1 takes A then B, thread 2 takes B then A. In how many of their 6 schedules do they hang?
//!
//! **Try**: Add a third lock and thread to CIRCLE. Give `FORWARDS` to both: how many schedules are left?

use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use anyhow::bail;
use common::blocks::{Schedule, Table};
use common::work::Work;
use common::{Figure, Lab, Verdict, measure, within};
use parking_lot::Mutex;

use crate::dining::{PHILOSOPHERS, Way, dine};
use crate::schedules::Step::{Lock, TryLock, Unlock};
use crate::schedules::{Step, every_schedule, lockstep};
use crate::{detector, primitives};

/// A, then B.
const FORWARDS: [Step; 4] = [Lock(0), Lock(1), Unlock(1), Unlock(0)];
/// B, then A.
const BACKWARDS: [Step; 4] = [Lock(1), Lock(0), Unlock(0), Unlock(1)];
/// Take one, try the other, start again if it is taken: in both orders.
const POLITE: [[Step; 4]; 2] =
    [[Lock(0), TryLock(1), Unlock(1), Unlock(0)], [Lock(1), TryLock(0), Unlock(0), Unlock(1)]];
/// How often everybody eats.
const MEALS: usize = 6;

/// The deadlock made to happen: each thread has its first lock before either asks for its second. Returns what the
/// watchdog says after `patience`, and how many threads parking_lot's detector finds in a circle, if it is built in.
pub fn forced(patience: Duration) -> anyhow::Result<(bool, Option<usize>)> {
    let (a, b) = (Arc::new(Mutex::new(())), Arc::new(Mutex::new(())));
    let both_have_one = Arc::new(Barrier::new(2));
    let (done, watchdog) = mpsc::channel();
    for (first, second) in [(&a, &b), (&b, &a)] {
        let (first, second) = (Arc::clone(first), Arc::clone(second));
        let (meet, done) = (Arc::clone(&both_have_one), done.clone());
        // Never joined: these two threads wait for each other until the process ends.
        thread::Builder::new().spawn(move || {
            let _first = first.lock();
            meet.wait();
            let _second = second.lock();
            done.send(())
        })?;
    }
    let silent = match watchdog.recv_timeout(patience) {
        Err(RecvTimeoutError::Timeout) => true,
        Err(RecvTimeoutError::Disconnected) => bail!("the threads ended without a word"),
        Ok(()) => false,
    };
    Ok((silent, detector::threads_in_a_circle()))
}

/// The same with a time-out at the second lock: how many of the two give up. It ends, and neither knows why it waited.
pub fn forced_with_a_time_out(patience: Duration) -> usize {
    let locks = [primitives::mutex::Mutex::<()>::new(()), primitives::mutex::Mutex::new(())];
    let meet = Barrier::new(2);
    let work = |mine: usize| {
        let _first = locks[mine].lock();
        meet.wait(); // both have one
        let gave_up = locks[1 - mine].try_lock_for(patience).is_none();
        meet.wait(); // and keep it, until both have tried
        usize::from(gave_up)
    };
    thread::scope(|scope| {
        let threads = [scope.spawn(|| work(0)), scope.spawn(|| work(1))];
        threads.into_iter().map(|thread| thread.join().expect("it only waits")).sum()
    })
}

/// Counts, forces, repairs, dines.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let opposite = every_schedule(&[&FORWARDS, &BACKWARDS]);
    show(lab, "The shortest way into it", &opposite.example, "both wait, for ever");
    let ordered = every_schedule(&[&FORWARDS, &FORWARDS]);
    let claim = format!("A B against B A: {} of {} schedules hang", opposite.deadlocks, opposite.schedules);
    let claim = format!("{claim}; in one order {} of {}", ordered.deadlocks, ordered.schedules);
    let counts = [&opposite, &ordered].map(|every| (every.schedules, every.deadlocks));
    lab.prove(claim, counts == [(6, 2), (2, 0)], []);
    let (silent, circle) = forced(Duration::from_millis(100))?;
    // Without the feature `detector` nobody looks for the circle; the watchdog is there in any case.
    let figures = circle.map(|threads| Figure::count("in a circle", threads as u64));
    let gave_up = forced_with_a_time_out(Duration::from_millis(20));
    let reported = silent && circle.is_none_or(|threads| threads == 2);
    lab.prove("forced, and reported; with a time-out both give up", reported && gave_up == 2, figures);
    let livelock = lockstep(&[&POLITE[0], &POLITE[1]]).unwrap_or_default();
    show(lab, "Livelock: busy, polite, and back where they were", &livelock, "and again, for ever");
    let figure = Figure::count("steps", livelock.len() as u64);
    lab.prove("try-lock in step: a schedule that repeats for ever", !livelock.is_empty(), [figure]);
    let mut table = Table::new(format!("{PHILOSOPHERS} philosophers, {MEALS} meals each"), &["way", "time"]);
    let mut all_ate = true;
    for (way, name) in Way::ALL {
        let ((used, mut timeline), seconds) =
            measure::time(|| within(Duration::from_secs(30), move || dine(way, MEALS, Work::rounds(20_000))));
        all_ate &= used.iter().all(|&times| times as usize == 2 * MEALS);
        timeline.title = format!("Dining: {name}");
        lab.detail(timeline);
        table.row(&[&name, &common::format::seconds(seconds)]);
    }
    lab.detail(table);
    lab.prove("philosophers, four ways: all have eaten", all_ate, []);
    if let Some(python) = lab.python("hazards.py", &["--only", "deadlock"]) {
        let [opposite, ordered] = ["opposite", "one_order"].map(|name| python.figure(&format!("deadlock_{name}")));
        let figures = [Figure::count("stuck", opposite as u64), Figure::count("in one order", ordered as u64)];
        let claim = format!("{} too: `acquire(timeout=...)` gives up", python.name());
        lab.observe(claim, Verdict::observed((opposite, ordered) == (2.0, 0.0)), figures);
    }
    Ok(())
}

fn show(lab: &mut Lab, title: &str, steps: &[(usize, Step)], outcome: &str) {
    let mut schedule = Schedule::new(title, &["thread 1", "thread 2"], outcome);
    steps.iter().for_each(|(thread, step)| schedule.step(*thread, step.name()));
    lab.detail(schedule);
}
