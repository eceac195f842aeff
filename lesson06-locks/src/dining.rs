//! Dijkstra's dining philosophers: as many forks as people, two forks to eat. Four ways to pick them up.

use std::sync::{Barrier, Mutex, MutexGuard};
use std::thread;

use common::blocks::{Lane, State, Stopwatch, Timeline};
use common::work::Work;

use crate::primitives::semaphore::{Fair, Semaphore};

/// How many philosophers, and forks.
pub const PHILOSOPHERS: usize = 5;

/// How they pick up their forks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The lower number first: no circle of waiting can close.
    Ordered,
    /// The left one; if the right one is taken, put the left one down and wait a moment of your own length.
    BackOff,
    /// One lock for the whole table: one eats at a time.
    OneLock,
    /// At most four at the table: with one chair empty, somebody has two forks.
    OneChairLess,
}

impl Way {
    /// All four, with their names.
    pub const ALL: [(Way, &'static str); 4] = [
        (Way::Ordered, "lower fork first"),
        (Way::BackOff, "try, put down, back off"),
        (Way::OneLock, "one lock for the table"),
        (Way::OneChairLess, "one chair less"),
    ];
}

/// A fork counts how often it was used.
type Fork = Mutex<u32>;

fn pick_up(fork: &Fork) -> MutexGuard<'_, u32> {
    fork.lock().expect("nobody panics at table")
}

fn try_both<'a>(number: usize, left: &'a Fork, right: &'a Fork) -> (MutexGuard<'a, u32>, MutexGuard<'a, u32>) {
    loop {
        let first = pick_up(left);
        if let Ok(second) = right.try_lock() {
            return (first, second);
        }
        drop(first);
        // Of different length for each: if all waited alike, they could go on failing in step for ever.
        (0..=number).for_each(|_| thread::yield_now());
    }
}

/// Everybody eats `meals` times. Returns how often each fork was used, and who did what when.
pub fn dine(way: Way, meals: usize, bite: Work) -> (Vec<u32>, Timeline) {
    let forks: Vec<Fork> = (0..PHILOSOPHERS).map(|_| Mutex::new(0)).collect();
    let all_sit = Barrier::new(PHILOSOPHERS);
    let (table, chairs, clock) = (Mutex::new(()), Semaphore::<Fair>::new(4), Stopwatch::start());
    let eat = |lane: &mut Lane, mut first: MutexGuard<'_, u32>, mut second: MutexGuard<'_, u32>| {
        lane.enter(State::Holding);
        bite.run();
        *first += 1;
        *second += 1;
    };
    let philosopher = |number: usize| {
        let (left, right) = (&forks[number], &forks[(number + 1) % PHILOSOPHERS]);
        let mut lane = clock.lane(format!("philosopher {}", number + 1));
        all_sit.wait();
        for _ in 0..meals {
            lane.enter(State::Waiting);
            match way {
                Way::Ordered => {
                    // The last one's right fork is number 0: he picks it up first, and so breaks the circle.
                    let (lower, higher) = if number + 1 < PHILOSOPHERS { (left, right) } else { (right, left) };
                    let first = pick_up(lower);
                    eat(&mut lane, first, pick_up(higher));
                }
                Way::BackOff => {
                    let (first, second) = try_both(number, left, right);
                    eat(&mut lane, first, second);
                }
                Way::OneLock => {
                    let _table = table.lock().expect("nobody panics at table");
                    eat(&mut lane, pick_up(left), pick_up(right));
                }
                Way::OneChairLess => {
                    let _chair = chairs.acquire();
                    eat(&mut lane, pick_up(left), pick_up(right));
                }
            }
        }
        lane.leave();
        lane
    };
    let philosopher = &philosopher;
    let lanes: Vec<Lane> = thread::scope(|scope| {
        let dining: Vec<_> = (0..PHILOSOPHERS).map(|number| scope.spawn(move || philosopher(number))).collect();
        dining.into_iter().map(|philosopher| philosopher.join().expect("nobody panics at table")).collect()
    });
    let used = forks.iter().map(|fork| *pick_up(fork)).collect();
    (used, Timeline::new("", lanes))
}
