//! The grader: each property is written once, and asked of the solution and of the exercise.
//!
//! The files are compiled again with the `sync` and `thread` of a runner that tries many schedules with a seed, so that
//! an answer which is right by luck alone is refused. Ignored tests are the to-do list.

use std::any::Any;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::within;
use shuttle::{sync, thread};

#[path = "../src/exercises/mod.rs"]
mod exercises;
#[path = "../src/solutions/mod.rs"]
mod solutions;

/// Runs a property in many schedules; every one of them must keep it.
fn in_every_schedule_tried(property: impl Fn() + Send + Sync + 'static) {
    const SCHEDULES: usize = 500;
    within(Duration::from_secs(60), move || {
        shuttle::Runner::new(shuttle::scheduler::RandomScheduler::new_from_seed(1, SCHEDULES), shuttle::Config::new())
            .run(property)
    });
}

type ParallelSum = fn(&[u64], usize, &(dyn Fn(u64) -> u64 + Sync)) -> u64;

fn parallel_sum(sum: ParallelSum) {
    in_every_schedule_tried(move || {
        let mut random = fastrand::Rng::with_seed(7);
        for (length, threads) in [(0, 1), (0, 3), (1, 4), (5, 2), (7, 3), (8, 4)] {
            let items: Vec<u64> = std::iter::repeat_with(|| random.u64(..1000)).take(length).collect();
            let expected: u64 = items.iter().map(|item| item * item).sum();
            let valued = AtomicUsize::new(0);
            let square = |item| {
                valued.fetch_add(1, Relaxed);
                item * item
            };
            assert_eq!(sum(&items, threads, &square), expected, "the sum of {length} items on {threads} threads");
            assert_eq!(valued.into_inner(), length, "every item is valued exactly once");
        }
        // As many items as threads, and each waits for all the others: a sum that is not parallel hangs here.
        let all_at_once = shuttle::sync::Barrier::new(3);
        let meet = |item| {
            all_at_once.wait();
            item
        };
        assert_eq!(sum(&[1, 2, 3], 3, &meet), 6);
    });
}

#[test]
fn solution_parallel_sum() {
    parallel_sum(solutions::parallel_sum::parallel_sum);
}

#[test]
#[ignore = "your turn: src/exercises/parallel_sum.rs"]
fn exercise_parallel_sum() {
    parallel_sum(exercises::parallel_sum::parallel_sum);
}

type Fetched = Result<Vec<u8>, String>;
type DownloadAll = fn(&[&str], usize, &(dyn Fn(&str) -> Fetched + Sync)) -> Vec<Fetched>;

fn bounded_downloader(download_all: DownloadAll) {
    in_every_schedule_tried(move || {
        let addresses = ["a", "b", "missing", "d", "e"];
        let (in_flight, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let fetch = |address: &str| {
            most.fetch_max(in_flight.fetch_add(1, Relaxed) + 1, Relaxed);
            shuttle::thread::yield_now(); // another thread may come in here, if the downloader lets it
            in_flight.fetch_sub(1, Relaxed);
            if address == "missing" { Err(format!("{address}: 404")) } else { Ok(address.as_bytes().to_vec()) }
        };
        let results = download_all(&addresses, 2, &fetch);
        let expected = [Ok(b"a".to_vec()), Ok(b"b".to_vec()), Err("missing: 404".to_owned()), Ok(b"d".to_vec())];
        assert_eq!(results[..4], expected, "results in the order of the addresses, failures included");
        assert_eq!(results.len(), 5, "one result for each address");
        assert!(most.into_inner() <= 2, "more than `at_most` were under way at once");
        // Two fetches that wait for each other: a downloader that does not use its two threads hangs here.
        let both = shuttle::sync::Barrier::new(2);
        let meet = |_: &str| {
            both.wait();
            Ok(Vec::new())
        };
        assert_eq!(download_all(&["a", "b", "c", "d"], 2, &meet).len(), 4);
        assert_eq!(download_all(&[], 2, &meet), []);
    });
}

#[test]
fn solution_bounded_downloader() {
    bounded_downloader(solutions::bounded_downloader::download_all);
}

#[test]
#[ignore = "your turn: src/exercises/bounded_downloader.rs"]
fn exercise_bounded_downloader() {
    bounded_downloader(exercises::bounded_downloader::download_all);
}

/// Starts a thread under a guard, whose type does not matter here.
type Spawn = fn(Box<dyn FnOnce() + Send>) -> Box<dyn Any>;

fn join_on_drop(spawn: Spawn) {
    in_every_schedule_tried(move || {
        let done = Arc::new(Mutex::new(0));
        let work = |steps: usize| {
            let done = Arc::clone(&done);
            Box::new(move || {
                for _ in 0..steps {
                    shuttle::thread::yield_now();
                    *done.lock().expect("nobody panics") += 1;
                }
            })
        };
        drop(spawn(work(3)));
        assert_eq!(*done.lock().expect("nobody panics"), 3, "the guard is gone and its thread is not done");
        let unwound = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _guard = spawn(work(2));
            std::panic::resume_unwind(Box::new("an early end"));
        }));
        assert!(unwound.is_err());
        assert_eq!(*done.lock().expect("nobody panics"), 5, "the guard must join while a panic unwinds, too");
    });
}

#[test]
fn solution_join_on_drop() {
    join_on_drop(|work| Box::new(solutions::join_on_drop::JoinOnDrop::spawn(work)));
}

#[test]
#[ignore = "your turn: src/exercises/join_on_drop.rs"]
fn exercise_join_on_drop() {
    join_on_drop(|work| Box::new(exercises::join_on_drop::JoinOnDrop::spawn(work)));
}

/// Answers that are wrong in the usual ways. A grader that accepted one of them would be worth nothing.
mod wrong_answers {
    use super::*;
    use shuttle::thread;

    #[test]
    #[should_panic(expected = "deadlock")]
    fn a_sum_that_joins_as_it_spawns() {
        parallel_sum(|items, threads, value| {
            let part = items.len().div_ceil(threads).max(1);
            thread::scope(|scope| {
                let spawn = |part: &'_ [u64]| part.iter().map(|&item| value(item)).sum::<u64>();
                items.chunks(part).map(|part| scope.spawn(move || spawn(part)).join().expect("no panic")).sum()
            })
        });
    }

    #[test]
    #[should_panic(expected = "the sum of")]
    fn a_sum_that_forgets_the_rest() {
        parallel_sum(|items, threads, value| {
            let part = (items.len() / threads).max(1);
            items.chunks(part).take(threads).flatten().map(|&item| value(item)).sum()
        });
    }

    #[test]
    #[should_panic(expected = "more than `at_most`")]
    fn a_thread_for_each_address() {
        bounded_downloader(|addresses, _, fetch| {
            thread::scope(|scope| {
                let spawn = |address: &&'_ str| {
                    let address = address.to_string();
                    scope.spawn(move || fetch(&address))
                };
                let fetches: Vec<_> = addresses.iter().map(spawn).collect();
                fetches.into_iter().map(|fetch| fetch.join().expect("no panic")).collect()
            })
        });
    }

    #[test]
    #[should_panic(expected = "deadlock")]
    fn one_download_after_the_other() {
        bounded_downloader(|addresses, _, fetch| addresses.iter().map(|address| fetch(address)).collect());
    }

    #[test]
    #[should_panic(expected = "its thread is not done")]
    fn a_guard_that_forgets_to_join() {
        join_on_drop(|work| Box::new(thread::spawn(work)));
    }
}
