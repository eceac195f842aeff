//! A lock that readers share. Python's standard library has none.
//!
//! Who goes first is the question: while readers come and go without a gap, may a writer wait for ever?

#![allow(unsafe_code)]

mod readers_first;
mod writers_first;

pub use readers_first::ReadersFirst;
pub use writers_first::WritersFirst;

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use super::cell::UnsafeCell;
use super::{futex, sync};

/// A reader-writer lock without a value.
///
/// # Safety
/// Between `write` (or a `try_write` that returned true) and `unlock_write` nobody else holds the lock in either way;
/// and what was done before an unlock is seen by whoever is kept out by it.
pub unsafe trait RawRwLock {
    /// A lock that nobody holds.
    fn new() -> Self;
    /// Takes the lock for reading.
    fn read(&self);
    /// Takes the lock for reading if that needs no waiting.
    fn try_read(&self) -> bool;
    /// Takes the lock for writing.
    fn write(&self);
    /// Takes the lock for writing if nobody has it.
    fn try_write(&self) -> bool;
    /// Gives it up.
    ///
    /// # Safety
    /// The caller holds the lock for reading.
    unsafe fn unlock_read(&self);
    /// Gives it up.
    ///
    /// # Safety
    /// The caller holds the lock for writing.
    unsafe fn unlock_write(&self);
}

/// A value that many threads may read, or one may change.
#[derive(Debug)]
pub struct RwLock<T, R = WritersFirst> {
    raw: R,
    value: UnsafeCell<T>,
}

// SAFETY: writers send the value from thread to thread, readers share it: it must be fit for both.
unsafe impl<T: Send + Sync, R: RawRwLock + Sync> Sync for RwLock<T, R> {}

impl<T, R: RawRwLock> RwLock<T, R> {
    /// A lock around a value.
    pub fn new(value: T) -> Self {
        RwLock { raw: R::new(), value: UnsafeCell::new(value) }
    }

    /// Waits for the right to read.
    pub fn read(&self) -> ReadGuard<'_, T, R> {
        self.raw.read();
        ReadGuard { lock: self, not_send: PhantomData }
    }

    /// The right to read, if it is to be had at once.
    pub fn try_read(&self) -> Option<ReadGuard<'_, T, R>> {
        self.raw.try_read().then(|| ReadGuard { lock: self, not_send: PhantomData })
    }

    /// Waits for the right to write.
    pub fn write(&self) -> WriteGuard<'_, T, R> {
        self.raw.write();
        WriteGuard { lock: self, not_send: PhantomData }
    }

    /// The right to write, if it is to be had at once.
    pub fn try_write(&self) -> Option<WriteGuard<'_, T, R>> {
        self.raw.try_write().then(|| WriteGuard { lock: self, not_send: PhantomData })
    }
}

/// The right to read.
#[derive(Debug)]
pub struct ReadGuard<'a, T, R: RawRwLock = WritersFirst> {
    lock: &'a RwLock<T, R>,
    not_send: PhantomData<*const ()>,
}

impl<T, R: RawRwLock> Deref for ReadGuard<'_, T, R> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: while a reader holds the lock no writer does, and only writers get `get_mut`.
        unsafe { self.lock.value.get() }
    }
}

impl<T, R: RawRwLock> Drop for ReadGuard<'_, T, R> {
    fn drop(&mut self) {
        // SAFETY: a guard is made only after the lock is taken, and dropped once.
        unsafe { self.lock.raw.unlock_read() }
    }
}

/// The right to write.
#[derive(Debug)]
pub struct WriteGuard<'a, T, R: RawRwLock = WritersFirst> {
    lock: &'a RwLock<T, R>,
    not_send: PhantomData<*const ()>,
}

impl<T, R: RawRwLock> Deref for WriteGuard<'_, T, R> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the writer is alone; `&self` excludes its own `deref_mut`.
        unsafe { self.lock.value.get() }
    }
}

impl<T, R: RawRwLock> DerefMut for WriteGuard<'_, T, R> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the writer is alone, and `&mut self` excludes every other use of the guard.
        unsafe { self.lock.value.get_mut() }
    }
}

impl<T, R: RawRwLock> Drop for WriteGuard<'_, T, R> {
    fn drop(&mut self) {
        // SAFETY: a guard is made only after the lock is taken, and dropped once.
        unsafe { self.lock.raw.unlock_write() }
    }
}
