#![allow(unsafe_code)]

use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering::Acquire, Ordering::Relaxed, Ordering::Release};
use loom::thread;

use super::check;
use super::floor::cell::UnsafeCell;
use super::steps::completion::{Completion, Wake};
use super::steps::latch::StackJob;
use super::steps::sleep::{Idle, Sleep};

/// A job is put into its place with no ordering at all, as weak as any deque's `push` could be. The fences in `Sleep` alone
/// must see to it that it is either found or woken for.
fn found_or_woken_for(idle: Idle, workers: usize) -> impl Fn() + Send + Sync + 'static {
    move || {
        let shared = Arc::new((Sleep::new(), AtomicUsize::new(0)));
        let worker = |shared: Arc<(Sleep, AtomicUsize)>| {
            thread::spawn(move || {
                let take = || {
                    let seen = shared.1.load(Relaxed);
                    (seen > 0 && shared.1.compare_exchange(seen, seen - 1, Relaxed, Relaxed).is_ok()).then_some(())
                };
                shared.0.until(idle, take);
            })
        };
        let threads: Vec<_> = (0..workers).map(|_| worker(shared.clone())).collect();
        for _ in 0..workers {
            shared.1.fetch_add(1, Relaxed);
            shared.0.wake_one();
        }
        threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
    }
}

#[test]
fn a_job_is_found_or_woken_for() {
    check(None, found_or_woken_for(Idle::PARK, 1));
    check(None, found_or_woken_for(Idle { spins: 1, yields: 0, park: true }, 1));
    check(Some(2), found_or_woken_for(Idle { spins: 100, yields: 0, park: true }, 1));
    check(Some(1), found_or_woken_for(Idle::PARK, 2));
}

#[test]
fn an_end_is_seen_or_woken_for() {
    check(None, || {
        let shared = Arc::new((Sleep::new(), AtomicUsize::new(0)));
        let waiter = {
            let shared = shared.clone();
            thread::spawn(move || shared.0.until(Idle::PARK, || (shared.1.load(Relaxed) == 1).then_some(())))
        };
        shared.1.store(1, Relaxed);
        shared.0.wake_all();
        waiter.join().expect("no panic");
    });
}

struct Unpark(thread::Thread);

impl Wake for Unpark {
    fn wake(self) {
        self.0.unpark();
    }
}

/// Whoever is not made a watcher, because it has finished, may read the result.
#[test]
fn who_is_too_late_to_watch_sees_the_result() {
    check(None, || {
        let shared = Arc::new((Completion::<Unpark>::new(), UnsafeCell::new(0)));
        let worker = {
            let shared = shared.clone();
            thread::spawn(move || {
                assert!(shared.0.claim());
                // SAFETY: it is claimed and not finished. If an ordering is wrong, loom says so.
                unsafe { *shared.1.get_mut() = 42 };
                shared.0.finish(false);
            })
        };
        if shared.0.watch_unless_finished(|| Err("it had not finished")).is_ok() {
            // SAFETY: it is finished.
            assert_eq!(unsafe { *shared.1.get() }, 42);
        }
        worker.join().expect("no panic");
    });
}

#[test]
fn the_result_is_read_after_it_was_written() {
    check(None, || {
        let shared = Arc::new((Completion::<Unpark>::new(), UnsafeCell::new(0)));
        let worker = {
            let shared = shared.clone();
            thread::spawn(move || {
                assert!(shared.0.claim());
                // SAFETY: it is claimed and not finished. If an ordering is wrong, loom says so.
                unsafe { *shared.1.get_mut() = 42 };
                shared.0.finish(false);
            })
        };
        if !shared.0.is_finished() {
            shared.0.watch(Unpark(thread::current()));
            while !shared.0.is_finished() {
                thread::park();
            }
        }
        // SAFETY: it is finished.
        assert_eq!(unsafe { *shared.1.get() }, 42);
        worker.join().expect("no panic");
    });
}

/// A callback that runs at once, because the job has finished already, may read the result.
#[test]
fn a_late_callback_sees_the_result() {
    struct Read(Arc<UnsafeCell<u32>>);
    // SAFETY: loom checks the accesses to the cell.
    unsafe impl Send for Read {}
    impl Wake for Read {
        fn wake(self) {
            // SAFETY: it is called when the job has finished.
            assert_eq!(unsafe { *self.0.get() }, 42);
        }
    }
    check(None, || {
        let completion = Arc::new(Completion::<Read>::new());
        let cell = Read(Arc::new(UnsafeCell::new(0)));
        let (finishes, result) = (completion.clone(), Read(cell.0.clone()));
        let worker = thread::spawn(move || {
            let result = result;
            // SAFETY: it is not finished.
            unsafe { *result.0.get_mut() = 42 };
            finishes.finish(false);
        });
        completion.watch(cell);
        worker.join().expect("no panic");
    });
}

/// The two that claim a job: only one of them touches it.
#[test]
fn only_who_claims_touches_the_job() {
    check(None, || {
        let shared = Arc::new((Completion::<Unpark>::new(), UnsafeCell::new(0)));
        let touch = |shared: &(Completion<Unpark>, UnsafeCell<u32>)| {
            if shared.0.claim() {
                // SAFETY: claimed, and not finished.
                unsafe { *shared.1.get_mut() += 1 };
                shared.0.finish(true);
            }
        };
        let other = shared.clone();
        let worker = thread::spawn(move || touch(&other));
        touch(&shared);
        worker.join().expect("no panic");
        assert!(shared.0.is_finished());
    });
}

/// The frame is used again as soon as the job is done: here by an access that loom checks against all in `run`.
#[test]
fn the_frame_is_free_when_the_job_is_done() {
    struct Frame(*const StackJob<Box<dyn FnOnce() -> u32>, u32>);
    // SAFETY: the frame stays until the owner has joined the thief; what happens in it, loom checks.
    unsafe impl Send for Frame {}
    check(None, || {
        let lent = Arc::new(AtomicUsize::new(0));
        let borrowed = lent.clone();
        let job: Box<dyn FnOnce() -> u32> = Box::new(move || {
            borrowed.store(1, Release);
            42
        });
        let frame = Box::new(StackJob::new(job));
        let pointer = Frame(&raw const *frame);
        let thief = thread::spawn(move || {
            let pointer = pointer;
            // SAFETY: the owner waits below, and nobody else runs it.
            unsafe { StackJob::run(pointer.0) };
        });
        while !frame.is_done() {
            thread::yield_now();
        }
        assert_eq!(lent.load(Acquire), 1);
        thief.join().expect("no panic");
        assert_eq!(frame.into_result().ok(), Some(42));
    });
}
