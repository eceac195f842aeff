//! Atomics that know when they are gone. Real memory would be used again by then, and an access that comes too late
//! would be undefined behaviour; here the memory stays, and the access is a failure.

use std::mem::ManuallyDrop;
use std::sync::atomic::Ordering;

pub struct AtomicBool {
    inner: ManuallyDrop<shuttle::sync::atomic::AtomicBool>,
    /// Not in the frame itself: whoever moves the frame out and drops it there has ended the place it came from as well.
    gone: &'static std::sync::atomic::AtomicBool,
}

impl AtomicBool {
    pub fn new(value: bool) -> Self {
        let inner = ManuallyDrop::new(shuttle::sync::atomic::AtomicBool::new(value));
        AtomicBool { inner, gone: Box::leak(Box::new(std::sync::atomic::AtomicBool::new(false))) }
    }

    fn look(&self) -> &shuttle::sync::atomic::AtomicBool {
        assert!(!self.gone.load(Ordering::SeqCst), "the frame is gone, and it was touched");
        &self.inner
    }

    pub fn load(&self, order: Ordering) -> bool {
        let value = self.look().load(order);
        self.look();
        value
    }

    pub fn store(&self, value: bool, order: Ordering) {
        self.look().store(value, order);
        self.look(); // others run before the store, not after it: the frame may have gone only just now
    }
}

impl Drop for AtomicBool {
    fn drop(&mut self) {
        self.gone.store(true, Ordering::SeqCst);
    }
}
