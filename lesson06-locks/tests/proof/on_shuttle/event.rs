use shuttle::sync::Arc;

use super::primitives::event::{Event, Flag};
use super::{floor::futex, in_every_schedule, in_many_schedules, together};

#[test]
fn a_set_flag_lets_go() {
    in_every_schedule(|| {
        let flag = Arc::new(Flag::new());
        together(2, move |number| if number == 0 { flag.wait() } else { flag.set() });
    });
}

#[test]
fn a_set_flag_lets_two_go() {
    in_many_schedules(3_000, || {
        let flag = Arc::new(Flag::new());
        together(3, move |number| if number == 0 { flag.set() } else { flag.wait() });
    });
}

/// Set and cleared at once, while a thread sleeps. Where it does not sleep yet the flag stays up: nobody promised more.
fn pulse<E: Send + Sync + 'static>(event: E, wait: fn(&E), set: fn(&E), clear: fn(&E)) {
    let event = Arc::new(event);
    let waiter = {
        let event = event.clone();
        shuttle::thread::spawn(move || wait(&event))
    };
    shuttle::thread::sleep(std::time::Duration::ZERO); // the waiter may fall asleep here
    let asleep = futex::somebody_sleeps();
    set(&event);
    if asleep {
        clear(&event);
    }
    waiter.join().expect("no panic");
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_flag_loses_a_pulse() {
    in_every_schedule(|| pulse(Flag::new(), Flag::wait, Flag::set, Flag::clear));
}

#[test]
fn an_event_loses_none() {
    in_every_schedule(|| pulse(Event::<0>::with_spin(), Event::wait, Event::set, Event::clear));
    in_every_schedule(|| pulse(Event::<1>::with_spin(), Event::wait, Event::set, Event::clear));
}

fn lets_go<const SPIN: u32>(threads: usize) -> impl Fn() + Send + Sync + 'static {
    move || {
        let event = Arc::new(Event::<SPIN>::with_spin());
        together(threads, move |number| if number == 0 { event.set() } else { event.wait() });
    }
}

#[test]
fn an_event_lets_go() {
    in_every_schedule(lets_go::<0>(2));
    in_every_schedule(lets_go::<1>(2));
    in_many_schedules(5_000, lets_go::<0>(3));
    in_many_schedules(1_000, lets_go::<100>(3));
}

#[test]
fn an_event_that_is_asked_for_often_lets_go() {
    in_many_schedules(500, || {
        let event = Arc::new(Event::<100>::with_spin());
        together(3, move |number| if number == 0 { event.set() } else { event.wait() });
    });
}

#[test]
fn a_cleared_event_is_waited_for_again() {
    in_every_schedule(|| {
        let event = Arc::new(Event::<0>::with_spin());
        event.set();
        assert!(event.is_set());
        event.wait();
        event.clear();
        assert!(!event.is_set());
        let setter = {
            let event = event.clone();
            shuttle::thread::spawn(move || event.set())
        };
        event.wait();
        assert!(event.is_set());
        setter.join().expect("no panic");
    });
}

#[test]
fn a_spurious_wake_up_is_no_setting() {
    in_every_schedule(|| {
        let event = Arc::new(Event::<0>::with_spin());
        let waiter = {
            let event = event.clone();
            shuttle::thread::spawn(move || {
                event.wait();
                assert!(event.is_set(), "woken for no reason");
            })
        };
        futex::wake_for_no_reason();
        event.set();
        waiter.join().expect("no panic");
    });
}

#[test]
fn set_twice_it_is_set_and_cleared_once_it_is_not() {
    in_every_schedule(|| {
        let (flag, event) = (Flag::new(), Event::<0>::with_spin());
        for _ in 0..2 {
            flag.set();
            event.set();
        }
        assert!(flag.is_set() && event.is_set());
        event.wait();
        flag.clear();
        event.clear();
        assert!(!flag.is_set() && !event.is_set());
    });
}
