//! A thread that parks until it is told to go on.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering::Acquire, Ordering::Release};
use std::thread;

use common::blocks::{State, Stopwatch, Timeline};
use common::work::Work;

/// Parks a thread, looks at it, wakes it, joins it. Returns whether it looked finished while it was parked.
pub fn parked() -> (bool, Timeline) {
    let clock = Stopwatch::start();
    let (about_to_park, go) = (Barrier::new(2), AtomicBool::new(false));
    thread::scope(|scope| {
        let worker = scope.spawn(|| {
            let mut lane = clock.lane("worker-1");
            lane.enter(State::Running);
            Work::rounds(200_000).run();
            about_to_park.wait();
            lane.enter(State::Sleeping);
            // In a loop: `park` may return without cause. An `unpark` that comes first is not lost, it is kept.
            while !go.load(Acquire) {
                thread::park();
            }
            lane.enter(State::Running);
            Work::rounds(200_000).run();
            lane
        });
        let mut lane = clock.lane("main");
        about_to_park.wait();
        lane.enter(State::Running);
        Work::rounds(300_000).run();
        let looked_finished = worker.is_finished();
        go.store(true, Release); // pairs with the worker's Acquire: what was done before is seen after
        worker.thread().unpark();
        lane.enter(State::Waiting);
        let worker = worker.join().expect("it only works and parks");
        (looked_finished, Timeline::new("Spawned, parked, unparked, joined", [lane, worker]))
    })
}
