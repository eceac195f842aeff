//! The claims of the `gil` demo. Exact figures come from the virtual clock, proofs from the walk over every schedule.
//! Real threads are only asked what must hold however slow the machine is: no test here looks at the wall's clock.

use std::panic::catch_unwind;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use common::within;
use lesson01_threading::interpreter::code::Op;
use lesson01_threading::interpreter::eval_breaker::{DROP_REQUEST, EvalBreaker};
use lesson01_threading::interpreter::gil::Gil;
use lesson01_threading::interpreter::programs::{counting, puzzle, reading, serving, sleeping};
use lesson01_threading::interpreter::virtual_clock::{INSTRUCTION, TIMER_SLACK};
use lesson01_threading::interpreter::{
    Atomic, Biased, Checks, Increment, Interpreter, Outcome, Plain, Program, RefCount, Report, SWITCH_INTERVAL, Span,
    State, ThreadSafe, every_schedule, every_torn_schedule, run_torn,
};

mod all_schedules;
mod lock;
mod no_leaks;
mod real_threads;
mod refcounts;
mod virtual_clock;

// The refcounts once more, on atomics whose every order a runner can try (see the comment in `lib.rs`).
#[path = "../../src/interpreter/biased.rs"]
#[allow(unreachable_pub)]
mod biased;
#[path = "../../src/interpreter/refcount.rs"]
#[allow(dead_code, unreachable_pub)]
mod refcount;
use shuttle::sync;

const BACK_EDGES: Checks = Checks::BackEdgesAndCalls;
/// Short enough for dozens of switches in a run of a few milliseconds.
const SHORT: Duration = Duration::from_micros(100);
/// So long that nobody ever asks for the lock.
const NEVER: Duration = Duration::from_secs(3600);

fn gil<R: RefCount>(switch_interval: Duration) -> Interpreter<R> {
    Interpreter::with_gil(switch_interval, BACK_EDGES)
}

fn within_a_minute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    within(Duration::from_secs(60), work)
}

/// A spinner that is never made to stop would spin for ever on the virtual clock as well.
fn on_virtual_clock<R: RefCount + 'static>(interpreter: Interpreter<R>, program: &Program, seed: u64) -> Report {
    let program = program.clone();
    within_a_minute(move || interpreter.run_on_virtual_clock(&program, seed))
}

/// Tries until it happens. That it does not happen in this try or that proves nothing; that it never does hangs.
fn sooner_or_later(happens: impl Fn() -> bool + Send + 'static) {
    within_a_minute(move || while !happens() {});
}

/// As measured with CPython 2.7 to 3.13.
fn puzzle_table() -> [(Increment, Checks, bool); 9] {
    use Checks::{BackEdgesAndCalls, BackEdgesAndReturns, EveryInstruction};
    use Increment::{CallBeforeLoad, CallBetween, Plain};
    [
        (Plain, EveryInstruction, true),
        (Plain, BackEdgesAndReturns, false),
        (Plain, BackEdgesAndCalls, false),
        (CallBeforeLoad, EveryInstruction, true),
        (CallBeforeLoad, BackEdgesAndReturns, true),
        (CallBeforeLoad, BackEdgesAndCalls, false),
        (CallBetween, EveryInstruction, true),
        (CallBetween, BackEdgesAndReturns, true),
        (CallBetween, BackEdgesAndCalls, true),
    ]
}

#[test]
fn a_program_prints_its_disassembly() {
    let text = puzzle(Increment::CallBetween, 2, 1).to_string();
    let expected =
        "add:\n   0 LOAD_GLOBAL counter\n   1 CALL int\n   2 LOAD_CONST 1\n   3 ADD\n   4 STORE_GLOBAL counter\n";
    assert!(text.starts_with(expected), "{text}");
    assert!(text.ends_with("int:\n   0 LOAD_FAST x\n   1 RETURN_VALUE\n"), "{text}");
}
