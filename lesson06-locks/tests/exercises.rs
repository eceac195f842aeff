//! The grader: each property is written once, and asked of the solution and of the exercise.
//!
//! The files are compiled again with a `sync` that runs thousands of schedules and writes each down, so that an answer
//! which is right by luck alone is refused, with the schedule that breaks it. Ignored tests are the to-do list.

#![allow(missing_docs, dead_code, clippy::duplicate_mod)]

#[path = "../src/exercises/mod.rs"]
mod exercises;
#[path = "../src/solutions/mod.rs"]
mod solutions;
#[path = "exercises/wrong_answers.rs"]
mod wrong_answers;
#[path = "exercises/wrong_reader_writer.rs"]
mod wrong_reader_writer;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, Ordering::SeqCst};

use common::grader::{self, Schedules, note, pause, sync, together};

/// Every schedule tried must keep the property.
fn grade(property: impl Fn() + Send + Sync + 'static) {
    grader::grade(Schedules { in_order: 3_000, at_random: 1_500 }, property);
}

/// A piece of work for one thread.
fn work(work: impl FnOnce() + Send + 'static) -> Box<dyn FnOnce() + Send> {
    Box::new(work)
}

trait Semaphore: Send + Sync + 'static {
    fn new(permits: usize) -> Self;
    fn acquire(&self);
    fn release(&self);
}

fn semaphore<S: Semaphore>() {
    for (permits, threads, rounds) in [(1, 2, 1), (1, 3, 1), (2, 3, 2)] {
        grade(move || {
            let shared = Arc::new((S::new(permits), AtomicU32::new(0)));
            let visit = |shared: Arc<(S, AtomicU32)>| {
                work(move || {
                    for _ in 0..rounds {
                        shared.0.acquire();
                        let inside = shared.1.fetch_add(1, SeqCst) + 1;
                        note(format!("is in: {inside}"));
                        assert!(inside <= permits as u32, "more are in than there are permits");
                        pause();
                        shared.1.fetch_sub(1, SeqCst);
                        shared.0.release();
                    }
                })
            };
            together((0..threads).map(|_| visit(shared.clone())).collect());
        });
    }
    // Two wait, two permits come, one after the other: nobody may sleep beside a free permit.
    grade(|| {
        let shared = Arc::new(S::new(0));
        let [first, second, giver] = [0; 3].map(|_| shared.clone());
        together(vec![
            work(move || first.acquire()),
            work(move || second.acquire()),
            work(move || (giver.release(), giver.release()).1),
        ]);
    });
}

trait Barrier: Send + Sync + 'static {
    fn new(threads: usize) -> Self;
    fn wait(&self);
}

fn barrier<B: Barrier>() {
    for (threads, rounds) in [(2, 2), (3, 2)] {
        grade(move || {
            let shared = Arc::new((B::new(threads as usize), AtomicU32::new(0)));
            let meet = |shared: Arc<(B, AtomicU32)>| {
                work(move || {
                    for round in 1..=rounds {
                        note(format!("comes to {round}"));
                        shared.1.fetch_add(1, SeqCst);
                        shared.0.wait();
                        note(format!("leaves {round}"));
                        assert!(shared.1.load(SeqCst) >= round * threads, "it left before all had come");
                    }
                })
            };
            together((0..threads).map(|_| meet(shared.clone())).collect());
        });
    }
}

trait Buffer: Send + Sync + 'static {
    fn new(capacity: usize) -> Self;
    fn put(&self, item: u32);
    fn get(&self) -> u32;
}

fn bounded_buffer<B: Buffer>() {
    // How many are in the buffer, as far as can be known from outside: put for certain, minus perhaps taken.
    grade(|| {
        let shared = Arc::new((B::new(1), AtomicU32::new(0), AtomicU32::new(0)));
        let (producer, consumer) = (shared.clone(), shared);
        together(vec![
            work(move || {
                for item in 1..=3 {
                    producer.0.put(item);
                    let put = producer.1.fetch_add(1, SeqCst) + 1;
                    note(format!("has put {item}"));
                    assert!(put <= producer.2.load(SeqCst) + 1, "more items are in than agreed");
                }
            }),
            work(move || {
                for expected in 1..=3 {
                    consumer.2.fetch_add(1, SeqCst);
                    let item = consumer.0.get();
                    note(format!("has got {item}"));
                    assert_eq!(item, expected, "the items come in the wrong order");
                }
            }),
        ]);
    });
    grade(|| {
        let shared = Arc::new((B::new(1), AtomicU32::new(0)));
        let put = |shared: &Arc<(B, AtomicU32)>, item| {
            let shared = shared.clone();
            work(move || (shared.0.put(item), note(format!("has put {item}"))).1)
        };
        let get = |shared: &Arc<(B, AtomicU32)>| {
            let shared = shared.clone();
            work(move || {
                let item = shared.0.get();
                note(format!("has got {item}"));
                shared.1.fetch_add(item, SeqCst);
            })
        };
        together(vec![put(&shared, 1), put(&shared, 2), get(&shared), get(&shared)]);
        assert_eq!(shared.1.load(SeqCst), 3, "an item was lost or came twice");
    });
}

trait Bank: Send + Sync + 'static {
    fn new(balances: &[u64]) -> Self;
    fn transfer(&self, from: usize, to: usize, amount: u64) -> bool;
    fn account(&self, account: usize) -> &sync::Mutex<u64>;
}

fn bank_transfer<B: Bank>() {
    grade(|| {
        let bank = B::new(&[100, 0]);
        assert!(bank.transfer(0, 1, 60), "the money is there");
        assert!(!bank.transfer(0, 1, 60), "the money is not there");
        assert!(bank.transfer(1, 1, 60) && !bank.transfer(1, 1, 61), "to oneself: whether it is there");
        assert_eq!([0, 1].map(|account| *bank.account(account).lock().expect("fine")), [40, 60], "the balances");
    });
    grade(|| {
        let bank = Arc::new(B::new(&[100, 100]));
        let (there, back) = (bank.clone(), bank.clone());
        together(vec![work(move || assert!(there.transfer(0, 1, 70))), work(move || assert!(back.transfer(1, 0, 30)))]);
        let balances = [0, 1].map(|account| *bank.account(account).lock().expect("fine"));
        assert_eq!(balances, [60, 140], "the balances in the end");
    });
    grade(|| {
        let bank = Arc::new(B::new(&[100, 0]));
        let (first, second, auditor) = (bank.clone(), bank.clone(), bank.clone());
        let spend = |bank: Arc<B>| {
            work(move || {
                bank.transfer(0, 1, 100);
            })
        };
        let audit = work(move || {
            let (lower, higher) = (auditor.account(0).lock(), auditor.account(1).lock());
            let sum = *lower.expect("fine") + *higher.expect("fine");
            note(format!("counts {sum}"));
            assert_eq!(sum, 100, "money has appeared or disappeared");
        });
        together(vec![spend(first), spend(second), audit]);
        assert_eq!(*bank.account(1).lock().expect("fine"), 100, "the same money was spent twice");
    });
}

trait OnceCell: Send + Sync + 'static {
    fn new() -> Self;
    fn get_or_make(&self, make: &dyn Fn() -> u32) -> u32;
    fn peek(&self) -> Option<u32>;
}

fn once_cell<O: OnceCell>() {
    for threads in [2, 3] {
        grade(move || {
            let shared = Arc::new((O::new(), AtomicU32::new(0)));
            let ask = |shared: Arc<(O, AtomicU32)>| {
                work(move || {
                    let make = || {
                        let times = shared.1.fetch_add(1, SeqCst) + 1;
                        note(format!("makes it: {times}"));
                        assert_eq!(times, 1, "it was made twice");
                        assert_eq!(shared.0.peek(), None, "not yet made");
                        42
                    };
                    assert_eq!(shared.0.get_or_make(&make), 42, "the value");
                    assert_eq!(shared.0.peek(), Some(42), "made");
                })
            };
            together((0..threads).map(|_| ask(shared.clone())).collect());
        });
    }
}

trait ReaderWriter: Send + Sync + 'static {
    fn new() -> Self;
    fn writers_waiting(&self) -> usize;
    fn read(&self);
    fn done_reading(&self);
    fn write(&self);
    fn done_writing(&self);
}

fn reader_writer<L: ReaderWriter>() {
    // Each thread reads or writes in turn, as its letters say. Readers count up, a writer far down: a mixture shows.
    for plans in [&["w", "w"][..], &["rw", "w"], &["r", "r", "w"], &["wr", "w", "r"]] {
        grade(move || {
            let shared = Arc::new((L::new(), AtomicI32::new(0)));
            let visit = |plan: &'static str| {
                let shared = shared.clone();
                work(move || {
                    for action in plan.chars() {
                        let (come, step): (fn(&L), i32) = if action == 'r' { (L::read, 1) } else { (L::write, -1000) };
                        come(&shared.0);
                        let inside = shared.1.fetch_add(step, SeqCst) + step;
                        note(if action == 'r' { "reads" } else { "writes" });
                        assert!(inside == -1000 || inside > 0, "a writer is not alone");
                        pause();
                        shared.1.fetch_sub(step, SeqCst);
                        note("leaves");
                        if action == 'r' { shared.0.done_reading() } else { shared.0.done_writing() }
                    }
                })
            };
            together(plans.iter().copied().map(visit).collect());
        });
    }
    // Two readers that wait for each other inside: they meet, if they may share.
    grade(|| {
        let shared = Arc::new((L::new(), shuttle::sync::Barrier::new(2)));
        let read = |shared: Arc<(L, shuttle::sync::Barrier)>| {
            work(move || {
                shared.0.read();
                note("reads, and waits for the other reader");
                shared.1.wait();
                shared.0.done_reading();
            })
        };
        together(vec![read(shared.clone()), read(shared)]);
    });
    // One reads, one wants to write, and a third comes to read.
    let waited = Arc::new(AtomicBool::new(false));
    let seen = waited.clone();
    grade(move || {
        let shared = Arc::new((L::new(), AtomicBool::new(false)));
        shared.0.read();
        let (writer, late, waited) = (shared.clone(), shared.clone(), waited.clone());
        together(vec![
            work(move || {
                writer.0.write();
                note("writes");
                writer.1.store(true, SeqCst);
                writer.0.done_writing();
            }),
            work(move || {
                let somebody_waits = late.0.writers_waiting() > 0;
                note(if somebody_waits { "a writer waits" } else { "no writer waits" });
                waited.fetch_or(somebody_waits, SeqCst);
                late.0.read();
                note("reads");
                assert!(!somebody_waits || late.1.load(SeqCst), "a reader has passed a writer that waited");
                late.0.done_reading();
            }),
            work(move || shared.0.done_reading()),
        ]);
    });
    assert!(seen.load(SeqCst), "whoever waits to write is to be counted in `writers_waiting`");
}

/// The same signatures, thrice: exercise, solution, wrong answer.
macro_rules! answers {
    ($($module:ident),*) => {$(
        impl Semaphore for $module::semaphore::Semaphore {
            fn new(permits: usize) -> Self {
                Self::new(permits)
            }
            fn acquire(&self) {
                self.acquire();
            }
            fn release(&self) {
                self.release();
            }
        }
        impl Barrier for $module::barrier::Barrier {
            fn new(threads: usize) -> Self {
                Self::new(threads)
            }
            fn wait(&self) {
                self.wait();
            }
        }
        impl Buffer for $module::bounded_buffer::Buffer {
            fn new(capacity: usize) -> Self {
                Self::new(capacity)
            }
            fn put(&self, item: u32) {
                self.put(item);
            }
            fn get(&self) -> u32 {
                self.get()
            }
        }
        impl Bank for $module::bank_transfer::Bank {
            fn new(balances: &[u64]) -> Self {
                Self::new(balances)
            }
            fn transfer(&self, from: usize, to: usize, amount: u64) -> bool {
                self.transfer(from, to, amount)
            }
            fn account(&self, account: usize) -> &sync::Mutex<u64> {
                &self.accounts[account]
            }
        }
        impl ReaderWriter for $module::reader_writer::ReaderWriter {
            fn new() -> Self {
                Self::new()
            }
            fn writers_waiting(&self) -> usize {
                self.writers_waiting()
            }
            fn read(&self) {
                self.read();
            }
            fn done_reading(&self) {
                self.done_reading();
            }
            fn write(&self) {
                self.write();
            }
            fn done_writing(&self) {
                self.done_writing();
            }
        }
        impl OnceCell for $module::once_cell::OnceCell {
            fn new() -> Self {
                Self::new()
            }
            fn get_or_make(&self, make: &dyn Fn() -> u32) -> u32 {
                self.get_or_make(make)
            }
            fn peek(&self) -> Option<u32> {
                self.peek()
            }
        }
    )*};
}

answers!(exercises, solutions);

#[test]
fn solution_semaphore() {
    semaphore::<solutions::semaphore::Semaphore>();
}

#[test]
#[ignore = "your turn: src/exercises/semaphore.rs"]
fn exercise_semaphore() {
    semaphore::<exercises::semaphore::Semaphore>();
}

#[test]
fn solution_barrier() {
    barrier::<solutions::barrier::Barrier>();
}

#[test]
#[ignore = "your turn: src/exercises/barrier.rs"]
fn exercise_barrier() {
    barrier::<exercises::barrier::Barrier>();
}

#[test]
fn solution_bounded_buffer() {
    bounded_buffer::<solutions::bounded_buffer::Buffer>();
}

#[test]
#[ignore = "your turn: src/exercises/bounded_buffer.rs"]
fn exercise_bounded_buffer() {
    bounded_buffer::<exercises::bounded_buffer::Buffer>();
}

#[test]
fn solution_bank_transfer() {
    bank_transfer::<solutions::bank_transfer::Bank>();
}

#[test]
#[ignore = "your turn: src/exercises/bank_transfer.rs"]
fn exercise_bank_transfer() {
    bank_transfer::<exercises::bank_transfer::Bank>();
}

#[test]
fn solution_once_cell() {
    once_cell::<solutions::once_cell::OnceCell>();
}

#[test]
#[ignore = "your turn: src/exercises/once_cell.rs"]
fn exercise_once_cell() {
    once_cell::<exercises::once_cell::OnceCell>();
}

#[test]
fn solution_reader_writer() {
    reader_writer::<solutions::reader_writer::ReaderWriter>();
}

#[test]
#[ignore = "your turn: src/exercises/reader_writer.rs"]
fn exercise_reader_writer() {
    reader_writer::<exercises::reader_writer::ReaderWriter>();
}
