//! shuttle's `sync`, with a note taken at each operation.
//!
//! A note follows its operation at once: shuttle changes threads before an operation, never between it and the note.

use std::ops::{Deref, DerefMut};

pub use shuttle::sync::{Arc, LockResult, PoisonError, mpsc};

use super::{name, note};

/// A lock that says when it is taken and given back.
#[derive(Debug)]
pub struct Mutex<T> {
    name: char,
    inner: shuttle::sync::Mutex<T>,
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Self {
        Mutex::new(T::default())
    }
}

impl<T> Mutex<T> {
    pub fn new(value: T) -> Self {
        Mutex { name: name(), inner: shuttle::sync::Mutex::new(value) }
    }

    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        let guard = self.inner.lock();
        note(format!("LOCK {}", self.name));
        let wrap = |guard| MutexGuard { name: self.name, inner: Some(guard) };
        guard.map(wrap).map_err(|poisoned| PoisonError::new(wrap(poisoned.into_inner())))
    }

    pub fn into_inner(self) -> LockResult<T> {
        self.inner.into_inner()
    }
}

/// The right to what is behind a lock.
#[derive(Debug)]
pub struct MutexGuard<'a, T> {
    name: char,
    /// Empty only while a condition variable holds it.
    inner: Option<shuttle::sync::MutexGuard<'a, T>>,
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.inner.as_ref().expect("a guard that is waited with cannot be used")
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.inner.as_mut().expect("a guard that is waited with cannot be used")
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        // A thread that panics unwinds outside of any schedule.
        if self.inner.is_some() && !std::thread::panicking() {
            note(format!("UNLOCK {}", self.name));
        }
    }
}

/// A condition variable that says who waits and who wakes.
#[derive(Debug, Default)]
pub struct Condvar(shuttle::sync::Condvar);

impl Condvar {
    pub fn new() -> Self {
        Condvar::default()
    }

    pub fn wait<'a, T>(&self, mut guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        let (name, inner) = (guard.name, guard.inner.take().expect("a guard that is waited with cannot be used"));
        note(format!("WAIT {name}"));
        let woken = self.0.wait(inner);
        note(format!("WOKEN {name}"));
        let wrap = |inner| MutexGuard { name, inner: Some(inner) };
        woken.map(wrap).map_err(|poisoned| PoisonError::new(wrap(poisoned.into_inner())))
    }

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

    pub fn notify_one(&self) {
        self.0.notify_one();
        note("NOTIFY ONE".to_owned());
    }

    pub fn notify_all(&self) {
        self.0.notify_all();
        note("NOTIFY ALL".to_owned());
    }
}

pub mod atomic {
    //! Atomics that say what they were asked and what they answered.

    pub use shuttle::sync::atomic::{Ordering, fence};

    use super::{name, note};

    macro_rules! atomic {
        ($type:ident, $value:ty $(, $operation:ident says $word:literal)*) => {
            #[derive(Debug)]
            pub struct $type {
                name: char,
                inner: shuttle::sync::atomic::$type,
            }

            impl Default for $type {
                fn default() -> Self {
                    $type::new(<$value>::default())
                }
            }

            impl $type {
                pub fn new(value: $value) -> Self {
                    $type { name: name(), inner: shuttle::sync::atomic::$type::new(value) }
                }

                pub fn load(&self, order: Ordering) -> $value {
                    let value = self.inner.load(order);
                    note(format!("LOAD {}: {value}", self.name));
                    value
                }

                pub fn store(&self, value: $value, order: Ordering) {
                    self.inner.store(value, order);
                    note(format!("STORE {} = {value}", self.name));
                }

                pub fn swap(&self, value: $value, order: Ordering) -> $value {
                    let old = self.inner.swap(value, order);
                    note(format!("SWAP {}: {old} to {value}", self.name));
                    old
                }

                pub fn compare_exchange(
                    &self,
                    old: $value,
                    new: $value,
                    success: Ordering,
                    failure: Ordering,
                ) -> Result<$value, $value> {
                    let result = self.inner.compare_exchange(old, new, success, failure);
                    let outcome = result.map_or_else(|found| format!("found {found}"), |_| "done".to_owned());
                    note(format!("CAS {} {old} to {new}: {outcome}", self.name));
                    result
                }

                pub fn compare_exchange_weak(
                    &self,
                    old: $value,
                    new: $value,
                    success: Ordering,
                    failure: Ordering,
                ) -> Result<$value, $value> {
                    self.compare_exchange(old, new, success, failure)
                }

                pub fn fetch_update(
                    &self,
                    set: Ordering,
                    fetch: Ordering,
                    mut update: impl FnMut($value) -> Option<$value>,
                ) -> Result<$value, $value> {
                    let mut old = self.load(fetch);
                    while let Some(new) = update(old) {
                        match self.compare_exchange(old, new, set, fetch) {
                            Ok(old) => return Ok(old),
                            Err(found) => old = found,
                        }
                    }
                    Err(old)
                }

                $(pub fn $operation(&self, value: $value, order: Ordering) -> $value {
                    let old = self.inner.$operation(value, order);
                    note(format!(concat!($word, " {} {}: was {}"), value, self.name, old));
                    old
                })*
            }
        };
    }

    atomic!(AtomicBool, bool);
    atomic!(AtomicU64, u64, fetch_add says "ADD", fetch_sub says "SUBTRACT", fetch_max says "MAX");
    atomic!(AtomicUsize, usize, fetch_add says "ADD", fetch_sub says "SUBTRACT", fetch_max says "MAX");
    atomic!(AtomicU32, u32, fetch_add says "ADD", fetch_sub says "SUBTRACT", fetch_max says "MAX");
}
