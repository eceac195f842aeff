//! A job in a frame of the stack: no box, no count of owners, and one way to get it wrong. Whoever pushed it may return
//! the moment it is done, and the frame is gone. (rayon's `StackJob` and `SpinLatch`.)

#![allow(unsafe_code)]

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};

use super::cell::UnsafeCell;
use super::sync::atomic::{AtomicBool, Ordering::Acquire, Ordering::Release};

/// What a job returned, or what it panicked with.
pub type Outcome<T> = Result<T, Box<dyn Any + Send>>;

/// A job and the place for its result, in the frame of the function that waits for it.
pub struct StackJob<F, T> {
    done: AtomicBool,
    job: UnsafeCell<Option<F>>,
    result: UnsafeCell<Option<Outcome<T>>>,
}

impl<F: FnOnce() -> T, T> StackJob<F, T> {
    /// A job that has not run.
    pub fn new(job: F) -> Self {
        StackJob { done: AtomicBool::new(false), job: UnsafeCell::new(Some(job)), result: UnsafeCell::new(None) }
    }

    /// Runs the job for its owner, who must then not touch it any more, except by waiting.
    ///
    /// # Safety
    /// `this` points to a job that is run by nobody else, and whose owner stays until `is_done`.
    pub unsafe fn run(this: *const Self) {
        // SAFETY: the caller promises that the owner waits, so the frame is there until `done` is set below; and that
        // nobody else runs it, so the cells are ours until then.
        let job = unsafe { (*this).job.get_mut() }.take();
        let result = panic::catch_unwind(AssertUnwindSafe(job.expect("a job runs once")));
        // SAFETY: as above.
        unsafe { *(*this).result.get_mut() = Some(result) };
        // The last touch. Behind this store the owner may return, and the next call in that thread overwrites what
        // `this` points to; whoever wakes the owner must have learnt how before.
        // Release: the result is written before this.
        // SAFETY: as above.
        unsafe { (*this).done.store(true, Release) };
    }

    /// Whether the result is there.
    pub fn is_done(&self) -> bool {
        // Acquire: pairs with the store in `run`.
        self.done.load(Acquire)
    }

    /// The job, for the owner who got it back before anybody ran it.
    pub fn into_job(self) -> F {
        debug_assert!(!self.is_done());
        self.job.into_inner().expect("nobody ran it")
    }

    /// The result.
    ///
    /// # Panics
    /// If it is not done.
    pub fn into_result(self) -> Outcome<T> {
        assert!(self.is_done(), "the result is taken before it is there");
        self.result.into_inner().expect("it is done")
    }
}
