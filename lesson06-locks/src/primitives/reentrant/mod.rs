//! A lock that its holder may take again: Python's `threading.RLock`.
//!
//! The guard gives out `&T` only. With `&mut T`, one thread that has locked twice would hold two mutable references to
//! the same value, and that is undefined behaviour in a single thread already.

#![allow(unsafe_code)]

mod owner;
mod under_a_lock;

pub use owner::Owner;
pub use under_a_lock::UnderALock;

use std::marker::PhantomData;
use std::ops::Deref;
use std::time::Duration;

use super::cell::UnsafeCell;
use super::condvar::Condvar;
use super::identity::{self, NOBODY};
use super::mutex;
use super::{Deadline, sync};

/// A re-entrant lock without a value.
///
/// # Safety
/// Between a thread's first `lock` and as many `unlock`s, no other thread's `lock` returns; and what was done before
/// the last `unlock` is seen after the next thread's first `lock`.
pub unsafe trait RawReentrant {
    /// A lock that nobody holds.
    fn new() -> Self;
    /// Takes the lock, once more if this thread has it already.
    fn lock(&self);
    /// Takes the lock if no other thread has it.
    fn try_lock(&self) -> bool;
    /// Gives it up once.
    ///
    /// # Safety
    /// The calling thread holds the lock.
    unsafe fn unlock(&self);
}

/// A value that one thread at a time may look at, as often as it likes.
#[derive(Debug)]
pub struct ReentrantMutex<T, R = Owner> {
    raw: R,
    value: UnsafeCell<T>,
}

// SAFETY: the lock hands the value from thread to thread. That is sending it, so `T: Send` is enough.
unsafe impl<T: Send, R: RawReentrant + Sync> Sync for ReentrantMutex<T, R> {}

impl<T, R: RawReentrant> ReentrantMutex<T, R> {
    /// A lock around a value.
    pub fn new(value: T) -> Self {
        ReentrantMutex { raw: R::new(), value: UnsafeCell::new(value) }
    }

    /// Waits until no other thread holds the lock, and takes it.
    pub fn lock(&self) -> ReentrantGuard<'_, T, R> {
        self.raw.lock();
        ReentrantGuard { mutex: self, not_send: PhantomData }
    }

    /// Takes the lock if no other thread has it.
    pub fn try_lock(&self) -> Option<ReentrantGuard<'_, T, R>> {
        self.raw.try_lock().then(|| ReentrantGuard { mutex: self, not_send: PhantomData })
    }
}

impl<T> ReentrantMutex<T> {
    /// Takes the lock, unless it takes longer than `limit` to get it: Python's `rlock.acquire(timeout=...)`.
    pub fn try_lock_for(&self, limit: Duration) -> Option<ReentrantGuard<'_, T>> {
        self.raw.lock_until(Deadline::after(limit)).then(|| ReentrantGuard { mutex: self, not_send: PhantomData })
    }
}

/// The right to look at the value; dropping the last one gives the lock up.
#[derive(Debug)]
pub struct ReentrantGuard<'a, T, R: RawReentrant = Owner> {
    mutex: &'a ReentrantMutex<T, R>,
    /// Neither `Send` nor `Sync`: the lock belongs to this thread, and another one could not give it back.
    not_send: PhantomData<*const ()>,
}

impl<T, R: RawReentrant> Deref for ReentrantGuard<'_, T, R> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: this thread holds the lock, and nobody ever gets a mutable reference.
        unsafe { self.mutex.value.get() }
    }
}

impl<T, R: RawReentrant> Drop for ReentrantGuard<'_, T, R> {
    fn drop(&mut self) {
        // SAFETY: a guard is made only after the lock is taken, is dropped once, and cannot leave its thread.
        unsafe { self.mutex.raw.unlock() }
    }
}
