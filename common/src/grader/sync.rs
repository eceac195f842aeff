//! A `sync` that writes down what is done with it. What is not written down is the runner's own.

use std::cell::{Cell, RefCell};
use std::ops::{Deref, DerefMut};
pub use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

pub use shuttle::sync::*;

pub mod mpsc;

use super::note;

thread_local! {
    static MUTEXES: Cell<u8> = const { Cell::new(0) };
    static CONDVARS: RefCell<Vec<Arc<shuttle::sync::Condvar>>> = const { RefCell::new(Vec::new()) };
}

/// A new schedule begins.
pub(super) fn reset() {
    MUTEXES.set(0);
    CONDVARS.take();
}

/// Wakes everybody who waits for a condition, without cause.
pub(super) fn wake_for_no_reason() {
    for condvar in CONDVARS.with_borrow(Clone::clone) {
        condvar.notify_all();
    }
}

/// A lock that says when it is taken and given back, by a letter.
#[derive(Debug)]
pub struct Mutex<T> {
    name: char,
    held: AtomicBool,
    inner: shuttle::sync::Mutex<T>,
}

/// The right to what is behind a lock.
#[derive(Debug)]
pub struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    inner: Option<shuttle::sync::MutexGuard<'a, T>>,
}

impl<T> Mutex<T> {
    /// As the standard library's.
    pub fn new(value: T) -> Self {
        let number = MUTEXES.replace(MUTEXES.get() + 1);
        Mutex {
            name: char::from(b'A' + number % 26),
            held: AtomicBool::new(false),
            inner: shuttle::sync::Mutex::new(value),
        }
    }

    /// As the standard library's, never poisoned.
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        if self.held.load(Relaxed) {
            note(format!("wants {}", self.name));
        }
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(self.locked(inner, "LOCK"))
    }

    /// As the standard library's, never poisoned.
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        match self.inner.try_lock() {
            Ok(inner) => Ok(self.locked(inner, "TRY")),
            Err(_) => {
                note(format!("TRY {}: taken", self.name));
                Err(TryLockError::WouldBlock)
            }
        }
    }

    fn locked<'a>(&'a self, inner: shuttle::sync::MutexGuard<'a, T>, how: &str) -> MutexGuard<'a, T> {
        self.held.store(true, Relaxed);
        note(format!("{how} {}", self.name));
        MutexGuard { mutex: self, inner: Some(inner) }
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.inner.as_ref().expect("it is taken out only at the end")
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.inner.as_mut().expect("it is taken out only at the end")
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        if let Some(inner) = self.inner.take() {
            note(format!("UNLOCK {}", self.mutex.name));
            self.mutex.held.store(false, Relaxed);
            drop(inner);
        }
    }
}

/// A condition variable that says who waits and who wakes.
#[derive(Debug)]
pub struct Condvar {
    inner: Arc<shuttle::sync::Condvar>,
}

impl Condvar {
    /// As the standard library's.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        let inner = Arc::new(shuttle::sync::Condvar::new());
        CONDVARS.with_borrow_mut(|condvars| condvars.push(inner.clone()));
        Condvar { inner }
    }

    /// As the standard library's, never poisoned.
    pub fn wait<'a, T>(&self, mut guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        let mutex = guard.mutex;
        note("WAIT, asleep");
        mutex.held.store(false, Relaxed);
        let inner = guard.inner.take().expect("it is taken out only at the end");
        let inner = self.inner.wait(inner).unwrap_or_else(PoisonError::into_inner);
        Ok(mutex.locked(inner, "woken, LOCK"))
    }

    /// As the standard library's, never poisoned.
    pub fn wait_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> LockResult<MutexGuard<'a, T>> {
        while condition(&mut guard) {
            guard = self.wait(guard)?;
        }
        Ok(guard)
    }

    /// As the standard library's.
    pub fn notify_one(&self) {
        note("NOTIFY ONE");
        self.inner.notify_one();
    }

    /// As the standard library's.
    pub fn notify_all(&self) {
        note("NOTIFY ALL");
        self.inner.notify_all();
    }
}
