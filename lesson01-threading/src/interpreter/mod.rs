//! An interpreter whose global lock can be switched on and off, small enough to read in an hour.
//!
//! CPython's own names are used throughout, and each file says which of CPython's it is like.
//!
//! | read | to see |
//! |---|---|
//! | [`code`], [`programs`] | the instructions, and the opening puzzle as a compiler leaves it |
//! | [`machine`] | `step`: one instruction of one thread |
//! | [`eval_breaker`] | where a running thread looks up from its work: the answer to the puzzle |
//! | [`gil`] | the lock: the waiter keeps the time, the holder polls a flag, a forced switch hands over |
//! | [`refcount`], [`biased`] | what the GIL protects, and what has to take its place |
//! | `runtime`, `thread_state` | objects and globals, and one thread's way to them |
//! | [`Interpreter`], below | GIL or none, and the combination that does not compile |
//! | `threads` | engine (a), real threads: how fast it is here |
//! | [`virtual_clock`], `virtual_gil` | engine (b), simulated threads: the same run every time, to the nanosecond |
//! | [`mod@every_schedule`] | engine (c), all schedules of a tiny program: proofs |
//! | [`values`], [`torn_counts`] | the memories of (c); with torn counts, what happens without GIL *and* without atomics |
//! | [`report`] | what a run leaves behind |
//!
//! All three engines drive the one `step`, so what (c) proves is proven of the instructions that (a) runs.

// The lesson is about data races, and has none: see `runtime.rs` for what stands in for pointers.
#![forbid(unsafe_code)]

pub mod biased;
pub mod code;
pub mod eval_breaker;
pub mod every_schedule;
pub mod gil;
pub mod machine;
pub mod picture;
pub mod programs;
pub mod refcount;
pub mod report;
mod runtime;
mod thread_state;
mod threads;
pub mod torn_counts;
pub mod values;
pub mod virtual_clock;
mod virtual_gil;

use std::marker::PhantomData;
use std::time::Duration;

pub use biased::Biased;
pub use code::Program;
pub use eval_breaker::Checks;
pub use every_schedule::{Outcome, every_schedule, every_torn_schedule, torn_schedules_that_crash};
pub use gil::SWITCH_INTERVAL;
pub use programs::Increment;
pub use refcount::{Atomic, Plain, RefCount, ThreadSafe};
pub use report::{Report, Span, State};
pub use virtual_clock::run_torn;

/// An interpreter with or without a GIL, and with references counted as `R` says.
///
/// A program is run by [`run`](Interpreter::run) on real threads, or by
/// [`run_on_virtual_clock`](Interpreter::run_on_virtual_clock) on simulated ones.
///
/// Plain refcounts without a GIL would free objects in use, so there is no way to ask for them:
///
/// ```
/// use lesson01_threading::interpreter::{Biased, Interpreter};
/// let free = Interpreter::<Biased>::free_threaded();
/// ```
/// ```compile_fail,E0277
/// use lesson01_threading::interpreter::{Interpreter, Plain};
/// let free = Interpreter::<Plain>::free_threaded(); // the trait `ThreadSafe` is not implemented for `Plain`
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Interpreter<R> {
    switch_interval: Option<Duration>,
    checks: Checks,
    refcounts: PhantomData<R>,
}

impl<R: RefCount> Interpreter<R> {
    /// One GIL for all threads (CPython's default build). Any refcounts will do.
    #[must_use]
    pub fn with_gil(switch_interval: Duration, checks: Checks) -> Self {
        Interpreter { switch_interval: Some(switch_interval), checks, refcounts: PhantomData }
    }
}

impl<R: ThreadSafe> Interpreter<R> {
    /// No GIL: every thread runs when it likes (PEP 703, `python3.13t`). It still looks at the eval breaker, where
    /// other threads leave refcounts for it to merge.
    #[must_use]
    pub fn free_threaded() -> Self {
        Interpreter { switch_interval: None, checks: Checks::BackEdgesAndCalls, refcounts: PhantomData }
    }
}
