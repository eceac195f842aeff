//! When a running thread looks up from its work ([`Checks`]), and what it looks at ([`EvalBreaker`]).

use std::sync::atomic::{AtomicU8, Ordering};

use super::machine::Event;

/// Where the interpreter looks at the eval breaker. This, and nothing else, decides the opening puzzle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checks {
    /// CPython 3.9 and before: between any two instructions.
    EveryInstruction,
    /// CPython 3.10: at backward jumps, and in the caller when a call has returned.
    BackEdgesAndReturns,
    /// CPython 3.11 and later: at backward jumps, and on entry to a function (`RESUME`).
    BackEdgesAndCalls,
}

impl Checks {
    /// All three, oldest first.
    pub const ALL: [Checks; 3] = [Checks::EveryInstruction, Checks::BackEdgesAndReturns, Checks::BackEdgesAndCalls];

    /// The versions that check so.
    #[must_use]
    pub fn cpython(self) -> &'static str {
        match self {
            Checks::EveryInstruction => "<= 3.9",
            Checks::BackEdgesAndReturns => "3.10",
            Checks::BackEdgesAndCalls => ">= 3.11",
        }
    }

    /// Whether the eval breaker is looked at here.
    #[must_use]
    pub fn look_at(self, event: Event) -> bool {
        match self {
            Checks::EveryInstruction => true,
            Checks::BackEdgesAndReturns => matches!(event, Event::JumpedBack | Event::Returned),
            Checks::BackEdgesAndCalls => matches!(event, Event::JumpedBack | Event::Entered),
        }
    }
}

/// Somebody waits for the GIL and has run out of patience (`_PY_GIL_DROP_REQUEST_BIT`).
pub const DROP_REQUEST: u8 = 1;
/// Another thread has queued refcounts for this one to merge (`_PY_EVAL_EXPLICIT_MERGE_BIT`).
pub const EXPLICIT_MERGE: u8 = 2;

/// One word a thread, one bit a reason to stop: all that a running thread looks at
/// (CPython `tstate->eval_breaker`, `Include/internal/pycore_ceval.h`).
///
/// Each has a cache line to itself. Side by side, every request to one thread would slow the others' polling.
#[derive(Debug, Default)]
#[repr(align(64))]
pub struct EvalBreaker(AtomicU8);

// Every access is relaxed. The word orders nothing: what a bit announces is read under a mutex (the GIL's, or the
// queue's), and that mutex orders it. A bit seen one poll late costs one loop of the program, and polling has to
// be as cheap as a plain load, because the program does it in every loop.
impl EvalBreaker {
    /// One for each of so many threads.
    #[must_use]
    pub fn for_threads(threads: usize) -> Box<[EvalBreaker]> {
        (0..threads).map(|_| EvalBreaker::default()).collect()
    }

    /// The poll: is there any reason to stop?
    #[inline]
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }

    /// Whether this reason is among them.
    #[must_use]
    pub fn has(&self, reason: u8) -> bool {
        self.0.load(Ordering::Relaxed) & reason != 0
    }

    /// Gives the thread a reason to stop. A read-modify-write, so that two threads' requests do not undo each other.
    pub fn set(&self, reason: u8) {
        self.0.fetch_or(reason, Ordering::Relaxed);
    }

    /// Takes a reason away; true if it was there.
    pub fn clear(&self, reason: u8) -> bool {
        self.0.fetch_and(!reason, Ordering::Relaxed) & reason != 0
    }
}
