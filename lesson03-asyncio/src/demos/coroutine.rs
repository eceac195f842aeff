//! **Claim**: A future does nothing until polled; a poll takes it to its next `await`.
//!
//! **Python**:
//! ```python
//! coroutine = compute(20)     # nothing has run
//! coroutine.send(None)        # runs to the next await; StopIteration carries the result
//! ```
//!
//! **Predict**: An async function with two `await`s that are not ready at once. How often must it be polled?
//!
//! **Try**: In `machine.rs`, add a third `Turn` to `compiled`, and see that `ByHand` is ready a poll early. Repair it.

use std::cell::Cell;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use common::{Figure, Lab, Verdict};

use crate::await_cost;
use crate::machine::{ByHand, compiled};
use crate::polling::{Wakes, poll_times};
use crate::shown::coroutine as shown;
use crate::weights::sizes;

/// A poll of both: what they said, the state that it left behind, and how often the waker was called.
pub type Polled = (Poll<u32>, Poll<u32>, String, usize);

/// Polls both until they are ready.
pub fn side_by_side(first: u32) -> Vec<Polled> {
    let wakes = Arc::new(Wakes::default());
    let waker = Waker::from(Arc::clone(&wakes));
    let mut context = Context::from_waker(&waker);
    let (mut compiled, mut by_hand) = (pin!(compiled(first)), ByHand::Start { first });
    let mut polls = Vec::new();
    while polls.last().is_none_or(|(last, ..): &Polled| last.is_pending()) {
        let results = (compiled.as_mut().poll(&mut context), Pin::new(&mut by_hand).poll(&mut context));
        let state = format!("{by_hand:?}");
        let state = state.split_whitespace().next().unwrap_or_default().to_owned();
        polls.push((results.0, results.1, state, wakes.count()));
    }
    polls
}

/// How often a body ran after it was called, dropped unpolled, and polled once.
pub fn runs_when_polled() -> [u32; 3] {
    let runs = Cell::new(0);
    let body = async || runs.set(runs.get() + 1);
    let future = body();
    let called = runs.get();
    drop(body());
    let dropped = runs.get();
    poll_times(pin!(future), 1);
    [called, dropped, runs.get()]
}

/// Polls by hand, weighs, and measures.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    lab.prove("called or dropped it runs nothing; polled, it runs", runs_when_polled() == [0, 0, 1], []);
    let polls = side_by_side(20);
    lab.detail(shown::polls(&polls));
    let same = polls.iter().all(|(compiled, by_hand, ..)| compiled == by_hand);
    let figures = [Figure::count("polls", polls.len() as u64)];
    lab.prove("by hand and compiled: the same at each poll", same && polls.len() == 3, figures);
    let sizes = sizes();
    lab.detail(shown::weights(&sizes));
    let [_, held, before, boxed] = sizes.map(|(_, bytes)| bytes);
    let figures = [("held", held), ("else", before)].map(|(name, bytes)| Figure::bytes(name, bytes as u64));
    lab.prove("what lives across an await is in it", held >= 1024 && before.max(boxed) < 1024, figures);
    let (call, awaits) = await_cost::measure();
    let figures = [Figure::seconds("call", call), Figure::seconds("await", awaits)];
    lab.observe("a ready await costs a few calls", Verdict::observed(awaits < 50.0 * call), figures);
    let rows = [
        ("an await that is ready", awaits, "await_seconds", "s"),
        ("polls or sends to the end", polls.len() as f64, "sends", ""),
        ("bytes of the coroutine", sizes[0].1 as f64, "coroutine_bytes", "B"),
    ];
    lab.beside_python("coroutine.py", &[], rows);
    Ok(())
}
