//! Version 2: the number is the futex. What version 1 could not do is count without a lock.
//!
//! After musl's `sem_wait`: a count of permits, and beside it a count of sleepers.

use super::sync::atomic::{
    AtomicU32, Ordering::Acquire, Ordering::Relaxed, Ordering::Release, Ordering::SeqCst, fence,
};
use super::{Deadline, RawSemaphore, SPIN as DEFAULT, futex, hint};

/// Whoever comes at the right moment gets the permit, also past those who have waited longer. That is what makes it
/// quick: a permit never lies idle while its next owner is being woken.
#[derive(Debug)]
pub struct Unfair<const SPIN: u32 = DEFAULT> {
    permits: AtomicU32,
    sleepers: AtomicU32,
}

impl<const SPIN: u32> RawSemaphore for Unfair<SPIN> {
    fn new(permits: u32) -> Self {
        Unfair { permits: AtomicU32::new(permits), sleepers: AtomicU32::new(0) }
    }

    #[inline]
    fn acquire_until(&self, deadline: Deadline) -> bool {
        self.try_acquire() || self.acquire_contended(deadline)
    }

    #[inline]
    fn try_acquire(&self) -> bool {
        let mut permits = self.permits.load(Relaxed);
        while permits > 0 {
            // Acquire: what was done before the `release` is seen from here on.
            match self.permits.compare_exchange_weak(permits, permits - 1, Acquire, Relaxed) {
                Ok(_) => return true,
                Err(now) => permits = now,
            }
        }
        false
    }

    #[inline]
    fn release(&self) {
        // Release: what was done before comes before the permit.
        self.permits.fetch_add(1, Release);
        // Two threads, two words: this one writes `permits` and reads `sleepers`, a waiting one writes `sleepers` and
        // reads `permits`. Without a fence in both, each may miss what the other wrote (store buffering), and
        // the waiter sleeps beside a free permit.
        fence(SeqCst);
        if self.sleepers.load(Relaxed) > 0 {
            futex::wake_one(&self.permits);
        }
    }
}

impl<const SPIN: u32> Unfair<SPIN> {
    #[cold]
    fn acquire_contended(&self, deadline: Deadline) -> bool {
        for _ in 0..SPIN {
            if self.try_acquire() {
                return true;
            }
            hint::spin_loop();
        }
        self.sleepers.fetch_add(1, Relaxed);
        fence(SeqCst); // pairs with the one in `release`
        let mut there = self.try_acquire();
        while !there && !deadline.is_over() {
            futex::wait_until(&self.permits, 0, deadline);
            there = self.try_acquire(); // also when the time is over: the wake-up may have been this thread's
        }
        self.sleepers.fetch_sub(1, Relaxed);
        there
    }
}
