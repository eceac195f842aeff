//! `std::cell::UnsafeCell`, handing out references instead of pointers, so that a model checker can look on.

#![allow(unsafe_code)]

/// A value that can be changed through a shared reference, by whoever makes sure that nobody else looks.
#[derive(Debug, Default)]
pub struct UnsafeCell<T: ?Sized>(std::cell::UnsafeCell<T>);

impl<T> UnsafeCell<T> {
    /// A cell with a value.
    pub const fn new(value: T) -> Self {
        UnsafeCell(std::cell::UnsafeCell::new(value))
    }

    /// The value, when nobody shares it any more.
    pub fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

impl<T: ?Sized> UnsafeCell<T> {
    /// Reads.
    ///
    /// # Safety
    /// While the reference lives, nobody has one from `get_mut`.
    pub unsafe fn get(&self) -> &T {
        // SAFETY: the pointer is good as long as the cell, and the caller promises that nobody changes the value.
        unsafe { &*self.0.get() }
    }

    /// Changes.
    ///
    /// # Safety
    /// While the reference lives, nobody else has any.
    #[allow(clippy::mut_from_ref)]
    pub unsafe fn get_mut(&self) -> &mut T {
        // SAFETY: the pointer is good as long as the cell, and the caller promises to be alone.
        unsafe { &mut *self.0.get() }
    }
}
