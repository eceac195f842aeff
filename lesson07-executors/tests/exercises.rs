//! The grader: each property is written once, and asked of the solution and of the exercise.
//!
//! The files are compiled again with a `sync` and a `thread` that run thousands of schedules, so that an answer which is
//! right by luck alone is refused, with the schedule that breaks it. Ignored tests are the to-do list.

#![allow(missing_docs, dead_code, clippy::duplicate_mod)]

#[path = "../src/exercises/mod.rs"]
mod exercises;
#[path = "../src/solutions/mod.rs"]
mod solutions;
#[path = "exercises/wrong_answers.rs"]
mod wrong_answers;

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use common::grader::{self, Schedules, note, pause, sync};
use shuttle::thread;

/// Every schedule tried must keep the property.
fn grade(property: impl Fn() + Send + Sync + 'static) {
    grader::grade(Schedules { in_order: 1_500, at_random: 1_000 }, property);
}

trait MapIsolated: 'static {
    fn map(
        workers: usize,
        items: Vec<u32>,
        job: impl Fn(u32) -> u32 + Send + Sync + 'static,
    ) -> Vec<Result<u32, String>>;
}

fn map_isolated<M: MapIsolated>() {
    for workers in [1, 2] {
        grade(move || {
            let results = M::map(workers, vec![1, 2, 3], |item| match item {
                2 => {
                    note("panics at 2");
                    resume_unwind(Box::new("bad item"))
                }
                item => {
                    note(format!("computes {item}"));
                    item * 10
                }
            });
            assert_eq!(results, [Ok(10), Err("bad item".to_owned()), Ok(30)], "the results, in order");
        });
    }
    grade(|| {
        assert_eq!(M::map(2, Vec::new(), |item| item), [], "no items");
        let results = M::map(1, vec![7], |_| resume_unwind(Box::new(String::from("made by format"))));
        assert_eq!(results, [Err("made by format".to_owned())], "words may be a `String` as well");
    });
    // Two jobs that wait for each other: on two threads they meet.
    grade(|| {
        let both = Arc::new(shuttle::sync::Barrier::new(2));
        let results = M::map(2, vec![1, 2], move |item| {
            note(format!("{item} comes"));
            both.wait();
            item
        });
        assert_eq!(results, [Ok(1), Ok(2)], "the results, in order");
    });
}

type Job<T> = Box<dyn FnOnce() -> T + Send>;

trait AsCompleted: 'static {
    fn as_completed(jobs: Vec<Job<u32>>) -> Box<dyn Iterator<Item = (usize, u32)>>;
}

fn as_completed<A: AsCompleted>() {
    grade(|| {
        let mut all: Vec<_> =
            A::as_completed((0..3_u32).map(|number| Box::new(move || number * 10) as Job<u32>).collect()).collect();
        all.sort_unstable();
        assert_eq!(all, [(0, 0), (1, 10), (2, 20)], "each result once, with its number");
        assert_eq!(A::as_completed(Vec::new()).next(), None, "no jobs");
    });
    // The first job ends only when the second one's result is in hand.
    grade(|| {
        let (go, gone) = shuttle::sync::mpsc::channel();
        let jobs: Vec<Job<u32>> = vec![
            Box::new(move || {
                note("0 waits for its turn");
                gone.recv().expect("the caller lets it go");
                1
            }),
            Box::new(|| {
                note("1 is through");
                2
            }),
        ];
        let mut results = A::as_completed(jobs);
        assert_eq!(results.next(), Some((1, 2)), "the one that is through first");
        note("has the result of 1");
        go.send(()).expect("it waits");
        assert_eq!(results.next(), Some((0, 1)), "then the other");
        assert_eq!(results.next(), None, "and no more");
    });
    // Who has enough drops the iterator.
    grade(|| {
        let first = A::as_completed(vec![Box::new(|| 1), Box::new(|| 2)]).next();
        assert!(matches!(first, Some((0, 1) | (1, 2))), "one of them");
    });
}

type Work = Box<dyn FnOnce() + Send>;

trait Pool: Send + Sync + Sized + 'static {
    fn new(workers: usize, capacity: usize) -> Self;
    fn submit(&self, job: Work);
    fn try_submit(&self, job: Work) -> Result<(), Work>;
    fn shutdown(self);
}

fn bounded_pool<P: Pool>() {
    for (workers, capacity, jobs) in [(1, 1, 3), (2, 1, 3), (2, 2, 4)] {
        grade(move || {
            let (pool, ran) = (P::new(workers, capacity), Arc::new(AtomicU32::new(0)));
            for job in 0..jobs {
                let counted = Arc::clone(&ran);
                pool.submit(Box::new(move || {
                    note(format!("job {job} runs"));
                    counted.fetch_add(1, SeqCst);
                }));
                // Those that ran or run, and those in the queue, are all there are.
                let most = ran.load(SeqCst) + (workers + capacity) as u32;
                assert!(job < most, "more jobs are queued than agreed");
            }
            pool.shutdown();
            assert_eq!(ran.load(SeqCst), jobs, "all that was accepted has run when `shutdown` comes back");
        });
    }
    // One worker, busy until told: a place, and then none.
    grade(|| {
        let pool = P::new(1, 1);
        let ((begun, has_begun), (go, gone)) = (shuttle::sync::mpsc::channel(), shuttle::sync::mpsc::channel::<()>());
        pool.submit(Box::new(move || {
            begun.send(()).expect("the caller waits");
            gone.recv().expect("the caller lets it go");
        }));
        has_begun.recv().expect("it begins");
        assert!(pool.try_submit(Box::new(|| note("the queued one runs"))).is_ok(), "there is a place");
        assert!(pool.try_submit(Box::new(|| panic!("a refused job ran"))).is_err(), "there is no place");
        go.send(()).expect("it waits");
        pool.shutdown();
    });
    // Two submit to a pool that has one place.
    grade(|| {
        let (pool, ran) = (Arc::new(P::new(1, 1)), Arc::new(AtomicU32::new(0)));
        let submitter = |number: u32| {
            let (pool, ran) = (Arc::clone(&pool), Arc::clone(&ran));
            move || {
                for _ in 0..2 {
                    let ran = Arc::clone(&ran);
                    note(format!("{number} submits"));
                    pool.submit(Box::new(move || _ = ran.fetch_add(1, SeqCst)));
                }
            }
        };
        let other = thread::spawn(submitter(1));
        submitter(2)();
        other.join().expect("a panic is reported by the runner");
        Arc::into_inner(pool).expect("the submitters are gone").shutdown();
        assert_eq!(ran.load(SeqCst), 4, "all that was accepted has run");
    });
}

/// What a job is told, whichever answer made it.
trait IsCancelled {
    fn sleep_until_cancelled(&self);
}

type Failing<K> = Box<dyn FnOnce(&K) -> Result<u32, String> + Send>;

trait FirstFailure: 'static {
    type Token: IsCancelled + 'static;
    fn all(jobs: Vec<Failing<Self::Token>>) -> Result<Vec<u32>, String>;
}

fn first_failure<F: FirstFailure>() {
    grade(|| {
        let jobs: Vec<Failing<F::Token>> =
            (0..3_u32).map(|number| Box::new(move |_: &F::Token| Ok(number)) as _).collect();
        assert_eq!(F::all(jobs), Ok(vec![0, 1, 2]), "all results, in order");
        assert_eq!(F::all(Vec::new()), Ok(vec![]), "no jobs");
    });
    // One fails; the others would sleep for ever, and fail as well when they are told.
    grade(|| {
        let ended = Arc::new(AtomicU32::new(0));
        let sleeps = |number: u32| -> Failing<F::Token> {
            let ended = Arc::clone(&ended);
            Box::new(move |token| {
                token.sleep_until_cancelled();
                note(format!("{number} stops"));
                pause();
                ended.fetch_add(1, SeqCst);
                Err("stopped".to_owned())
            })
        };
        let fails: Failing<F::Token> = Box::new(|_| {
            note("fails");
            Err("the first".to_owned())
        });
        let result = F::all(vec![sleeps(0), fails, sleeps(2)]);
        assert_eq!(ended.load(SeqCst), 2, "some have not ended when it returns");
        assert_eq!(result, Err("the first".to_owned()), "the failure that came first");
    });
    // One fails, another succeeds all the same.
    grade(|| {
        let jobs: Vec<Failing<F::Token>> = vec![Box::new(|_| Ok(1)), Box::new(|_| Err("no".to_owned()))];
        assert_eq!(F::all(jobs), Err("no".to_owned()), "one failure is a failure");
    });
}

macro_rules! answers {
    ($($module:ident: $answer:ident),*) => {$(
        struct $answer;

        impl MapIsolated for $answer {
            fn map(
                workers: usize,
                items: Vec<u32>,
                job: impl Fn(u32) -> u32 + Send + Sync + 'static,
            ) -> Vec<Result<u32, String>> {
                $module::map_isolated::map_isolated(workers, items, job)
            }
        }
        impl AsCompleted for $answer {
            fn as_completed(jobs: Vec<Job<u32>>) -> Box<dyn Iterator<Item = (usize, u32)>> {
                $module::as_completed::as_completed(jobs)
            }
        }
        impl Pool for $module::bounded_pool::Pool {
            fn new(workers: usize, capacity: usize) -> Self {
                Self::new(workers, capacity)
            }
            fn submit(&self, job: Work) {
                self.submit(job);
            }
            fn try_submit(&self, job: Work) -> Result<(), Work> {
                self.try_submit(job)
            }
            fn shutdown(self) {
                self.shutdown();
            }
        }
        impl IsCancelled for $module::first_failure::Token {
            fn sleep_until_cancelled(&self) {
                self.cancelled();
            }
        }
        impl FirstFailure for $answer {
            type Token = $module::first_failure::Token;
            fn all(jobs: Vec<Failing<Self::Token>>) -> Result<Vec<u32>, String> {
                $module::first_failure::all_or_first_failure(jobs)
            }
        }
    )*};
}

answers!(exercises: Exercise, solutions: Solution);

#[test]
fn solution_as_completed() {
    as_completed::<Solution>();
}

#[test]
#[ignore = "your turn: src/exercises/as_completed.rs"]
fn exercise_as_completed() {
    as_completed::<Exercise>();
}

#[test]
fn solution_map_isolated() {
    map_isolated::<Solution>();
}

#[test]
#[ignore = "your turn: src/exercises/map_isolated.rs"]
fn exercise_map_isolated() {
    map_isolated::<Exercise>();
}

#[test]
fn solution_first_failure() {
    first_failure::<Solution>();
}

#[test]
#[ignore = "your turn: src/exercises/first_failure.rs"]
fn exercise_first_failure() {
    first_failure::<Exercise>();
}

#[test]
fn solution_bounded_pool() {
    bounded_pool::<solutions::bounded_pool::Pool>();
}

#[test]
#[ignore = "your turn: src/exercises/bounded_pool.rs"]
fn exercise_bounded_pool() {
    bounded_pool::<exercises::bounded_pool::Pool>();
}
