//! The explorer against figures that were found in other ways: by formula, by walking every schedule, by hand.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::time::Duration;

use common::within;
use lesson05_race_conditions::explorer::{
    Counts, Ending, Memory, Program, Step, Then, count, every, grouped, shortest,
};
use lesson05_race_conditions::models::{account, counter, file, lazy, litmus, locks, stack};
use num_bigint::BigUint;

fn totals(times: usize) -> Counts<u8> {
    count(&counter::load_add_store(times), |counter| counter.value)
}

/// How many schedules end in each outcome, and in a deadlock, as `u64`.
fn small<O: Ord + Clone>(counts: &Counts<O>) -> (Vec<(O, u64)>, u64) {
    let number = |ways: &BigUint| u64::try_from(ways).expect("a small number");
    let done = counts.endings.iter().filter_map(|(ending, ways)| match ending {
        Ending::Done(outcome) => Some((outcome.clone(), number(ways))),
        Ending::Deadlock => None,
    });
    (done.collect(), number(&counts.deadlocks()))
}

/// Choose `k` of `n`.
fn choose(n: u32, k: u32) -> BigUint {
    (1..=k).fold(BigUint::from(1_u8), |ways, i| ways * (n - k + i) / i)
}

#[test]
fn the_totals_of_two_threads_are_the_known_ones() {
    assert_eq!(small(&totals(1)).0, [(1, 18), (2, 2)]);
    assert_eq!(small(&totals(2)).0, [(2, 702), (3, 216), (4, 6)]);
    assert_eq!(small(&totals(3)).0, [(2, 648), (3, 30_780), (4, 15_714), (5, 1_458), (6, 20)]);
    assert_eq!([1, 2, 3, 10].map(|times| totals(times).points), [21, 116, 439, 62_844]);
}

#[test]
fn ten_increments_each_are_counted_exactly() {
    let ten = totals(10);
    assert_eq!(grouped(&ten.total()), "118,264,581,564,861,424");
    assert_eq!([2, 11, 20].map(|total| grouped(&ten.done(total))), ["13,122", "39,232,847,202,642,792", "184,756"]);
}

#[test]
fn the_numbers_follow_their_formulas() {
    for times in 1..=12_u32 {
        let all = totals(times as usize);
        assert_eq!(all.total(), choose(6 * times, 3 * times), "schedules of {times}");
        assert_eq!(all.done(2 * times as u8), choose(2 * times, times), "right schedules of {times}");
        if times >= 3 {
            assert_eq!(all.done(2), BigUint::from(162 * (times - 1) * (times - 1)), "worst schedules of {times}");
            assert_eq!(all.endings.keys().next(), Some(&Ending::Done(2)), "nothing is below 2");
        }
    }
}

/// In a debug build this takes too long to be worth its while; how long it takes is shown by `lost-update --full`.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow in a debug build")]
fn twenty_nine_increments_each_are_exact() {
    let all = totals(29);
    assert_eq!((all.total(), all.done(58), all.done(2)), (choose(174, 87), choose(58, 29), BigUint::from(127_008_u32)));
}

/// Counting and walking share nothing but the program.
fn counting_and_walking_agree<S: Clone + Eq + Hash, O: Ord>(program: &Program<S>, outcome: impl Fn(&S) -> O) {
    let mut walked: BTreeMap<Ending<O>, BigUint> = BTreeMap::new();
    every(program, |run| {
        let ending = match run.ending {
            Ending::Done(state) => Ending::Done(outcome(&state)),
            Ending::Deadlock => Ending::Deadlock,
        };
        *walked.entry(ending).or_default() += 1_u8;
    });
    assert!(count(program, outcome).endings == walked);
}

#[test]
fn counting_finds_what_walking_finds() {
    counting_and_walking_agree(&counter::load_add_store(3), |counter| counter.value);
    counting_and_walking_agree(&account::two_acquisitions(), |account| account.balance);
    counting_and_walking_agree(&litmus::store_buffering(true, false), |litmus| litmus.read);
    counting_and_walking_agree(&locks::ab_ba(), |_| ());
    counting_and_walking_agree(&locks::lost_wakeup(), |_| ());
    counting_and_walking_agree(&stack::stack(false), stack::Stack::is_broken);
}

#[test]
fn a_check_and_its_act_apart_overdraw_in_70_of_72() {
    assert_eq!(small(&count(&account::two_acquisitions(), |account| account.balance)), (vec![(-100, 70), (0, 2)], 0));
    assert_eq!(small(&count(&account::one_acquisition(), |account| account.balance)), (vec![(0, 2)], 0));
}

#[test]
fn only_store_buffers_let_both_loads_miss() {
    let both_zero = |buffers, fence| {
        let all = count(&litmus::store_buffering(buffers, fence), |litmus| litmus.read);
        (grouped(&all.done([0, 0])), grouped(&all.total()))
    };
    let text = |some: &str, all: &str| (some.to_owned(), all.to_owned());
    assert_eq!(both_zero(true, false), text("60", "280"));
    assert_eq!(both_zero(true, true), text("0", "252"));
    assert_eq!(both_zero(false, false), text("0", "20"));
}

/// Stores leave the buffer in the order in which they came: without that the flag could overtake the data.
#[test]
fn a_store_buffer_keeps_its_order() {
    for buffers in [false, true] {
        let outcomes = small(&count(&litmus::message_passing(buffers), |litmus| litmus.read)).0;
        let outcomes: Vec<[u8; 2]> = outcomes.into_iter().map(|(read, _)| read).collect();
        assert_eq!(outcomes, [[0, 0], [0, 1], [1, 1]], "flag, then data");
    }
}

/// A thread sees its own stores before anybody else does, the newest of them first.
#[test]
fn a_thread_sees_what_is_in_its_own_buffer() {
    let mut memory = Memory::<2>::buffered();
    memory.store(0, 0, 1);
    memory.store(0, 0, 2);
    assert_eq!((memory.load(0, 0), memory.load(1, 0), memory.drained(0)), (2, 0, false));
    memory.flush(0);
    assert_eq!((memory.load(0, 0), memory.load(1, 0), memory.drained(0)), (2, 1, false));
    memory.flush(0);
    assert_eq!((memory.load(0, 0), memory.load(1, 0), memory.drained(0)), (2, 2, true));
}

#[test]
fn deadlocks_are_found_and_told_apart() {
    assert_eq!(small(&count(&locks::ab_ba(), |_| ())), (vec![((), 4)], 2));
    assert_eq!(small(&count(&locks::ab_ab(), |_| ())), (vec![((), 2)], 0));
    assert_eq!(small(&count(&locks::lost_wakeup(), |_| ())), (vec![((), 4)], 1));
    assert_eq!(small(&count(&locks::kept_wakeup(), |_| ())).1, 0);
}

#[test]
fn the_other_models_break_and_their_repairs_do_not() {
    assert_eq!(small(&count(&file::exists_then_create(), file::File::makers)).0, [(1, 2), (2, 4)]);
    assert_eq!(small(&count(&file::create_new(), file::File::makers)).0, [(1, 2)]);
    assert_eq!(small(&count(&lazy::test_then_make(), |lazy| lazy.made)).0, [(1, 2), (2, 18)]);
    assert_eq!(small(&count(&lazy::once(), |lazy| lazy.made)).0, [(1, 2)]);
    assert_eq!(small(&count(&stack::stack(false), stack::Stack::is_broken)).0, [(false, 1_365), (true, 18)]);
    assert_eq!(small(&count(&stack::stack(true), stack::Stack::is_broken)).0, [(false, 1_383)]);
    assert_eq!(small(&count(&counter::fetch_add(3), |counter| counter.value)).0, [(6, 20)]);
}

/// Two changes of thread are enough at N = 2; from 3 to 6 it takes five, not more.
#[test]
fn the_worst_schedule_needs_five_changes_of_thread() {
    let switches = |times| {
        let worst = shortest(&counter::load_add_store(times), |end| matches!(end, Ending::Done(end) if end.value == 2));
        worst.map(|worst| (worst.lines.len(), worst.switches()))
    };
    let expected = [(2, 2), (3, 5), (4, 5), (5, 5), (6, 5)].map(|(times, switches)| Some((6 * times, switches)));
    assert_eq!([2, 3, 4, 5, 6].map(switches), expected);
}

#[test]
fn a_shortest_schedule_is_always_the_same_and_ends_as_wanted() {
    let deadlock = shortest(&locks::ab_ba(), |end| matches!(end, Ending::Deadlock)).expect("there is one");
    let drawn = deadlock.to_string();
    assert_eq!(drawn, "step  thread 1   thread 2\n   1  LOCK A\n   2             LOCK B");
    let never = shortest(&locks::ab_ab(), |end| matches!(end, Ending::Deadlock));
    assert_eq!(never, None);
    let lost = || shortest(&counter::load_add_store(2), |end| matches!(end, Ending::Done(end) if end.value == 2));
    assert!((0..20).all(|_| lost() == lost()));
}

/// More than two threads, and the machine's own steps besides.
#[test]
fn three_and_four_threads_are_counted_too() {
    let add = Step::new("ADD", |total: &mut u8, _| *total += 1);
    let threads = |number: usize| {
        (0..number).fold(Program::new(0_u8), |program, thread| program.thread(&format!("thread {thread}"), [add, add]))
    };
    assert_eq!(small(&count(&threads(3), |total| *total)).0, [(6, 90)]);
    assert_eq!(small(&count(&threads(4), |total| *total)).0, [(8, 2_520)]);
    assert_eq!(small(&count(&Program::new(0_u8), |total| *total)).0, [(0, 1)]);
}

#[test]
#[should_panic(expected = "may go round for ever")]
fn a_program_without_an_end_is_noticed() {
    let spin = Step::new("SPIN", |_: &mut u8, _| {}).then(|_, _| Then::Jump(0));
    within(Duration::from_secs(60), move || count(&Program::new(0_u8).thread("thread 1", [spin]), |total| *total));
}
