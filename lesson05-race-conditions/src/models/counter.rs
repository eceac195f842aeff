//! Two threads that add 1 to a counter a few times each.

use crate::explorer::{Program, Step};

/// A counter, and what each thread has in its register.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Counter {
    /// The counter.
    pub value: u8,
    register: [u8; 2],
}

fn load() -> Step<Counter> {
    Step::new("LOAD", |counter: &mut Counter, me| counter.register[me] = counter.value)
        .shows(|counter, me| counter.register[me].to_string())
}

fn add() -> Step<Counter> {
    Step::new("ADD", |counter: &mut Counter, me| counter.register[me] += 1)
        .shows(|counter, me| counter.register[me].to_string())
}

/// The register is cleared, because nobody looks at it again: two points that differ in it alone would count as two.
fn store() -> Step<Counter> {
    Step::new("STORE", |counter: &mut Counter, me| counter.value = std::mem::take(&mut counter.register[me]))
        .shows(|counter, _| counter.value.to_string())
}

fn two_threads(times: usize, increment: &[Step<Counter>]) -> Program<Counter> {
    let steps = increment.repeat(times);
    Program::new(Counter { value: 0, register: [0; 2] }).thread("thread 1", steps.clone()).thread("thread 2", steps)
}

/// The plain increment, as every processor has to do it: LOAD, ADD, STORE.
pub fn load_add_store(times: usize) -> Program<Counter> {
    two_threads(times, &[load(), add(), store()])
}

/// The same in two steps, as a program with a load and a store has it.
pub fn load_store(times: usize) -> Program<Counter> {
    let store = Step::new("STORE", |counter: &mut Counter, me| {
        counter.value = std::mem::take(&mut counter.register[me]) + 1;
    });
    two_threads(times, &[load(), store.shows(|counter, _| counter.value.to_string())])
}

/// The repair: one step where there were three.
pub fn fetch_add(times: usize) -> Program<Counter> {
    let add = Step::new("FETCH-ADD", |counter: &mut Counter, _| counter.value += 1);
    two_threads(times, &[add.shows(|counter, _| counter.value.to_string())])
}
