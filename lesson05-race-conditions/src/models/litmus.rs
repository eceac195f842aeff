//! Litmus tests: the smallest programs that tell one kind of memory from another.

use crate::explorer::{Memory, Program, Step};

const X: usize = 0;
const Y: usize = 1;

/// Two cells, and what each thread has read: both cells, where it reads both.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Litmus {
    memory: Memory<2>,
    /// What was read.
    pub read: [u8; 2],
}

fn start(store_buffers: bool) -> Program<Litmus> {
    let memory = if store_buffers { Memory::buffered() } else { Memory::sequential() };
    Program::new(Litmus { memory, read: [0; 2] })
}

/// The machine's own step: at a time of its choosing, the oldest store of a thread reaches the memory.
fn flush() -> Step<Litmus> {
    Step::new("FLUSH", |litmus: &mut Litmus, me| litmus.memory.flush(me)).when(|litmus, me| !litmus.memory.drained(me))
}

/// Store buffering: each thread stores to its own cell and reads the other's. `read` is (0, 0) if neither saw a store.
pub fn store_buffering(store_buffers: bool, fence: bool) -> Program<Litmus> {
    // A thread can be held up before its first store, too.
    let begin = Step::new("BEGIN", |_: &mut Litmus, _| {});
    let store = Step::new("STORE own = 1", |litmus: &mut Litmus, me| litmus.memory.store(me, me, 1));
    let wait = Step::new("FENCE", |_: &mut Litmus, _| {}).when(|litmus, me| litmus.memory.drained(me));
    let load = Step::new("LOAD other:", |litmus: &mut Litmus, me| litmus.read[me] = litmus.memory.load(me, 1 - me))
        .shows(|litmus, me| litmus.read[me].to_string());
    let steps = if fence { vec![begin, store, wait, load] } else { vec![begin, store, load] };
    let program = start(store_buffers).thread("thread 1", steps.clone()).thread("thread 2", steps);
    program.machine(0, flush()).machine(1, flush())
}

/// Message passing: data, then a flag; the reader looks at the flag first. `read` is (1, 0) if it was deceived.
pub fn message_passing(store_buffers: bool) -> Program<Litmus> {
    let data = Step::new("STORE data = 1", |litmus: &mut Litmus, me| litmus.memory.store(me, X, 1));
    let flag = Step::new("STORE flag = 1", |litmus: &mut Litmus, me| litmus.memory.store(me, Y, 1));
    let saw = Step::new("LOAD flag:", |litmus: &mut Litmus, me| litmus.read[0] = litmus.memory.load(me, Y))
        .shows(|litmus, _| litmus.read[0].to_string());
    let got = Step::new("LOAD data:", |litmus: &mut Litmus, me| litmus.read[1] = litmus.memory.load(me, X))
        .shows(|litmus, _| litmus.read[1].to_string());
    start(store_buffers).thread("writer", [data, flag]).thread("reader", [saw, got]).machine(0, flush())
}
