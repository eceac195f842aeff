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
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use common::blocks::{Schedule, Table};
use common::{Figure, Lab, Verdict, measure};

use crate::machine::{ByHand, compiled};
use crate::polling::{Turn, Wakes, poll_times};

/// Polls both until they are ready: a line for each poll, with the state it left behind.
pub fn side_by_side(first: u32) -> Vec<(Poll<u32>, Poll<u32>, String, usize)> {
    let wakes = Arc::new(Wakes::default());
    let waker = Waker::from(Arc::clone(&wakes));
    let mut context = Context::from_waker(&waker);
    let (mut compiled, mut by_hand) = (pin!(compiled(first)), ByHand::Start { first });
    let mut polls = Vec::new();
    while polls.last().is_none_or(|(last, ..): &(Poll<u32>, _, _, _)| last.is_pending()) {
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

/// The sizes of four futures in bytes: what lives across an `await` lives in the future.
pub fn sizes() -> [(&'static str, usize); 4] {
    async fn held() -> u8 {
        let buffer = black_box([1_u8; 1024]);
        Turn::default().await;
        buffer[0]
    }
    async fn dropped_before() -> u8 {
        let first = { black_box([1_u8; 1024])[0] };
        Turn::default().await;
        first
    }
    [
        ("compiled", size_of_val(&compiled(1))),
        ("1 KiB held across an await", size_of_val(&held())),
        ("1 KiB used before it", size_of_val(&dropped_before())),
        ("the first, in a box", size_of_val(&async { Box::pin(held()).await })),
    ]
}

/// Polls by hand, weighs, and measures.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    lab.prove("called or dropped it runs nothing; polled, it runs", runs_when_polled() == [0, 0, 1], []);
    let polls = side_by_side(20);
    let mut schedule =
        Schedule::new("Poll by poll", &["caller", "both futures", "state by hand", "waker"], "63 from both");
    for (number, (compiled, _, state, wakes)) in polls.iter().enumerate() {
        schedule.step(0, format!("poll {}", number + 1));
        schedule.step(1, format!("{compiled:?}"));
        schedule.step(2, state.as_str());
        schedule.step(3, format!("woken {wakes} times"));
    }
    lab.detail(schedule);
    let same = polls.iter().all(|(compiled, by_hand, ..)| compiled == by_hand);
    let figures = [Figure::count("polls", polls.len() as u64)];
    lab.prove("by hand and compiled: the same at each poll", same && polls.len() == 3, figures);
    let sizes = sizes();
    let mut table = Table::new("What a future weighs", &["future", "bytes"]);
    sizes.iter().for_each(|(name, bytes)| table.row(&[name, bytes]));
    table.row(&[&"by hand", &size_of::<ByHand>()]);
    lab.detail(table);
    let [_, held, before, boxed] = sizes.map(|(_, bytes)| bytes);
    let figures = [("held", held), ("else", before)].map(|(name, bytes)| Figure::bytes(name, bytes as u64));
    lab.prove("what lives across an await is in it", held >= 1024 && before.max(boxed) < 1024, figures);
    cost(lab);
    Ok(())
}

/// What an `await` costs that need not wait, beside a call and beside Python's.
fn cost(lab: &mut Lab) {
    const TIMES: u32 = 100_000;
    #[inline(never)]
    fn call(number: u32) -> u32 {
        black_box(number)
    }
    async fn ready(number: u32) -> u32 {
        call(number)
    }
    let each = |seconds: f64| seconds / f64::from(TIMES);
    let calls = each(measure::repeat(5, || (0..TIMES).map(call).fold(0, u32::wrapping_add)).median);
    let many = || async {
        for number in 0..TIMES {
            black_box(ready(number).await);
        }
    };
    let awaits = each(measure::repeat(5, || poll_times(pin!(many()), 1)).median);
    let figures = [Figure::seconds("call", calls), Figure::seconds("await", awaits)];
    lab.observe("a ready await costs a few calls", Verdict::observed(awaits < 50.0 * calls), figures);
    let rows = [
        ("an await that is ready", awaits, "await_seconds", "s"),
        ("polls or sends to the end", 3.0, "sends", ""),
        ("bytes of the coroutine", sizes()[0].1 as f64, "coroutine_bytes", "B"),
    ];
    lab.beside_python("coroutine.py", &[], rows);
}
