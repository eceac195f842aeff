//! loom's cell, which fails when two accesses are not ordered, or one is made inside another.

#[derive(Debug)]
pub struct UnsafeCell<T>(loom::cell::UnsafeCell<T>);

impl<T> UnsafeCell<T> {
    pub fn new(value: T) -> Self {
        UnsafeCell(loom::cell::UnsafeCell::new(value))
    }

    /// # Safety
    /// As in `src/event_loop/cell.rs`.
    pub unsafe fn with_mut<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        // SAFETY: the pointer is good as long as the cell; the caller promises the rest, and loom has just checked it.
        self.0.with_mut(|value| change(unsafe { &mut *value }))
    }
}
