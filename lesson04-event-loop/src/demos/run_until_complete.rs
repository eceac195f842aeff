//! **Claim**: Tasks move only while somebody runs their loop.
//!
//! **Python**:
//! ```python
//! loop = asyncio.new_event_loop()
//! loop.run_until_complete(main())
//! ```
//!
//! **Predict**: A task has two of its four steps left when `main` is done. Are they done later, at `close`, or never?
//!
//! **Try**: Leave out `close`, and let the loop go out of scope. What is different?

use std::cell::Cell;
use std::rc::Rc;

use common::blocks::Table;
use common::{Figure, Lab};

use crate::event_loop::{EventLoop, RunError, get_event_loop};
use crate::solutions::yield_now::yield_now;

/// How many steps the task has that nobody waits for.
const STEPS: u32 = 4;

/// How many of the steps are done: after a `main` of two turns, after another one, after `close`; and whether the task was dropped.
pub fn steps() -> Result<[u32; 3], RunError> {
    let event_loop = EventLoop::new()?;
    let steps = Rc::new(Cell::new(0));
    let counted = Rc::clone(&steps);
    let background = async move {
        for _ in 0..STEPS {
            counted.set(counted.get() + 1);
            yield_now().await;
        }
        std::future::pending::<()>().await;
    };
    drop(event_loop.create_task(background));
    event_loop.run_until_complete(yield_now())?;
    let first = steps.get();
    event_loop.run_until_complete(yield_now())?;
    let second = steps.get();
    event_loop.close()?;
    // The task held the only other count.
    Ok([first, second, steps.get() * u32::from(Rc::strong_count(&steps) == 1)])
}

/// What there is instead of a result, by name: what CPython raises a `RuntimeError` for.
pub fn refusals() -> Result<Vec<(&'static str, String)>, RunError> {
    let event_loop = Rc::new(EventLoop::new()?);
    let told = |result: Result<(), RunError>| result.map_or_else(|error| error.to_string(), |()| "nothing".to_owned());
    let inner = Rc::clone(&event_loop);
    let itself = event_loop.run_until_complete(async move { inner.run_until_complete(async {}) })?;
    let another = event_loop.run_until_complete(async { EventLoop::new()?.run_until_complete(async {}) })?;
    let stopped = event_loop.run_until_complete(async {
        get_event_loop().expect("it runs").stop();
        std::future::pending::<()>().await;
    });
    event_loop.close()?;
    let closed = event_loop.run_until_complete(async {});
    Ok(vec![
        ("run inside itself", told(itself)),
        ("run inside another", told(another)),
        ("stopped before the end", told(stopped)),
        ("run after close", told(closed)),
    ])
}

/// A panic in `main` comes out where the loop was run, and the loop can be run again.
pub fn a_panic_comes_out() -> Result<bool, RunError> {
    let event_loop = EventLoop::new()?;
    let main = || event_loop.run_until_complete(async { std::panic::resume_unwind(Box::new("it broke")) });
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(main));
    let words = panic.err().and_then(|panic| panic.downcast_ref::<&str>().copied());
    Ok(words == Some("it broke") && event_loop.run_until_complete(async { 42 })? == 42)
}

/// Runs, stops, closes.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let steps = steps()?;
    let figures =
        ["main", "again", "close"].into_iter().zip(steps).map(|(name, steps)| Figure::count(name, steps.into()));
    lab.prove("a task stands still with its loop", steps == [2, 4, 4], figures);
    let refusals = refusals()?;
    let mut table = Table::new("What is refused", &["", "what it says"]);
    refusals.iter().for_each(|(what, words)| table.row(&[what, words]));
    lab.detail(table);
    let all = refusals.iter().all(|(_, words)| words != "nothing");
    lab.prove("what cannot be run says why", all, [Figure::count("refused", refusals.len() as u64)]);
    lab.prove("a panic comes out of it, and the loop survives", a_panic_comes_out()?, []);
    if let Some(python) = lab.python("run_until_complete.py", &[]) {
        let [main, again, close] = ["main", "again", "close"].map(|name| python.figure(name));
        let refused = python.figure("refused");
        lab.show(format!("{}: steps {main}, {again}, {close}; {refused} refused.", python.name()));
    }
    Ok(())
}
