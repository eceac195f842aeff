//! Threads that wait for each other, or for a wake-up that has already gone by.

use crate::explorer::{Program, Step, Then};

/// Two locks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Locks {
    held: [bool; 2],
}

fn lock_a() -> Step<Locks> {
    Step::new("LOCK A", |locks: &mut Locks, _| locks.held[0] = true).when(|locks, _| !locks.held[0])
}

fn lock_b() -> Step<Locks> {
    Step::new("LOCK B", |locks: &mut Locks, _| locks.held[1] = true).when(|locks, _| !locks.held[1])
}

fn unlock_a() -> Step<Locks> {
    Step::new("UNLOCK A", |locks: &mut Locks, _| locks.held[0] = false)
}

fn unlock_b() -> Step<Locks> {
    Step::new("UNLOCK B", |locks: &mut Locks, _| locks.held[1] = false)
}

fn free() -> Program<Locks> {
    Program::new(Locks { held: [false; 2] })
}

/// One thread takes A and then B, the other B and then A.
pub fn ab_ba() -> Program<Locks> {
    free()
        .thread("thread 1", [lock_a(), lock_b(), unlock_b(), unlock_a()])
        .thread("thread 2", [lock_b(), lock_a(), unlock_a(), unlock_b()])
}

/// The repair: everybody takes A first.
pub fn ab_ab() -> Program<Locks> {
    let steps = [lock_a(), lock_b(), unlock_b(), unlock_a()];
    free().thread("thread 1", steps).thread("thread 2", steps)
}

/// A flag, and a thread that sleeps until it is raised.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Flag {
    raised: bool,
    asleep: bool,
    locked: bool,
}

fn flag() -> Program<Flag> {
    Program::new(Flag { raised: false, asleep: false, locked: false })
}

fn notify() -> Step<Flag> {
    // Nobody asleep: the wake-up is gone. A condition variable keeps none.
    Step::new("NOTIFY", |flag: &mut Flag, _| flag.asleep = false)
}

fn lock() -> Step<Flag> {
    Step::new("LOCK", |flag: &mut Flag, _| flag.locked = true).when(|flag, _| !flag.locked)
}

fn unlock() -> Step<Flag> {
    Step::new("UNLOCK", |flag: &mut Flag, _| flag.locked = false)
}

fn raise() -> Step<Flag> {
    Step::new("RAISE", |flag: &mut Flag, _| flag.raised = true)
}

/// The waiter looks at the flag without the lock: it can be raised, and the wake-up sent, just before it falls asleep.
pub fn lost_wakeup() -> Program<Flag> {
    let test = Step::new("RAISED?", |_: &mut Flag, _| {})
        .then(|flag, _| if flag.raised { Then::End } else { Then::Next })
        .shows(|flag, _| if flag.raised { "yes".to_owned() } else { "no".to_owned() });
    let sleep = Step::new("SLEEP", |flag: &mut Flag, _| flag.asleep = true);
    let wake = Step::new("WAKE", |_: &mut Flag, _| {}).when(|flag, _| !flag.asleep).then(|_, _| Then::Jump(0));
    flag().thread("waiter", [test, sleep, wake]).thread("notifier", [raise(), notify()])
}

/// The repair: look under the lock, and give it up by falling asleep, in one step.
pub fn kept_wakeup() -> Program<Flag> {
    let test = Step::new("RAISED?", |_: &mut Flag, _| {})
        .then(|flag, _| if flag.raised { Then::Jump(4) } else { Then::Next })
        .shows(|flag, _| if flag.raised { "yes".to_owned() } else { "no".to_owned() });
    let wait = Step::new("UNLOCK+SLEEP", |flag: &mut Flag, _| (flag.locked, flag.asleep) = (false, true));
    let wake = Step::new("WAKE+LOCK", |flag: &mut Flag, _| flag.locked = true)
        .when(|flag, _| !flag.asleep && !flag.locked)
        .then(|_, _| Then::Jump(1));
    let notifier = [lock(), raise(), unlock(), notify()];
    flag().thread("waiter", [lock(), test, wait, wake, unlock()]).thread("notifier", notifier)
}
