use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use super::sync::Mutex;
use super::sync::atomic::{AtomicBool, AtomicU64};
use super::*;

#[test]
#[should_panic(expected = "the counter is to end at 2")]
fn the_threads_take_turns() {
    least_total(|| [1, 2].repeat(9));
}

#[test]
#[should_panic(expected = "no step left for 1")]
fn ten_steps_for_one_thread() {
    least_total(|| vec![1; 10]);
}

#[test]
#[should_panic(expected = "some steps are missing")]
fn half_a_schedule() {
    least_total(|| vec![2, 1, 1, 1]);
}

/// What the student sees: the schedule, a column for each thread.
#[test]
#[should_panic(expected = "step  thread 1              thread 2")]
fn check_and_sale_apart() {
    ticket_office(AtomicU64::new, |free| {
        let left = free.load(Relaxed) > 0;
        if left {
            free.fetch_sub(1, Relaxed);
        }
        left
    });
}

#[test]
#[should_panic(expected = "seats sold; there were 1")]
fn load_and_store() {
    ticket_office(AtomicU64::new, |free| {
        let left = free.load(Relaxed);
        if left > 0 {
            free.store(left - 1, Relaxed);
        }
        left > 0
    });
}

/// Sold first and given back if there was none: whoever comes in between sees a huge number of seats.
#[test]
#[should_panic(expected = "seats sold; there were 0")]
fn sold_first_and_checked_afterwards() {
    ticket_office(AtomicU64::new, |free| {
        let left = free.fetch_sub(1, Relaxed);
        if left == 0 {
            free.fetch_add(1, Relaxed);
        }
        left > 0
    });
}

/// One try: a clerk who was beaten to a seat sends a customer away, although there is another.
#[test]
#[should_panic(expected = "seats sold; there were 2")]
fn an_exchange_that_is_not_tried_again() {
    ticket_office(AtomicU64::new, |free| {
        let left = free.load(Relaxed);
        left > 0 && free.compare_exchange(left, left - 1, Relaxed, Relaxed).is_ok()
    });
}

#[test]
#[should_panic(expected = "how often the value was made")]
fn a_cell_that_lets_go_while_it_makes() {
    once_cell(
        || Mutex::new(None),
        |cell, make| {
            let found = *cell.lock().expect("nobody panics");
            found.unwrap_or_else(|| {
                let value = make();
                *cell.lock().expect("nobody panics") = Some(value);
                value
            })
        },
    );
}

/// The first comer claims the cell; the others take it for full and read it empty.
#[test]
#[should_panic(expected = "not everybody got the value")]
fn a_cell_that_is_full_before_it_is_filled() {
    once_cell(
        || (AtomicBool::new(false), AtomicU64::new(0)),
        |(claimed, value), make| {
            if !claimed.swap(true, Relaxed) {
                value.store(make(), Relaxed);
            }
            value.load(Relaxed)
        },
    );
}

/// A number and a balance.
type Account = (u64, Mutex<u64>);

fn bank(transfer: fn(&Account, &Account, u64) -> bool) {
    bank_transfer(Bank {
        open: |number, balance| (number, Mutex::new(balance)),
        balance: |account| &account.1,
        transfer,
    });
}

fn move_money(from: &mut u64, to: &mut u64, amount: u64) -> bool {
    let enough = *from >= amount;
    if enough {
        *from -= amount;
        *to += amount;
    }
    enough
}

#[test]
#[should_panic(expected = "deadlock")]
fn the_source_is_locked_first() {
    bank(|from, to, amount| {
        if from.0 == to.0 {
            return true;
        }
        let (mut from, mut to) = (from.1.lock().expect("nobody panics"), to.1.lock().expect("nobody panics"));
        move_money(&mut from, &mut to, amount)
    });
}

#[test]
#[should_panic(expected = "deadlock")]
fn an_account_and_itself() {
    bank(|from, to, amount| {
        let (lower, higher) = if from.0 < to.0 { (from, to) } else { (to, from) };
        let (mut first, mut second) = (lower.1.lock().expect("nobody panics"), higher.1.lock().expect("nobody panics"));
        if from.0 < to.0 {
            move_money(&mut first, &mut second, amount)
        } else {
            move_money(&mut second, &mut first, amount)
        }
    });
}

#[test]
#[should_panic(expected = "the auditor finds money missing")]
fn one_lock_after_the_other() {
    bank(|from, to, amount| {
        let enough = {
            let mut from = from.1.lock().expect("nobody panics");
            let enough = *from >= amount;
            *from -= if enough { amount } else { 0 };
            enough
        };
        *to.1.lock().expect("nobody panics") += if enough { amount } else { 0 };
        enough
    });
}

#[test]
#[should_panic(expected = "overdrawn")]
fn checked_before_the_locks() {
    bank(|from, to, amount| {
        if from.0 == to.0 || *from.1.lock().expect("nobody panics") < amount {
            return false;
        }
        let (lower, higher) = if from.0 < to.0 { (from, to) } else { (to, from) };
        let (mut first, mut second) = (lower.1.lock().expect("nobody panics"), higher.1.lock().expect("nobody panics"));
        let (from, to) = if from.0 < to.0 { (&mut *first, &mut *second) } else { (&mut *second, &mut *first) };
        *from = from.checked_sub(amount).expect("overdrawn");
        *to += amount;
        true
    });
}

type WeakBox = (loom::sync::atomic::AtomicBool, loom::sync::atomic::AtomicU64);

fn weak_box() -> WeakBox {
    (loom::sync::atomic::AtomicBool::new(false), loom::sync::atomic::AtomicU64::new(0))
}

#[test]
#[should_panic(expected = "the flag is up, and the letter is Some(0)")]
fn a_relaxed_flag() {
    let send = |(full, letter): &WeakBox, value| {
        letter.store(value, Relaxed);
        full.store(true, Relaxed);
    };
    mailbox(weak_box, send, |(full, letter)| full.load(Acquire).then(|| letter.load(Relaxed)));
}

#[test]
#[should_panic(expected = "the flag is up, and the letter is Some(0)")]
fn a_flag_that_is_not_acquired() {
    let send = |(full, letter): &WeakBox, value| {
        letter.store(value, Relaxed);
        full.store(true, Release);
    };
    mailbox(weak_box, send, |(full, letter)| full.load(Relaxed).then(|| letter.load(Relaxed)));
}

#[test]
#[should_panic(expected = "the flag is up, and the letter is Some(0)")]
fn the_flag_before_the_letter() {
    let send = |(full, letter): &WeakBox, value| {
        full.store(true, Release);
        letter.store(value, Release);
    };
    mailbox(weak_box, send, |(full, letter)| full.load(Acquire).then(|| letter.load(Acquire)));
}
