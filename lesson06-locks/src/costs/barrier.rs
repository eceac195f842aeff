//! What a round costs, and who waits in it.

use std::thread;

use common::blocks::{State, Stopwatch, Table, Timeline};
use common::measure;
use common::work::Work;

use super::pin;
use crate::primitives::barrier::{Barrier, UnderALock};

/// Threads of different speed meet three times; who waits for whom.
pub fn picture() -> Timeline {
    let (barrier, clock) = (Barrier::new(3), Stopwatch::start());
    let worker = |number: u64| {
        let mut lane = clock.lane(format!("worker-{number}"));
        for round in 0..3 {
            lane.enter(State::Running);
            Work::rounds(30_000 * (1 + (number + round) % 3)).run();
            lane.enter(State::Waiting);
            barrier.wait().expect("nobody breaks it");
        }
        lane
    };
    thread::scope(|scope| {
        let workers = [0, 1, 2].map(|number| scope.spawn(move || worker(number)));
        Timeline::new(
            "Each round takes as long as its slowest",
            workers.map(|worker| worker.join().expect("it only works")),
        )
    })
}

/// A row for each; and what a round of version 2 takes with asking and without, in seconds.
pub fn costs() -> (Table, [f64; 2]) {
    let turns = |wait: &(dyn Fn() + Sync)| {
        let work = |core| {
            pin(core);
            (0..1_000).for_each(|_| wait());
        };
        measure::time(|| thread::scope(|scope| drop([scope.spawn(|| work(0)), scope.spawn(|| work(1))]))).1 / 1_000.0
    };
    let (first, ours, std) = (UnderALock::new(2), Barrier::new(2), std::sync::Barrier::new(2));
    let sleeps = Barrier::<0>::with_spin(2);
    let times = [
        turns(&|| assert!(first.wait().is_ok())),
        turns(&|| assert!(ours.wait().is_ok())),
        turns(&|| {
            std.wait();
        }),
        turns(&|| assert!(sleeps.wait().is_ok())),
    ];
    let mut table = Table::new("Two threads, a round", &["barrier", "time"]);
    for (name, time) in
        ["1 under a lock", "2 generations", "std::sync::Barrier", "2 generations, no spin"].iter().zip(times)
    {
        table.row(&[name, &common::format::seconds(time)]);
    }
    (table, [times[1], times[3]])
}
