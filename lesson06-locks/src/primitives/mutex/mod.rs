//! A lock around a value: Python's `threading.Lock`, with the value inside.
//!
//! How to wait is one question, [`RawMutex`], answered three times; who may touch the value is another, answered
//! here once: whoever has the guard.

#![allow(unsafe_code)]

mod park;
mod spin;
mod three_states;

pub use park::Park;
pub use spin::Spin;
pub use three_states::ThreeStates;

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use super::cell::UnsafeCell;
use super::{Deadline, SPIN, futex, hint, sync};

/// A lock without a value.
///
/// # Safety
/// Between a `lock` (or a `try_lock` that returned true) and the `unlock` after it, no other thread's `lock` returns,
/// and what was done before an `unlock` is seen after the next `lock`.
pub unsafe trait RawMutex {
    /// A lock that nobody holds.
    fn new() -> Self;
    /// Takes the lock, waiting for it as long as need be.
    fn lock(&self);
    /// Takes the lock if it is free.
    fn try_lock(&self) -> bool;
    /// Gives the lock up.
    ///
    /// # Safety
    /// The caller holds the lock.
    unsafe fn unlock(&self);
}

/// A value that one thread at a time may touch.
///
/// It is not poisoned by a panic: the next thread finds the value as the panic left it, as in Python.
#[derive(Debug)]
pub struct Mutex<T, R = ThreeStates> {
    raw: R,
    value: UnsafeCell<T>,
}

// SAFETY: the lock hands the value from thread to thread, one at a time. That is sending it, so `T: Send` is enough.
unsafe impl<T: Send, R: RawMutex + Sync> Sync for Mutex<T, R> {}

impl<T, R: RawMutex> Mutex<T, R> {
    /// A lock around a value.
    pub fn new(value: T) -> Self {
        Mutex { raw: R::new(), value: UnsafeCell::new(value) }
    }

    /// Waits until nobody else holds the lock, and takes it.
    pub fn lock(&self) -> MutexGuard<'_, T, R> {
        self.raw.lock();
        MutexGuard { mutex: self, not_send: PhantomData }
    }

    /// Takes the lock if it is free.
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T, R>> {
        // `then`, not `then_some`: a guard made in vain would be dropped, and unlock what another thread holds.
        self.raw.try_lock().then(|| MutexGuard { mutex: self, not_send: PhantomData })
    }

    /// The value, when nobody shares the lock any more.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T, const SPIN: u32> Mutex<T, ThreeStates<SPIN>> {
    /// Takes the lock, unless it takes longer than `limit` to get it: Python's `lock.acquire(timeout=...)`.
    pub fn try_lock_for(&self, limit: Duration) -> Option<MutexGuard<'_, T, ThreeStates<SPIN>>> {
        self.raw.lock_until(Deadline::after(limit)).then(|| MutexGuard { mutex: self, not_send: PhantomData })
    }
}

/// The right to touch the value; dropping it gives the lock up.
#[derive(Debug)]
pub struct MutexGuard<'a, T, R: RawMutex = ThreeStates> {
    mutex: &'a Mutex<T, R>,
    /// A raw pointer takes `Send` and `Sync` away. Without this the compiler would derive `Sync` from the mutex's, and
    /// two threads could share a `Cell` through one guard.
    not_send: PhantomData<*const ()>,
}

// SAFETY: sharing the guard shares `&T` and nothing else.
unsafe impl<T: Sync, R: RawMutex + Sync> Sync for MutexGuard<'_, T, R> {}

impl<'a, T, R: RawMutex> MutexGuard<'a, T, R> {
    /// The lock that this guard holds, for a condition variable, which gives it up and takes it again.
    pub(super) fn mutex(&self) -> &'a Mutex<T, R> {
        self.mutex
    }
}

impl<T, R: RawMutex> Deref for MutexGuard<'_, T, R> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: this guard holds the lock, so nobody else has one; and `&self` excludes its own `deref_mut`.
        unsafe { self.mutex.value.get() }
    }
}

impl<T, R: RawMutex> DerefMut for MutexGuard<'_, T, R> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: this guard holds the lock, and `&mut self` excludes every other use of the guard.
        unsafe { self.mutex.value.get_mut() }
    }
}

impl<T, R: RawMutex> Drop for MutexGuard<'_, T, R> {
    fn drop(&mut self) {
        // SAFETY: a guard is made only after the lock is taken, and dropped once.
        unsafe { self.mutex.raw.unlock() }
    }
}
