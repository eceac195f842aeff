//! Real threads: what must hold however slow the machine is.

use super::*;

#[test]
fn real_threads_lose_nothing_with_back_edge_checks_and_something_with_a_call_between() {
    let lost = |increment| gil::<Plain>(SHORT).run(&puzzle(increment, 2, 20_000)).lost_updates;
    within_a_minute(move || {
        for _ in 0..5 {
            assert_eq!(lost(Increment::Plain), 0);
            assert_eq!(lost(Increment::CallBeforeLoad), 0);
        }
    });
    sooner_or_later(move || lost(Increment::CallBetween) > 0);
}

#[test]
fn real_threads_lose_updates_where_every_instruction_is_checked_and_without_a_gil() {
    let program = puzzle(Increment::Plain, 2, 20_000);
    let every = Interpreter::<Plain>::with_gil(SHORT, Checks::EveryInstruction);
    let (a, b) = (program.clone(), program.clone());
    sooner_or_later(move || every.run(&a).lost_updates > 0);
    sooner_or_later(move || Interpreter::<Atomic>::free_threaded().run(&b).lost_updates > 0);
    sooner_or_later(move || Interpreter::<Biased>::free_threaded().run(&program).lost_updates > 0);
}

#[test]
fn cpu_bound_threads_are_made_to_take_turns() {
    let program = counting(2, 20_000);
    sooner_or_later(move || gil::<Plain>(SHORT).run(&program).gil.forced_switches >= 2);
}
