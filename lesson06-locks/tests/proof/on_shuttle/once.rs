use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use shuttle::sync::Arc;

use super::primitives::once::{Once, UnderALock};
use super::{in_every_schedule, in_many_schedules, together};

fn once(threads: usize, call: fn(&Once, &dyn Fn())) -> impl Fn() + Send + Sync + 'static {
    move || {
        let shared = Arc::new((Once::new(), AtomicU32::new(0), AtomicU32::new(0)));
        together(threads, move |_| {
            let (once, begun, done) = &*shared;
            let work = || {
                begun.fetch_add(1, SeqCst);
                shuttle::thread::sleep(Duration::ZERO);
                done.fetch_add(1, SeqCst);
            };
            call(once, &work);
            assert_eq!((begun.load(SeqCst), done.load(SeqCst)), (1, 1), "done once, and done when it returns");
        });
    }
}

#[test]
fn it_is_done_once() {
    in_every_schedule(once(2, |once, work| once.call_once(work)));
    in_every_schedule(once(2, |once, work| (0..2).for_each(|_| once.call_once(work))));
    in_many_schedules(5_000, once(3, |once, work| once.call_once(work)));
}

#[test]
fn under_a_lock_it_is_done_once() {
    in_every_schedule(|| {
        let shared = Arc::new((UnderALock::new(), AtomicU32::new(0)));
        together(2, move |_| {
            shared.0.call_once(|| assert_eq!(shared.1.fetch_add(1, SeqCst), 0));
            assert_eq!(shared.1.load(SeqCst), 1);
        });
    });
}

/// The first attempt panics, in whichever thread it happens; the other thread must not wait for ever, and tries.
#[test]
fn after_a_panic_the_next_one_tries() {
    in_every_schedule(|| {
        let shared = Arc::new((Once::new(), AtomicU32::new(0)));
        let both = shared.clone();
        together(2, move |_| {
            let work = || {
                if both.1.fetch_add(1, SeqCst) == 0 {
                    resume_unwind(Box::new("the first attempt"));
                }
            };
            let _ = catch_unwind(AssertUnwindSafe(|| both.0.call_once(work)));
        });
        assert_eq!(shared.1.load(SeqCst), 2);
        assert!(shared.0.is_completed());
    });
}
