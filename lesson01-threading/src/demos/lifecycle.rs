//! **Claim**: A thread is born by `spawn`, ends with its closure, and hands its result, or its panic, to whoever joins
//! it; ten thousand of them fit into one process.
//!
//! **Python**:
//! ```python
//! thread = threading.Thread(target=work, name="worker-1")
//! thread.start(); thread.is_alive(); thread.join()      # does not raise its exception
//! ```
//!
//! **Predict**: How much memory do 10,000 sleeping threads take, if each has a stack of 2 MiB?
//!
//! **Try**: Let `panics` return a number instead. Give STACK a million bytes more: does the memory of 10,000 change?

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread::{self, Builder, JoinHandle, ThreadId};

use anyhow::Context;
use common::{Figure, Lab, Verdict};

use crate::crowd::costs;
use crate::parking::parked;

/// The stack of each of the many threads, in bytes. It is address space: memory is taken where it is touched.
const STACK: usize = 64 * 1024;
/// How many threads live at once.
const CROWDS: [usize; 2] = [1_000, 10_000];

/// What a thread can say about itself, and what a joiner learns.
pub fn named() -> anyhow::Result<(String, ThreadId)> {
    let worker = Builder::new()
        .name("worker-1".to_owned())
        .stack_size(STACK)
        .spawn(|| (thread::current().name().unwrap_or_default().to_owned(), thread::current().id()))
        .context("no thread to be had")?;
    Ok(worker.join().expect("it only reads its name"))
}

/// A panic ends its thread, and comes out of `join` as an error. The process lives on.
pub fn panics() -> String {
    let worker = thread::spawn(|| {
        // Without the usual report on standard error: here the panic is the result that is wanted.
        std::panic::resume_unwind(Box::new("the worker's last words"));
    });
    let panic = worker.join().expect_err("it cannot end any other way");
    panic.downcast_ref::<&str>().copied().unwrap_or_default().to_owned()
}

/// A thread-local value is made at first use in each thread, and dropped when its thread ends.
pub fn thread_locals(threads: usize) -> (usize, usize) {
    static MADE: AtomicUsize = AtomicUsize::new(0);
    static DROPPED: AtomicUsize = AtomicUsize::new(0);
    struct Local(Cell<usize>);
    impl Drop for Local {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, Relaxed); // relaxed: `join` orders it before the reading below
        }
    }
    thread_local! {
        static LOCAL: Local = {
            MADE.fetch_add(1, Relaxed); // relaxed: as above
            Local(Cell::new(0))
        };
    }
    let before = (MADE.load(Relaxed), DROPPED.load(Relaxed));
    let use_it = || LOCAL.with(|local| local.0.set(local.0.get() + 1));
    let workers: Vec<JoinHandle<()>> = (0..threads).map(|_| thread::spawn(use_it)).collect();
    workers.into_iter().for_each(|worker| worker.join().expect("it only counts"));
    (MADE.load(Relaxed) - before.0, DROPPED.load(Relaxed) - before.1)
}

/// Follows a thread from its birth to its end, and then thousands.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let (name, id) = named()?;
    lab.prove("a thread has a name and an id of its own", name == "worker-1" && id != thread::current().id(), []);
    let (looked_finished, timeline) = parked();
    lab.detail(timeline);
    lab.prove("a parked thread is alive; unpark wakes it, join waits", !looked_finished, []);
    lab.prove("a panic comes out of `join` as an error", panics() == "the worker's last words", []);
    let (made, dropped) = thread_locals(4);
    let figures = [Figure::count("made", made as u64), Figure::count("dropped", dropped as u64)];
    lab.prove("four threads make and drop a thread-local each", (made, dropped) == (4, 4), figures);
    let (table, all_started) = costs(&CROWDS, STACK);
    lab.detail(table);
    lab.observe("ten thousand threads fit into one process", Verdict::observed(all_started), []);
    Ok(())
}
