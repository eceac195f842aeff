//! The programs' own source, in every schedule.

#![allow(clippy::duplicate_mod, dead_code)]

mod on_loom;
mod on_shuttle;
#[path = "../recording/mod.rs"]
mod recording;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::within;
use lesson05_race_conditions::demos::store_buffering::LOOM;
use lesson05_race_conditions::explorer::{self, Ending};
use lesson05_race_conditions::models;
use on_loom::{lazy as weak_lazy, litmus as weak, stack as weak_stack};
use on_shuttle::programs::{account, counter, file, lazy, litmus, stack, ways_out};
use recording::{every_schedule, replay, schedules};

const LIMIT: Duration = Duration::from_secs(120);

/// The outcomes of every schedule.
fn outcomes<T: Ord + Send + 'static>(program: impl Fn() -> T + Send + Sync + 'static) -> BTreeSet<T> {
    within(LIMIT, move || schedules(program).into_iter().map(|(outcome, _)| outcome).collect())
}

/// The different orders in which the two threads moved, by the total they ended in.
type Orders = BTreeMap<u64, BTreeSet<Vec<usize>>>;

fn real_orders(times: u64) -> Orders {
    let mut orders = Orders::new();
    for (total, schedule) in schedules(move || counter::load_store(times)) {
        let workers = schedule.lines.iter().filter(|line| schedule.threads[line.thread] != "main");
        let order = workers.map(|line| usize::from(schedule.threads[line.thread] == "thread 2")).collect();
        orders.entry(total).or_default().insert(order);
    }
    orders
}

fn modelled_orders(times: u64) -> Orders {
    let mut orders = Orders::new();
    explorer::every(&models::counter::load_store(times as usize), |run| {
        if let Ending::Done(counter) = run.ending {
            orders.entry(counter.value.into()).or_default().insert(run.schedule.order());
        }
    });
    orders
}

fn real_and_modelled_agree(times: u64, expected: usize) {
    let (real, modelled) = within(LIMIT, move || (real_orders(times), modelled_orders(times)));
    assert_eq!(real.values().map(BTreeSet::len).sum::<usize>(), expected);
    assert_eq!(real, modelled);
}

/// Two ways that share no code: the real program under shuttle, and its model under the explorer.
#[test]
fn real_code_and_model_have_the_same_schedules() {
    for (times, expected) in [(1, 6), (2, 70), (3, 924)] {
        real_and_modelled_agree(times, expected);
    }
}

#[test]
fn real_code_and_model_have_the_same_12870_schedules() {
    real_and_modelled_agree(4, 12_870);
}

/// Two threads that want one file, on a directory that is a set of names: as many schedules as its model has.
#[test]
fn a_file_is_made_twice_by_asking_first_and_once_by_create_new() {
    let runs = within(LIMIT, || {
        let apart = schedules(|| file::two_threads(|path| file::exists_then_create(path, || {})));
        let at_once = schedules(|| file::two_threads(file::create_new));
        [apart, at_once].map(|runs| {
            let different: BTreeSet<_> = runs.into_iter().map(|(makers, run)| (makers, run.to_string())).collect();
            different.into_iter().map(|(makers, _)| makers).collect::<Vec<_>>()
        })
    });
    let models = [models::file::exists_then_create(), models::file::create_new()];
    let expected = models.map(|model| {
        let mut makers = Vec::new();
        explorer::every(&model, |run| match run.ending {
            Ending::Done(file) => makers.push(file.makers()),
            Ending::Deadlock => unreachable!("nobody waits"),
        });
        makers.sort_unstable();
        makers
    });
    assert_eq!(runs, expected);
    assert_eq!(runs[1], [1, 1], "create_new made it twice, or never");
}

#[test]
fn the_repaired_counter_loses_nothing() {
    assert_eq!(outcomes(|| counter::load_store(3)), BTreeSet::from([2, 3, 4, 5, 6]));
    assert_eq!(outcomes(|| counter::fetch_add(3)), BTreeSet::from([6]));
}

#[test]
fn a_failing_schedule_is_shown_in_two_columns_and_runs_again() {
    let property = || assert_eq!(counter::load_store(1), 2, "an update is lost");
    let failure = within(LIMIT, move || every_schedule(property)).expect_err("an update is lost");
    assert!(failure.message.contains("an update is lost"), "{}", failure.message);
    let expected = "\
step  main          thread 1      thread 2
   1                LOAD a: 0
   2                              LOAD a: 0
   3                STORE a = 1
   4                              STORE a = 1
   5  LOAD a: 1";
    assert_eq!(failure.schedule.to_string(), expected);
    for _ in 0..2 {
        let (again, first) = (failure.clone(), failure.clone());
        assert_eq!(within(LIMIT, move || replay(&again, property)), Some(first));
    }
}

#[test]
fn two_acquisitions_overdraw_and_one_does_not() {
    let apart = || {
        account::two_withdrawals(|balance| {
            account::check_then_act(balance, || {});
        })
    };
    let together = || {
        account::two_withdrawals(|balance| {
            account::check_and_act(balance);
        })
    };
    assert_eq!(outcomes(apart), BTreeSet::from([-100, 0]));
    assert_eq!(outcomes(together), BTreeSet::from([0]));
}

#[test]
fn looking_again_under_a_lock_makes_it_once() {
    assert_eq!(
        outcomes(|| lazy::two_threads(|lazy| lazy.test_then_make(|| {}))),
        BTreeSet::from([(1, true), (2, true)])
    );
    assert_eq!(outcomes(|| lazy::two_threads(lazy::Lazy::make_once)), BTreeSet::from([(1, true)]));
}

#[test]
fn a_bare_top_takes_another_node_for_the_same_and_a_counted_one_does_not() {
    assert_eq!(outcomes(|| stack::two_threads(stack::Stack::bare(3), || {})), BTreeSet::from([false, true]));
    assert_eq!(outcomes(|| stack::two_threads(stack::Stack::counted(3), || {})), BTreeSet::from([true]));
}

#[test]
fn every_way_out_leads_out() {
    let ways = [ways_out::confine, ways_out::make_immutable, ways_out::lock, ways_out::atomic];
    for (index, way) in ways.into_iter().enumerate() {
        assert_eq!(outcomes(move || way(2, 2)), BTreeSet::from([4]), "way {index}");
    }
    // The actor is a third thread: with two messages from each of two senders the search does not end in a minute.
    assert_eq!(outcomes(|| ways_out::actor(2, 1)), BTreeSet::from([2]));
    assert_eq!(outcomes(|| ways_out::actor(1, 3)), BTreeSet::from([3]));
}

/// What a litmus test can end in under loom, and in how many executions each.
fn weak_outcomes<T: Ord + Send + 'static>(test: impl Fn() -> T + Send + Sync + 'static) -> BTreeMap<T, usize> {
    within(LIMIT, move || {
        // A lock of std: one that loom knows would add executions.
        let seen = Arc::new(Mutex::new(BTreeMap::new()));
        let seen_here = Arc::clone(&seen);
        loom::model(move || {
            *seen_here.lock().expect("nobody panics").entry(test()).or_default() += 1;
        });
        std::mem::take(&mut *seen.lock().expect("nobody panics"))
    })
}

#[test]
fn loom_sees_both_loads_miss_both_stores_and_no_more_with_a_fence() {
    let relaxed = weak_outcomes(|| weak::store_buffering(weak::store_then_load));
    let fenced = weak_outcomes(|| weak::store_buffering(weak::store_fence_load));
    // The demo shows these numbers, and cannot count them itself: loom is there for tests only.
    let executions = |outcomes: &BTreeMap<(u64, u64), usize>| {
        [(0, 0), (0, 1), (1, 0), (1, 1)].map(|read| outcomes.get(&read).copied().unwrap_or(0))
    };
    assert_eq!([executions(&relaxed), executions(&fenced)], LOOM);
    assert!(relaxed.contains_key(&(0, 0)));
    assert!(!fenced.contains_key(&(0, 0)), "the fence does not hold");
}

#[test]
fn loom_sees_a_relaxed_flag_deceive_and_a_released_one_not() {
    let (relaxed, released) = (weak_outcomes(weak::publish_relaxed), weak_outcomes(weak::publish_release));
    assert!(relaxed.contains_key(&(1, 0)));
    assert!(!released.contains_key(&(1, 0)), "the flag is seen before the data");
}

#[test]
fn loom_sees_the_value_behind_the_flag() {
    let once = weak_outcomes(|| weak_lazy::two_threads(weak_lazy::Lazy::make_once));
    assert_eq!(once.into_keys().collect::<Vec<_>>(), [(1, true)]);
    let twice = weak_outcomes(|| weak_lazy::two_threads(|lazy| lazy.test_then_make(|| {})));
    assert_eq!(twice.into_keys().collect::<Vec<_>>(), [(1, true), (2, true)]);
}

#[test]
fn loom_breaks_the_bare_stack_and_not_the_counted_one() {
    let outcomes = |make: fn(u64) -> weak_stack::Stack| {
        let outcomes = weak_outcomes(move || weak_stack::two_threads(make(3), || {}));
        outcomes.into_keys().collect::<Vec<_>>()
    };
    assert_eq!(outcomes(weak_stack::Stack::bare), [false, true]);
    assert_eq!(outcomes(weak_stack::Stack::counted), [true]);
}

/// Not a weakness of the programs but of the tool, and the reason why there are two: shuttle cannot see this bug.
#[test]
fn shuttle_sees_neither() {
    let all = BTreeSet::from([(0, 0), (0, 1), (1, 1)]);
    assert_eq!(outcomes(litmus::publish_relaxed), all);
    let stored_first = BTreeSet::from([(0, 1), (1, 0), (1, 1)]);
    assert_eq!(outcomes(|| litmus::store_buffering(litmus::store_then_load)), stored_first);
}
