//! The grader: each property is written once, and asked of the solution and of the exercise.
//!
//! Your file is compiled again with threads, locks and atomics that run every schedule; the one that breaks your answer is
//! printed in a column for each thread. The mailbox goes to loom, which knows what each memory ordering allows.
//! Ignored tests are the to-do list.

#![allow(clippy::duplicate_mod, dead_code)]

mod recording;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use common::within;
use lesson05_race_conditions::explorer::{Ending, Line, Schedule};
use lesson05_race_conditions::models;
use recording::{holds_in_every_schedule, sync, thread};

#[path = "../src/exercises/mod.rs"]
mod exercises;
#[path = "../src/solutions/mod.rs"]
mod solutions;

/// The mailboxes once more, compiled against loom.
mod weak;

const LIMIT: Duration = Duration::from_secs(120);

/// Replays a schedule on the model, and fails with what it did if that is not what it was to do.
fn least_total(order: fn() -> Vec<usize>) {
    let program = models::counter::load_add_store(3);
    let mut schedule = Schedule { threads: program.names().map(str::to_owned).collect(), lines: Vec::new() };
    let mut point = program.start();
    for (step, number) in order().into_iter().enumerate() {
        let mover = number.checked_sub(1).filter(|&mover| program.moves(&point).any(|possible| possible == mover));
        let mover =
            mover.unwrap_or_else(|| panic!("step {}: there is no step left for {number}\n\n{schedule}\n", step + 1));
        schedule.lines.push(Line { thread: mover, text: program.text(&point, mover) });
        point = program.after(&point, mover);
    }
    assert_eq!(program.moves(&point).next(), None, "some steps are missing\n\n{schedule}\n");
    let Ending::Done(counter) = program.ending(&point) else { panic!("nobody waits in this program") };
    assert_eq!(counter.value, 2, "the counter is to end at 2\n\n{schedule}\n");
}

#[test]
fn solution_least_total() {
    least_total(solutions::least_total::schedule);
}

#[test]
#[ignore = "your turn: src/exercises/least_total.rs"]
fn exercise_least_total() {
    least_total(exercises::least_total::schedule);
}

/// Two clerks and one seat, two clerks and two seats, three and two.
fn ticket_office<T: Send + Sync + 'static>(open: fn(u64) -> T, sell: fn(&T) -> bool) {
    for (seats, clerks) in [(1, 2), (2, 2), (0, 2), (2, 3)] {
        let property = move || {
            let office = sync::Arc::new(open(seats));
            let clerks: Vec<_> = (0..clerks)
                .map(|_| {
                    let office = sync::Arc::clone(&office);
                    thread::spawn(move || sell(&office))
                })
                .collect();
            let sold = clerks.into_iter().map(|clerk| u64::from(clerk.join().expect("`sell` does not panic")));
            assert_eq!(sold.sum::<u64>(), seats, "seats sold; there were {seats}");
            assert!(!sell(&office), "a seat was sold after the last one");
        };
        within(LIMIT, move || holds_in_every_schedule(property));
    }
}

#[test]
fn solution_ticket_office() {
    use solutions::ticket_office::TicketOffice;
    ticket_office(TicketOffice::new, TicketOffice::sell);
}

#[test]
#[ignore = "your turn: src/exercises/ticket_office.rs"]
fn exercise_ticket_office() {
    use exercises::ticket_office::TicketOffice;
    ticket_office(TicketOffice::new, TicketOffice::sell);
}

/// Makes the value of a cell, if it has to.
type Make<'a> = &'a dyn Fn() -> u64;

/// Three threads want the value; making it takes a while, in which others may come.
fn once_cell<T: Send + Sync + 'static>(empty: fn() -> T, get: fn(&T, Make) -> u64) {
    for threads in [2, 3] {
        let property = move || {
            let (cell, made) = (sync::Arc::new(empty()), std::sync::Arc::new(AtomicU64::new(0)));
            let readers: Vec<_> = (0..threads)
                .map(|_| {
                    let (cell, made) = (sync::Arc::clone(&cell), std::sync::Arc::clone(&made));
                    let make = move || {
                        thread::yield_now();
                        made.fetch_add(1, Relaxed) + 7
                    };
                    thread::spawn(move || get(&cell, &make))
                })
                .collect();
            let values: Vec<u64> = readers.into_iter().map(|reader| reader.join().expect("nobody panics")).collect();
            assert_eq!(made.load(Relaxed), 1, "how often the value was made");
            assert!(values.iter().all(|&value| value == 7), "not everybody got the value: {values:?}");
        };
        within(LIMIT, move || holds_in_every_schedule(property));
    }
}

#[test]
fn solution_once_cell() {
    use solutions::once_cell::OnceCell;
    once_cell(OnceCell::<u64>::empty, |cell, make| cell.get_or_make(make));
}

#[test]
#[ignore = "your turn: src/exercises/once_cell.rs"]
fn exercise_once_cell() {
    use exercises::once_cell::OnceCell;
    once_cell(OnceCell::<u64>::empty, |cell, make| cell.get_or_make(make));
}

/// An account of any implementation: how to open it, to lock it, and to transfer.
struct Bank<A: 'static> {
    open: fn(u64, u64) -> A,
    balance: for<'a> fn(&'a A) -> &'a sync::Mutex<u64>,
    transfer: fn(&A, &A, u64) -> bool,
}

impl<A: Send + Sync + 'static> Bank<A> {
    /// Runs transfers at once, in every schedule, and looks at the two accounts of 100 after them and, as an auditor,
    /// meanwhile.
    fn in_every_schedule(&self, transfers: &'static [(usize, usize, u64)], audited: bool, expected: [u64; 2]) {
        let &Bank { open, balance, transfer } = self;
        let property = move || {
            let accounts = sync::Arc::new([open(1, 100), open(2, 100)]);
            let workers: Vec<_> = transfers
                .iter()
                .map(|&(from, to, amount)| {
                    let accounts = sync::Arc::clone(&accounts);
                    thread::spawn(move || transfer(&accounts[from], &accounts[to], amount))
                })
                .collect();
            if audited {
                let [lower, higher] = [0, 1].map(|account| balance(&accounts[account]));
                let (lower, higher) = (lower.lock().expect("nobody panics"), higher.lock().expect("nobody panics"));
                assert_eq!(*lower + *higher, 200, "the auditor finds money missing, or too much");
            }
            for worker in workers {
                worker.join().expect("`transfer` does not panic");
            }
            let left = [0, 1].map(|account| *balance(&accounts[account]).lock().expect("nobody panics"));
            assert_eq!(left, expected, "what is in the two accounts at the end");
        };
        within(LIMIT, move || holds_in_every_schedule(property));
    }
}

fn bank_transfer<A: Send + Sync + 'static>(bank: Bank<A>) {
    bank.in_every_schedule(&[(0, 1, 30)], false, [70, 130]);
    bank.in_every_schedule(&[(0, 1, 101)], false, [100, 100]);
    bank.in_every_schedule(&[(1, 1, 30)], false, [100, 100]);
    bank.in_every_schedule(&[(0, 1, 30), (1, 0, 50)], false, [120, 80]);
    bank.in_every_schedule(&[(0, 1, 80), (0, 1, 80)], false, [20, 180]);
    bank.in_every_schedule(&[(1, 0, 30)], true, [130, 70]);
}

#[test]
fn solution_bank_transfer() {
    use solutions::bank_transfer::{Account, transfer};
    let open = |number, balance| Account { number, balance: sync::Mutex::new(balance) };
    bank_transfer(Bank { open, balance: |account| &account.balance, transfer });
}

#[test]
#[ignore = "your turn: src/exercises/bank_transfer.rs"]
fn exercise_bank_transfer() {
    use exercises::bank_transfer::{Account, transfer};
    let open = |number, balance| Account { number, balance: sync::Mutex::new(balance) };
    bank_transfer(Bank { open, balance: |account| &account.balance, transfer });
}

/// Whatever the memory does within its rules, nobody who sees the flag misses the letter; and a letter does arrive.
fn mailbox<M: Send + Sync + 'static>(empty: fn() -> M, send: fn(&M, u64), receive: fn(&M) -> Option<u64>) {
    let arrived = within(LIMIT, move || {
        // On one thread first: loom ends the whole process where a thread panics while others are alive.
        loom::model(move || {
            let mailbox = empty();
            assert_eq!(receive(&mailbox), None, "nothing has been sent");
            send(&mailbox, 7);
            assert_eq!(receive(&mailbox), Some(7), "what was sent is not there");
        });
        let arrived = std::sync::Arc::new(Mutex::new(false));
        let seen = std::sync::Arc::clone(&arrived);
        loom::model(move || {
            let mailbox = loom::sync::Arc::new(empty());
            let sender = loom::sync::Arc::clone(&mailbox);
            let sender = loom::thread::spawn(move || send(&sender, 7));
            let early = receive(&mailbox);
            assert!(early.is_none_or(|letter| letter == 7), "the flag is up, and the letter is {early:?}");
            *seen.lock().expect("nobody panics while holding it") |= early.is_some();
            sender.join().expect("`send` does not panic");
            assert_eq!(receive(&mailbox), Some(7), "the sender has ended, and the letter is not there");
        });
        *arrived.lock().expect("nobody panics while holding it")
    });
    assert!(arrived, "the letter never arrives before the sender has ended");
}

#[test]
fn solution_mailbox() {
    use weak::solution::Mailbox;
    mailbox(Mailbox::empty, Mailbox::send, Mailbox::receive);
}

#[test]
#[ignore = "your turn: src/exercises/mailbox.rs"]
fn exercise_mailbox() {
    use weak::exercise::Mailbox;
    mailbox(Mailbox::empty, Mailbox::send, Mailbox::receive);
}

/// Answers that are wrong in the usual ways. A grader that accepted one of them would be worth nothing.
mod wrong_answers;
