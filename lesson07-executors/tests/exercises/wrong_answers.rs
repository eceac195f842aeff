//! Answers that are wrong in the usual ways. A grader that accepted one of them would be worth nothing.

use std::collections::VecDeque;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

use super::sync::{Condvar, Mutex, mpsc};
use super::{
    AsCompleted, Failing, FirstFailure, Job, MapIsolated, Pool, Work, as_completed, bounded_pool, first_failure,
    map_isolated, solutions, thread,
};

struct InTurn;

impl MapIsolated for InTurn {
    fn map(_: usize, items: Vec<u32>, job: impl Fn(u32) -> u32 + Send + Sync + 'static) -> Vec<Result<u32, String>> {
        let words = |panic: Box<dyn std::any::Any + Send>| {
            let text = panic.downcast_ref::<&str>().map(|&text| text.to_owned());
            text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
        };
        items.into_iter().map(|item| panic::catch_unwind(AssertUnwindSafe(|| job(item))).map_err(words)).collect()
    }
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_map_that_is_not_parallel() {
    map_isolated::<InTurn>();
}

struct ThreadDies;

impl MapIsolated for ThreadDies {
    fn map(
        workers: usize,
        items: Vec<u32>,
        job: impl Fn(u32) -> u32 + Send + Sync + 'static,
    ) -> Vec<Result<u32, String>> {
        let (items, job) = (Arc::new(Mutex::new(items.into_iter().enumerate())), Arc::new(job));
        let results = Arc::new(Mutex::new(Vec::new()));
        let worker = |_| {
            let (items, job, results) = (items.clone(), job.clone(), results.clone());
            thread::spawn(move || {
                // Caught around the whole thread: the rest of its items is lost.
                let _ = panic::catch_unwind(AssertUnwindSafe(|| {
                    loop {
                        let next = items.lock().expect("fine").next();
                        let Some((number, item)) = next else { return };
                        let result = job(item);
                        results.lock().expect("fine").push((number, Ok(result)));
                    }
                }));
            })
        };
        (0..workers).map(worker).collect::<Vec<_>>().into_iter().for_each(|worker| worker.join().expect("caught"));
        let mut results = std::mem::take(&mut *results.lock().expect("fine"));
        results.sort_by_key(|(number, _)| *number);
        results.into_iter().map(|(_, result)| result).collect()
    }
}

#[test]
#[should_panic(expected = "the results, in order")]
fn a_map_whose_threads_die_of_a_panic() {
    map_isolated::<ThreadDies>();
}

struct AsTheyCome;

impl MapIsolated for AsTheyCome {
    fn map(
        workers: usize,
        items: Vec<u32>,
        job: impl Fn(u32) -> u32 + Send + Sync + 'static,
    ) -> Vec<Result<u32, String>> {
        let (items, job) = (Arc::new(Mutex::new(items.into_iter())), Arc::new(job));
        let (sender, results) = mpsc::channel();
        for _ in 0..workers {
            let (items, job, sender) = (items.clone(), job.clone(), sender.clone());
            thread::spawn(move || {
                loop {
                    let next = items.lock().expect("fine").next();
                    let Some(item) = next else { return };
                    let result = panic::catch_unwind(AssertUnwindSafe(|| job(item)));
                    let words = |panic: Box<dyn std::any::Any + Send>| {
                        panic.downcast_ref::<&str>().map_or("made by format".to_owned(), |&text| text.to_owned())
                    };
                    sender.send(result.map_err(words)).expect("fine");
                }
            });
        }
        drop(sender);
        std::iter::from_fn(|| results.recv().ok()).collect()
    }
}

#[test]
#[should_panic(expected = "the results, in order")]
fn a_map_in_the_order_of_completion() {
    map_isolated::<AsTheyCome>();
}

struct KeepsASender;

impl AsCompleted for KeepsASender {
    fn as_completed(jobs: Vec<Job<u32>>) -> Box<dyn Iterator<Item = (usize, u32)>> {
        let (sender, results) = mpsc::channel();
        for (number, job) in jobs.into_iter().enumerate() {
            let sender = sender.clone();
            thread::spawn(move || _ = sender.send((number, job())));
        }
        Box::new(std::iter::from_fn(move || {
            let _kept = &sender;
            results.recv().ok()
        }))
    }
}

#[test]
#[should_panic(expected = "deadlock")]
fn an_iterator_that_keeps_a_sender() {
    as_completed::<KeepsASender>();
}

struct InSubmitOrder;

impl AsCompleted for InSubmitOrder {
    fn as_completed(jobs: Vec<Job<u32>>) -> Box<dyn Iterator<Item = (usize, u32)>> {
        let threads: Vec<_> = jobs.into_iter().map(thread::spawn).collect();
        Box::new(threads.into_iter().enumerate().map(|(number, thread)| (number, thread.join().expect("fine"))))
    }
}

#[test]
#[should_panic(expected = "deadlock")]
fn results_in_submit_order() {
    as_completed::<InSubmitOrder>();
}

struct WaitsForAll;

impl AsCompleted for WaitsForAll {
    fn as_completed(jobs: Vec<Job<u32>>) -> Box<dyn Iterator<Item = (usize, u32)>> {
        Box::new(solutions::as_completed::as_completed(jobs).collect::<Vec<_>>().into_iter())
    }
}

#[test]
#[should_panic(expected = "deadlock")]
fn results_when_all_are_through() {
    as_completed::<WaitsForAll>();
}

struct Unwraps;

impl AsCompleted for Unwraps {
    fn as_completed(jobs: Vec<Job<u32>>) -> Box<dyn Iterator<Item = (usize, u32)>> {
        let (sender, results) = mpsc::channel();
        for (number, job) in jobs.into_iter().enumerate() {
            let sender = sender.clone();
            thread::spawn(move || sender.send((number, job())).expect("somebody listens"));
        }
        drop(sender);
        Box::new(std::iter::from_fn(move || results.recv().ok()))
    }
}

#[test]
#[should_panic(expected = "somebody listens")]
fn an_iterator_that_may_not_be_dropped() {
    as_completed::<Unwraps>();
}

/// A pool like the solution's, wrong in one place.
struct Wrong<const PLACE: u8> {
    shared: Arc<Shared>,
    workers: Vec<thread::JoinHandle<()>>,
}

struct Shared {
    queue: Mutex<(VecDeque<Work>, bool)>,
    more: Condvar,
    room: Condvar,
    capacity: usize,
}

const IF: u8 = 0;
const NO_ROOM_TOLD: u8 = 1;
const NO_MORE_TOLD: u8 = 2;
const ENDS_AT_ONCE: u8 = 3;
const TELLS_ONE: u8 = 4;
const NO_BOUND: u8 = 5;
const DOES_NOT_WAIT: u8 = 6;

impl<const PLACE: u8> Pool for Wrong<PLACE> {
    fn new(workers: usize, capacity: usize) -> Self {
        let queue = Mutex::new((VecDeque::new(), false));
        let shared = Arc::new(Shared { queue, more: Condvar::new(), room: Condvar::new(), capacity });
        let worker = |_| {
            let shared = shared.clone();
            thread::spawn(move || {
                let mut queue = shared.queue.lock().expect("fine");
                loop {
                    if PLACE == ENDS_AT_ONCE && queue.1 {
                        return;
                    }
                    if let Some(job) = queue.0.pop_front() {
                        if PLACE != NO_ROOM_TOLD {
                            shared.room.notify_one();
                        }
                        drop(queue);
                        job();
                        queue = shared.queue.lock().expect("fine");
                    } else if queue.1 {
                        return;
                    } else {
                        queue = shared.more.wait(queue).expect("fine");
                    }
                }
            })
        };
        let workers = (0..workers).map(worker).collect();
        Wrong { shared, workers }
    }

    fn submit(&self, job: Work) {
        let mut queue = self.shared.queue.lock().expect("fine");
        if PLACE == IF && queue.0.len() == self.shared.capacity {
            queue = self.shared.room.wait(queue).expect("fine");
        }
        while PLACE != IF && PLACE != NO_BOUND && queue.0.len() == self.shared.capacity {
            queue = self.shared.room.wait(queue).expect("fine");
        }
        assert!(queue.0.len() < self.shared.capacity || PLACE == NO_BOUND, "more jobs are queued than agreed");
        queue.0.push_back(job);
        if PLACE != NO_MORE_TOLD {
            self.shared.more.notify_one();
        }
    }

    fn try_submit(&self, job: Work) -> Result<(), Work> {
        let mut queue = self.shared.queue.lock().expect("fine");
        if PLACE != NO_BOUND && queue.0.len() == self.shared.capacity {
            return Err(job);
        }
        queue.0.push_back(job);
        self.shared.more.notify_one();
        Ok(())
    }

    fn shutdown(self) {
        self.shared.queue.lock().expect("fine").1 = true;
        if PLACE == TELLS_ONE {
            self.shared.more.notify_one();
        } else {
            self.shared.more.notify_all();
        }
        if PLACE != DOES_NOT_WAIT {
            self.workers.into_iter().for_each(|worker| worker.join().expect("fine"));
        }
    }
}

#[test]
#[should_panic(expected = "more jobs are queued than agreed")]
fn a_pool_with_an_if_for_the_while() {
    bounded_pool::<Wrong<IF>>();
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_pool_that_tells_nobody_of_room() {
    bounded_pool::<Wrong<NO_ROOM_TOLD>>();
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_pool_that_tells_no_worker() {
    bounded_pool::<Wrong<NO_MORE_TOLD>>();
}

#[test]
#[should_panic(expected = "all that was accepted has run")]
fn a_pool_that_forgets_its_queue() {
    bounded_pool::<Wrong<ENDS_AT_ONCE>>();
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_pool_that_ends_one_worker() {
    bounded_pool::<Wrong<TELLS_ONE>>();
}

#[test]
#[should_panic(expected = "more jobs are queued than agreed")]
fn a_pool_without_a_bound() {
    bounded_pool::<Wrong<NO_BOUND>>();
}

#[test]
#[should_panic(expected = "all that was accepted has run")]
fn a_pool_that_does_not_wait() {
    bounded_pool::<Wrong<DOES_NOT_WAIT>>();
}

type Token = solutions::first_failure::Token;

fn start(jobs: Vec<Failing<Token>>, token: &Token) -> Vec<thread::JoinHandle<Result<u32, String>>> {
    let start = |job: Failing<Token>| {
        let token = token.clone();
        thread::spawn(move || job(&token))
    };
    jobs.into_iter().map(start).collect()
}

struct JoinsInOrder;

impl FirstFailure for JoinsInOrder {
    type Token = Token;
    fn all(jobs: Vec<Failing<Token>>) -> Result<Vec<u32>, String> {
        let token = Token::new();
        let results = start(jobs, &token).into_iter().map(|thread| {
            let result = thread.join().expect("fine");
            if result.is_err() {
                token.cancel();
            }
            result
        });
        results.collect::<Vec<_>>().into_iter().collect()
    }
}

#[test]
#[should_panic(expected = "deadlock")]
fn failures_looked_for_in_submit_order() {
    first_failure::<JoinsInOrder>();
}

struct AnyFailure<const WAITS: bool>;

impl<const WAITS: bool> FirstFailure for AnyFailure<WAITS> {
    type Token = Token;
    fn all(jobs: Vec<Failing<Token>>) -> Result<Vec<u32>, String> {
        let (token, (sender, ended)) = (Token::new(), mpsc::channel());
        let count = jobs.len();
        for (number, job) in jobs.into_iter().enumerate() {
            let (token, sender) = (token.clone(), sender.clone());
            thread::spawn(move || {
                let result = job(&token);
                if result.is_err() {
                    token.cancel();
                }
                let _ = sender.send((number, result));
            });
        }
        let mut results = Vec::new();
        for _ in 0..count {
            let (number, result) = ended.recv().expect("fine");
            if !WAITS && result.is_err() {
                return result.map(|_| Vec::new());
            }
            results.push((number, result));
        }
        // In the order of the jobs: the failure that stands first, not the one that came first.
        results.sort_by_key(|(number, _)| *number);
        results.into_iter().map(|(_, result)| result).collect()
    }
}

#[test]
#[should_panic(expected = "some have not ended")]
fn a_failure_that_does_not_wait_for_the_others() {
    first_failure::<AnyFailure<false>>();
}

#[test]
#[should_panic(expected = "the failure that came first")]
fn a_failure_that_only_stands_first() {
    first_failure::<AnyFailure<true>>();
}
