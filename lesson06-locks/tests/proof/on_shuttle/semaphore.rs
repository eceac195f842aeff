use shuttle::sync::Arc;

use super::primitives::semaphore::{Fair, RawSemaphore, Semaphore, UnderALock, Unfair};
use super::{Inside, floor::futex, in_every_schedule, in_many_schedules, together};

fn lets_in<R: RawSemaphore + Send + Sync + 'static>(
    permits: u32,
    threads: usize,
    rounds: usize,
) -> impl Fn() + Send + Sync + 'static {
    move || {
        let shared = Arc::new((Semaphore::<R>::new(permits), Inside::at_most(permits)));
        let semaphore = shared.clone();
        together(threads, move |_| {
            for _ in 0..rounds {
                let _permit = semaphore.0.acquire();
                semaphore.1.pass();
            }
        });
        let back: Vec<_> = std::iter::from_fn(|| shared.0.try_acquire()).collect();
        assert_eq!(back.len(), permits as usize, "all permits are back");
    }
}

/// One thread has no permit until the other adds one: Python's semaphore that starts at 0.
fn hands_over<R: RawSemaphore + Send + Sync + 'static>() {
    let semaphore = Arc::new(Semaphore::<R>::new(0));
    together(2, move |number| if number == 0 { semaphore.acquire().forget() } else { semaphore.add_permit() });
}

#[test]
fn under_a_lock_counts() {
    in_every_schedule(hands_over::<UnderALock>);
    in_many_schedules(5_000, lets_in::<UnderALock>(1, 2, 2));
}

#[test]
fn unfair_counts() {
    in_every_schedule(hands_over::<Unfair<0>>);
    in_every_schedule(hands_over::<Unfair<1>>);
    in_every_schedule(lets_in::<Unfair<0>>(1, 2, 1));
    in_many_schedules(5_000, lets_in::<Unfair<1>>(1, 2, 2));
}

#[test]
fn fair_counts() {
    in_every_schedule(hands_over::<Fair>);
    in_many_schedules(10_000, lets_in::<Fair>(1, 2, 2));
}

#[test]
fn three_threads_share_two_permits_or_one() {
    for newest_first in [false, true] {
        for permits in [1, 2] {
            let (one, two) = (lets_in::<Unfair<0>>(permits, 3, 2), lets_in::<Fair>(permits, 3, 2));
            let (three, four) = (lets_in::<UnderALock>(permits, 3, 2), lets_in::<Unfair<100>>(permits, 3, 2));
            in_many_schedules(1_500, move || (futex::wake_newest_first(newest_first), one()).1);
            in_many_schedules(1_500, move || (futex::wake_newest_first(newest_first), two()).1);
            in_many_schedules(1_500, move || (futex::wake_newest_first(newest_first), three()).1);
            in_many_schedules(300, move || (futex::wake_newest_first(newest_first), four()).1);
        }
    }
}

/// Two are added for two sleepers: both must wake.
#[test]
fn two_permits_wake_two() {
    fn with<R: RawSemaphore + Send + Sync + 'static>() {
        in_many_schedules(4_000, || {
            let semaphore = Arc::new(Semaphore::<R>::new(0));
            together(3, move |number| {
                if number > 0 {
                    return semaphore.acquire().forget();
                }
                semaphore.add_permit();
                semaphore.add_permit();
            });
        });
    }
    with::<Unfair<0>>();
    with::<Fair>();
    with::<UnderALock>();
}

#[test]
fn fair_is_first_come_first_served() {
    in_every_schedule(|| {
        let semaphore = Arc::new(Semaphore::<Fair>::new(0));
        let waiter = {
            let semaphore = semaphore.clone();
            shuttle::thread::spawn(move || semaphore.acquire().forget())
        };
        semaphore.add_permit();
        let stolen = semaphore.try_acquire();
        // Had the waiter been in the queue, the permit would have gone to it and there would be none to steal.
        if let Some(permit) = stolen {
            drop(permit);
        }
        waiter.join().expect("no panic");
        assert!(semaphore.try_acquire().is_none(), "one permit, one taker");
    });
}

#[test]
fn who_waits_is_counted() {
    let seen = std::sync::Arc::new(std::sync::Mutex::new(std::collections::BTreeSet::new()));
    let note = seen.clone();
    in_every_schedule(move || {
        let semaphore = Arc::new(Semaphore::<Fair>::new(0));
        let waiter = {
            let semaphore = semaphore.clone();
            shuttle::thread::spawn(move || semaphore.acquire().forget())
        };
        note.lock().expect("nobody panics").insert(semaphore.waiting());
        semaphore.add_permit();
        waiter.join().expect("no panic");
        assert_eq!(semaphore.waiting(), 0);
    });
    assert_eq!(*seen.lock().expect("nobody panics"), [0, 1].into(), "not yet, and in the queue");
}
