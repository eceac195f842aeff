//! loom's cell, which fails when two accesses are not ordered. It compares the times of the accesses, not how long they
//! last, so it is enough to tell it of each access at its beginning.

#![allow(unsafe_code)]

#[derive(Debug)]
pub struct UnsafeCell<T>(loom::cell::UnsafeCell<T>);

impl<T> UnsafeCell<T> {
    pub fn new(value: T) -> Self {
        UnsafeCell(loom::cell::UnsafeCell::new(value))
    }

    pub fn into_inner(self) -> T {
        self.0.into_inner()
    }

    /// # Safety
    /// As in `src/floor/cell.rs`.
    pub unsafe fn get(&self) -> &T {
        // SAFETY: the pointer is good as long as the cell; the caller promises the rest, and loom has just checked it.
        self.0.with(|value| unsafe { &*value })
    }

    /// # Safety
    /// As in `src/floor/cell.rs`.
    #[allow(clippy::mut_from_ref)]
    pub unsafe fn get_mut(&self) -> &mut T {
        // SAFETY: as above.
        self.0.with_mut(|value| unsafe { &mut *value })
    }
}
