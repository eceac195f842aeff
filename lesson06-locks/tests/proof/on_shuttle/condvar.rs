use shuttle::sync::Arc;

use super::primitives::condvar::{Condvar, Counter, Naive};
use super::primitives::mutex::{Mutex, MutexGuard, Park, RawMutex, ThreeStates};
use super::{floor::futex, in_every_schedule, in_many_schedules, in_many_schedules_with_long_pauses, together};

/// What the versions have in common.
trait Notify: Default + Send + Sync + 'static {
    fn wait<'a, T, R: RawMutex>(&self, guard: MutexGuard<'a, T, R>) -> MutexGuard<'a, T, R>;
    fn notify_one(&self);
    fn notify_all(&self);
}

macro_rules! notify {
    ($($version:ident),*) => {
        $(impl Notify for $version {
            fn wait<'a, T, R: RawMutex>(&self, guard: MutexGuard<'a, T, R>) -> MutexGuard<'a, T, R> {
                $version::wait(self, guard)
            }
            fn notify_one(&self) {
                $version::notify_one(self);
            }
            fn notify_all(&self) {
                $version::notify_all(self);
            }
        })*
    };
}

notify!(Naive, Counter, Condvar);

/// One thread waits for a flag, the other raises it and notifies.
fn no_wake_up_is_lost<C: Notify>() {
    let shared = Arc::new((Mutex::<bool, ThreeStates<0>>::new(false), C::default()));
    together(2, move |number| {
        let (flag, raised) = &*shared;
        if number == 0 {
            let mut guard = flag.lock();
            while !*guard {
                guard = raised.wait(guard);
            }
        } else {
            *flag.lock() = true;
            raised.notify_one();
        }
    });
}

#[test]
#[should_panic(expected = "deadlock")]
fn naive_loses_a_wake_up() {
    in_every_schedule(no_wake_up_is_lost::<Naive>);
}

#[test]
fn counter_loses_none() {
    in_every_schedule(no_wake_up_is_lost::<Counter>);
}

#[test]
fn condvar_loses_none() {
    in_every_schedule(no_wake_up_is_lost::<Condvar>);
}

/// Two threads wait; one is let go at a time, or both at once.
fn all_get_out<C: Notify>(at_once: bool) -> impl Fn() + Send + Sync + 'static {
    move || {
        let shared = Arc::new((Mutex::<usize, Park>::new(0), C::default()));
        together(3, move |number| {
            let (tokens, added) = &*shared;
            if number > 0 {
                let mut guard = tokens.lock();
                while *guard == 0 {
                    guard = added.wait(guard);
                }
                *guard -= 1;
            } else if at_once {
                *tokens.lock() += 2;
                added.notify_all();
            } else {
                for _ in 0..2 {
                    *tokens.lock() += 1;
                    added.notify_one();
                }
            }
        });
    }
}

#[test]
fn two_waiters_get_out() {
    for newest_first in [false, true] {
        for at_once in [false, true] {
            let (counter, condvar) = (all_get_out::<Counter>(at_once), all_get_out::<Condvar>(at_once));
            in_many_schedules(4_000, move || (futex::wake_newest_first(newest_first), counter()).1);
            in_many_schedules(4_000, move || (futex::wake_newest_first(newest_first), condvar()).1);
        }
    }
}

/// Two threads notify at the same time, twice each, and the waiter needs the news of both.
fn two_notifiers<C: Notify>(notify: fn(&C)) -> impl Fn() + Send + Sync + 'static {
    move || {
        let shared = Arc::new((Mutex::<usize, Park>::new(0), C::default()));
        together(3, move |number| {
            let (news, arrived) = &*shared;
            if number == 0 {
                let mut guard = news.lock();
                while *guard < 4 {
                    guard = arrived.wait(guard);
                }
            } else {
                for _ in 0..2 {
                    *news.lock() += 1;
                    notify(arrived);
                }
            }
        });
    }
}

#[test]
fn notifications_at_the_same_time_all_count() {
    in_many_schedules(4_000, two_notifiers(Counter::notify_one));
    in_many_schedules(4_000, two_notifiers(Counter::notify_all));
    in_many_schedules(4_000, two_notifiers(Condvar::notify_one));
    in_many_schedules(4_000, two_notifiers(Condvar::notify_all));
}

/// One thread notifies once, another twice, and the waiter needs all three. If counting were two steps, the first could
/// stand still between them and set the counter back to what the waiter has seen, after the third had moved it on.
#[test]
fn the_counter_of_notifications_never_goes_back() {
    for notify in [Condvar::notify_one, Condvar::notify_all] {
        in_many_schedules_with_long_pauses(4_000, 3, move || {
            let shared = Arc::new((Mutex::<usize, ThreeStates<0>>::new(0), Condvar::new()));
            together(3, move |number| {
                let (news, arrived) = &*shared;
                if number == 0 {
                    drop(arrived.wait_while(news.lock(), |news| *news < 3));
                }
                for _ in 0..number {
                    *news.lock() += 1;
                    notify(arrived);
                }
            });
        });
    }
}

/// Waiters come and go while others do; the number of waiters must keep up.
#[test]
fn waiters_are_counted_while_they_come_and_go() {
    in_many_schedules(3_000, || {
        let shared = Arc::new((Mutex::<[usize; 3], Park>::new([0; 3]), Condvar::new()));
        together(3, move |number| {
            let (tokens, given) = &*shared;
            for _ in 0..2 {
                let mut guard = given.wait_while(tokens.lock(), |tokens| number > 0 && tokens[number] == 0);
                if number == 0 {
                    (guard[1], guard[2]) = (guard[1] + 1, guard[2] + 1);
                    drop(guard);
                    given.notify_all();
                } else {
                    guard[number] -= 1;
                }
            }
        });
    });
}

/// `wait_while` holds its condition when it returns, also after a wake-up for no reason.
#[test]
fn a_spurious_wake_up_does_not_end_wait_while() {
    in_every_schedule(|| {
        let shared = Arc::new((Mutex::<bool, ThreeStates<0>>::new(false), Condvar::new()));
        let waiter = {
            let shared = shared.clone();
            shuttle::thread::spawn(move || assert!(*shared.1.wait_while(shared.0.lock(), |raised| !*raised)))
        };
        futex::wake_for_no_reason();
        *shared.0.lock() = true;
        shared.1.notify_all();
        waiter.join().expect("a panic is reported by the runner");
    });
}

/// An `if` where the `while` belongs: the wake-up for no reason is taken for the news.
#[test]
#[should_panic(expected = "woken for no reason")]
fn an_if_is_not_enough() {
    in_every_schedule(|| {
        let shared = Arc::new((Mutex::<bool, ThreeStates<0>>::new(false), Condvar::new()));
        let waiter = {
            let shared = shared.clone();
            shuttle::thread::spawn(move || {
                let mut guard = shared.0.lock();
                if !*guard {
                    guard = shared.1.wait(guard);
                }
                assert!(*guard, "woken for no reason");
            })
        };
        futex::wake_for_no_reason();
        *shared.0.lock() = true;
        shared.1.notify_all();
        waiter.join().expect("a panic is reported by the runner");
    });
}
