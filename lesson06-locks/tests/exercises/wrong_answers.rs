//! Answers that are wrong in the usual ways. A grader that accepted one of them would be worth nothing.

use std::collections::VecDeque;

use super::sync::{Condvar, Mutex};
use super::{Bank, Barrier, Buffer, OnceCell, Semaphore, bank_transfer, barrier, bounded_buffer, once_cell, semaphore};

struct Permits {
    permits: Mutex<usize>,
    added: Condvar,
}

impl Permits {
    fn new(permits: usize) -> Self {
        Permits { permits: Mutex::new(permits), added: Condvar::new() }
    }
}

macro_rules! wrong_semaphore {
    ($name:ident, $test:ident, $expected:literal, $acquire:expr, $release:expr) => {
        struct $name(Permits);

        impl Semaphore for $name {
            fn new(permits: usize) -> Self {
                $name(Permits::new(permits))
            }
            fn acquire(&self) {
                let acquire: fn(&Permits) = $acquire;
                acquire(&self.0);
            }
            fn release(&self) {
                let release: fn(&Permits) = $release;
                release(&self.0);
            }
        }

        #[test]
        #[should_panic(expected = $expected)]
        fn $test() {
            semaphore::<$name>();
        }
    };
}

fn acquire_rightly(semaphore: &Permits) {
    *semaphore.added.wait_while(semaphore.permits.lock().expect("fine"), |permits| *permits == 0).expect("fine") -= 1;
}

fn release_rightly(semaphore: &Permits) {
    *semaphore.permits.lock().expect("fine") += 1;
    semaphore.added.notify_one();
}

wrong_semaphore!(
    If,
    a_semaphore_with_an_if_for_the_while,
    "subtract with overflow",
    |semaphore| {
        let mut permits = semaphore.permits.lock().expect("fine");
        if *permits == 0 {
            permits = semaphore.added.wait(permits).expect("fine");
        }
        *permits -= 1;
    },
    release_rightly
);

wrong_semaphore!(
    Apart,
    a_semaphore_that_looks_and_takes_apart,
    "more are in than there are permits",
    |semaphore| {
        let permits = semaphore.permits.lock().expect("fine");
        drop(semaphore.added.wait_while(permits, |permits| *permits == 0).expect("fine"));
        let mut permits = semaphore.permits.lock().expect("fine");
        *permits = permits.saturating_sub(1);
    },
    release_rightly
);

wrong_semaphore!(Silent, a_semaphore_that_tells_nobody, "deadlock", acquire_rightly, |semaphore| {
    *semaphore.permits.lock().expect("fine") += 1;
});

wrong_semaphore!(TooEarly, a_semaphore_that_notifies_before_it_adds, "deadlock", acquire_rightly, |semaphore| {
    semaphore.added.notify_one();
    *semaphore.permits.lock().expect("fine") += 1;
});

wrong_semaphore!(
    OnlyFirst,
    a_semaphore_that_notifies_only_when_it_was_empty,
    "deadlock",
    acquire_rightly,
    |semaphore| {
        let mut permits = semaphore.permits.lock().expect("fine");
        *permits += 1;
        if *permits == 1 {
            semaphore.added.notify_one();
        }
    }
);

struct Meeting {
    threads: usize,
    state: Mutex<(usize, usize)>,
    changed: Condvar,
}

macro_rules! wrong_barrier {
    ($name:ident, $test:ident, $expected:literal, $wait:expr) => {
        struct $name(Meeting);

        impl Barrier for $name {
            fn new(threads: usize) -> Self {
                $name(Meeting { threads, state: Mutex::new((0, 0)), changed: Condvar::new() })
            }
            fn wait(&self) {
                let wait: fn(&Meeting) = $wait;
                wait(&self.0);
            }
        }

        #[test]
        #[should_panic(expected = $expected)]
        fn $test() {
            barrier::<$name>();
        }
    };
}

wrong_barrier!(CountOnly, a_barrier_that_waits_for_the_count, "deadlock", |meeting| {
    let mut state = meeting.state.lock().expect("fine");
    state.0 += 1;
    if state.0 == meeting.threads {
        state.0 = 0;
        meeting.changed.notify_all();
        return;
    }
    while state.0 != 0 {
        state = meeting.changed.wait(state).expect("fine");
    }
});

wrong_barrier!(IfAgain, a_barrier_with_an_if_for_the_while, "left before all had come", |meeting| {
    let mut state = meeting.state.lock().expect("fine");
    state.0 += 1;
    if state.0 == meeting.threads {
        *state = (0, state.1 + 1);
        meeting.changed.notify_all();
    } else {
        drop(meeting.changed.wait(state).expect("fine"));
    }
});

wrong_barrier!(One, a_barrier_that_wakes_one, "deadlock", |meeting| {
    let mut state = meeting.state.lock().expect("fine");
    state.0 += 1;
    if state.0 == meeting.threads {
        *state = (0, state.1 + 1);
        meeting.changed.notify_one();
        return;
    }
    let round = state.1;
    while state.1 == round {
        state = meeting.changed.wait(state).expect("fine");
    }
});

struct Items {
    items: Mutex<VecDeque<u32>>,
    capacity: usize,
    changed: Condvar,
}

macro_rules! wrong_buffer {
    ($name:ident, $test:ident, $expected:literal, $put:expr, $get:expr) => {
        struct $name(Items);

        impl Buffer for $name {
            fn new(capacity: usize) -> Self {
                $name(Items { items: Mutex::new(VecDeque::new()), capacity, changed: Condvar::new() })
            }
            fn put(&self, item: u32) {
                let put: fn(&Items, u32) = $put;
                put(&self.0, item);
            }
            fn get(&self) -> u32 {
                let get: fn(&Items) -> u32 = $get;
                get(&self.0)
            }
        }

        #[test]
        #[should_panic(expected = $expected)]
        fn $test() {
            bounded_buffer::<$name>();
        }
    };
}

wrong_buffer!(
    OneCondition,
    a_buffer_whose_one_notification_wakes_the_wrong_kind,
    "deadlock",
    |buffer, item| {
        let items = buffer.items.lock().expect("fine");
        let mut items = buffer.changed.wait_while(items, |items| items.len() == buffer.capacity).expect("fine");
        items.push_back(item);
        buffer.changed.notify_one();
    },
    |buffer| {
        let items = buffer.items.lock().expect("fine");
        let mut items = buffer.changed.wait_while(items, |items| items.is_empty()).expect("fine");
        let item = items.pop_front().expect("there is one");
        buffer.changed.notify_one();
        item
    }
);

wrong_buffer!(
    IfFull,
    a_buffer_with_an_if_for_the_while,
    "more items are in than agreed",
    |buffer, item| {
        let mut items = buffer.items.lock().expect("fine");
        if items.len() == buffer.capacity {
            items = buffer.changed.wait(items).expect("fine");
        }
        items.push_back(item);
        buffer.changed.notify_all();
    },
    |buffer| {
        let items = buffer.items.lock().expect("fine");
        let mut items = buffer.changed.wait_while(items, |items| items.is_empty()).expect("fine");
        let item = items.pop_front().expect("there is one");
        buffer.changed.notify_all();
        item
    }
);

wrong_buffer!(
    LooksFirst,
    a_buffer_that_looks_and_takes_apart,
    "there is one",
    |buffer, item| {
        let items = buffer.items.lock().expect("fine");
        let mut items = buffer.changed.wait_while(items, |items| items.len() == buffer.capacity).expect("fine");
        items.push_back(item);
        buffer.changed.notify_all();
    },
    |buffer| {
        let items = buffer.items.lock().expect("fine");
        drop(buffer.changed.wait_while(items, |items| items.is_empty()).expect("fine"));
        let item = buffer.items.lock().expect("fine").pop_front().expect("there is one");
        buffer.changed.notify_all();
        item
    }
);

macro_rules! wrong_bank {
    ($name:ident, $test:ident, $expected:literal, $transfer:expr) => {
        struct $name(Vec<Mutex<u64>>);

        impl Bank for $name {
            fn new(balances: &[u64]) -> Self {
                $name(balances.iter().map(|&balance| Mutex::new(balance)).collect())
            }
            fn transfer(&self, from: usize, to: usize, amount: u64) -> bool {
                let transfer: fn(&[Mutex<u64>], usize, usize, u64) -> bool = $transfer;
                if from == to {
                    return *self.0[from].lock().expect("fine") >= amount;
                }
                transfer(&self.0, from, to, amount)
            }
            fn account(&self, account: usize) -> &Mutex<u64> {
                &self.0[account]
            }
        }

        #[test]
        #[should_panic(expected = $expected)]
        fn $test() {
            bank_transfer::<$name>();
        }
    };
}

wrong_bank!(SourceFirst, a_transfer_that_locks_the_source_first, "deadlock", |accounts, from, to, amount| {
    let mut source = accounts[from].lock().expect("fine");
    let mut target = accounts[to].lock().expect("fine");
    let there = *source >= amount;
    if there {
        *source -= amount;
        *target += amount;
    }
    there
});

wrong_bank!(
    OneAtATime,
    a_transfer_that_holds_one_lock_at_a_time,
    "appeared or disappeared",
    |accounts, from, to, amount| {
        {
            let mut source = accounts[from].lock().expect("fine");
            if *source < amount {
                return false;
            }
            *source -= amount;
        }
        *accounts[to].lock().expect("fine") += amount;
        true
    }
);

wrong_bank!(
    ChecksFirst,
    a_transfer_that_checks_and_acts_apart,
    "subtract with overflow",
    |accounts, from, to, amount| {
        if *accounts[from].lock().expect("fine") < amount {
            return false;
        }
        let mut lower = accounts[from.min(to)].lock().expect("fine");
        let mut higher = accounts[from.max(to)].lock().expect("fine");
        let (source, target) = if from < to { (&mut *lower, &mut *higher) } else { (&mut *higher, &mut *lower) };
        *source -= amount;
        *target += amount;
        true
    }
);

struct Value {
    state: Mutex<(bool, Option<u32>)>,
    made: Condvar,
}

macro_rules! wrong_once {
    ($name:ident, $test:ident, $expected:literal, $get:expr) => {
        struct $name(Value);

        impl OnceCell for $name {
            fn new() -> Self {
                $name(Value { state: Mutex::new((false, None)), made: Condvar::new() })
            }
            fn get_or_make(&self, make: &dyn Fn() -> u32) -> u32 {
                let get: fn(&Value, &dyn Fn() -> u32) -> u32 = $get;
                get(&self.0, make)
            }
            fn peek(&self) -> Option<u32> {
                self.0.state.lock().expect("fine").1
            }
        }

        #[test]
        #[should_panic(expected = $expected)]
        fn $test() {
            once_cell::<$name>();
        }
    };
}

wrong_once!(Twice, a_cell_that_checks_and_makes_apart, "made twice", |cell, make| {
    if let Some(value) = cell.state.lock().expect("fine").1 {
        return value;
    }
    let value = make();
    cell.state.lock().expect("fine").1 = Some(value);
    value
});

wrong_once!(UnderTheLock, a_cell_that_makes_under_the_lock, "deadlock", |cell, make| {
    let mut state = cell.state.lock().expect("fine");
    if state.1.is_none() {
        state.1 = Some(make());
    }
    state.1.expect("made")
});

wrong_once!(Quiet, a_cell_that_tells_nobody, "deadlock", |cell, make| {
    let mut state = cell.state.lock().expect("fine");
    if !state.0 {
        state.0 = true;
        drop(state);
        let value = make();
        cell.state.lock().expect("fine").1 = Some(value);
        return value;
    }
    cell.made.wait_while(state, |state| state.1.is_none()).expect("fine").1.expect("made")
});
