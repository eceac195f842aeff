//! `std::cell::UnsafeCell` behind a closure, so that a model checker can look on.

#![allow(unsafe_code)]

/// A value that can be changed through a shared reference, by whoever makes sure that nobody else looks.
#[derive(Debug)]
pub struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

impl<T> UnsafeCell<T> {
    /// A cell with a value.
    pub fn new(value: T) -> Self {
        UnsafeCell(std::cell::UnsafeCell::new(value))
    }

    /// Changes the value.
    ///
    /// # Safety
    /// While `change` runs, nobody else looks at the value, on any thread; `change` itself not through this cell either.
    pub unsafe fn with_mut<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        // SAFETY: the pointer is good as long as the cell, and the caller promises to be alone.
        change(unsafe { &mut *self.0.get() })
    }
}
