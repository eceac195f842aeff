//! Every schedule: proofs.

use super::*;

fn values(program: &Program, checks: Checks) -> Vec<i64> {
    let value = |outcome| match outcome {
        Outcome::Value(value) => value,
        other => panic!("{other:?} without torn counts"),
    };
    every_schedule(program, checks).into_keys().map(value).collect()
}

#[test]
fn two_increments_by_two_threads_reach_2_3_and_4_or_nothing_but_4() {
    let program = puzzle(Increment::Plain, 2, 2);
    assert_eq!(values(&program, Checks::EveryInstruction), [2, 3, 4]);
    assert_eq!(values(&program, Checks::BackEdgesAndReturns), [4]);
    assert_eq!(values(&program, Checks::BackEdgesAndCalls), [4]);
}

#[test]
fn the_walk_agrees_with_cpython_on_every_version_and_every_increment() {
    for (increment, checks, loses) in puzzle_table() {
        let values = values(&puzzle(increment, 2, 2), checks);
        assert_eq!(values, if loses { vec![2, 3, 4] } else { vec![4] }, "{increment:?}, {checks:?}");
    }
}

#[test]
fn the_walk_counts_every_schedule_once() {
    // Two threads of n steps each can be put in (2n)! / (n! n!) orders; three of them in (3n)! / (n! n! n!).
    let choose = |n: u128, k: u128| (0..k).fold(1, |product, i| product * (n - i) / (i + 1));
    let total = |program: &Program| -> u128 {
        every_schedule(program, Checks::EveryInstruction).values().map(|found| found.schedules).sum()
    };
    assert_eq!(total(&puzzle(Increment::Plain, 2, 1)), choose(12, 6));
    assert_eq!(total(&puzzle(Increment::Plain, 2, 2)), choose(64, 32));
    assert_eq!(total(&puzzle(Increment::Plain, 3, 1)), choose(12, 6) * choose(18, 6));
    assert_eq!(values(&puzzle(Increment::Plain, 3, 1), Checks::EveryInstruction), [1, 2, 3]);
}

#[test]
fn the_simplest_losing_schedule_interrupts_one_thread_once() {
    let outcomes = every_schedule(&puzzle(Increment::Plain, 2, 1), Checks::EveryInstruction);
    let lines = &outcomes[&Outcome::Value(1)].simplest;
    let changes = lines.windows(2).filter(|pair| pair[0].thread != pair[1].thread).count();
    assert_eq!((lines.len(), changes), (12, 2));
    let globals: Vec<_> = lines.iter().filter(|line| line.text.contains("counter")).collect();
    let texts: Vec<&str> = globals.iter().map(|line| &line.text[..]).collect();
    let (load, store) = ("LOAD_GLOBAL counter -> 0", "STORE_GLOBAL counter = 1");
    assert_eq!(texts, [load, load, store, store]);
    assert_eq!(globals[0].thread, globals[3].thread);
}

#[test]
fn reading_a_variable_frees_it_if_refcounts_are_torn() {
    let torn = every_torn_schedule(&reading(1));
    let (crashes, others): (Vec<_>, Vec<_>) =
        torn.into_iter().partition(|(outcome, _)| matches!(outcome, Outcome::Crashed(_)));
    let [(Outcome::Crashed(how), found)] = &crashes[..] else { panic!("{crashes:?}") };
    assert_eq!((how.value, how.references), (1000, 1), "the global still refers to it");
    assert_eq!(found.simplest.last().unwrap().text.trim(), "store refcount = 0: free it");
    assert!(others.iter().any(|(outcome, _)| *outcome == Outcome::Value(1000)), "most schedules do no harm");
    // The same instructions, their counts in one piece: the only outcome is the right one.
    assert_eq!(values(&reading(1), Checks::EveryInstruction), [1000]);
}

#[test]
fn writing_with_torn_counts_crashes_or_leaks_or_does_neither() {
    // From 1000 on, because small integers are not counted.
    let program = Program { globals: vec![("counter", 1000)], ..puzzle(Increment::Plain, 2, 1) };
    let torn = every_torn_schedule(&program);
    assert!(torn.keys().any(|outcome| matches!(outcome, Outcome::Crashed(_))));
    assert!(torn.contains_key(&Outcome::Leaked));
    assert!(torn.contains_key(&Outcome::Value(1001)) && torn.contains_key(&Outcome::Value(1002)));
}

#[test]
fn torn_counts_on_the_virtual_clock_crash_for_the_same_seeds_every_time() {
    let run = |seed| run_torn(&reading(100), seed);
    let crashed: Vec<u64> = (0..50).filter(|&seed| run(seed).crash.is_some()).collect();
    assert!(!crashed.is_empty() && crashed.len() < 50, "{crashed:?}");
    assert!(crashed.iter().all(|&seed| run(seed) == run(seed)));
}
