//! **Claim**: `get_event_loop` is the loop that runs here; elsewhere it is an error.
//!
//! **Python**:
//! ```python
//! asyncio.get_running_loop()      # get_event_loop() is the same inside, and since 3.14 outside as well
//! ```
//!
//! **Predict**: A coroutine hands a function to the executor. What is `get_event_loop()` inside that function?
//!
//! **Try**: Send `event_loop.handle()` into a thread. The compiler says E0277; CPython says nothing unless in debug mode.

use std::rc::Rc;
use std::sync::mpsc;
use std::thread;

use common::blocks::Table;
use common::{Figure, Lab};

use crate::event_loop::{EventLoop, LoopHandle, NoRunningLoop, RunError, get_event_loop};
use crate::solutions::yield_now::yield_now;

/// How many calls each of two threads makes.
const CALLS: usize = 500;

/// Where it was asked, and whether there was a loop.
pub type Answers = Vec<(&'static str, bool)>;

/// Asks in eight places.
pub fn everywhere() -> Result<Answers, RunError> {
    let is_there = |answer: Result<LoopHandle, NoRunningLoop>| answer.is_ok();
    let event_loop = EventLoop::new()?;
    let mut answers = vec![("before the loop runs", is_there(get_event_loop()))];
    let inside = event_loop.run_until_complete(async move {
        let here = get_event_loop().expect("this is a coroutine");
        let (send, from_callback) = mpsc::channel();
        here.call_soon(move || send.send(is_there(get_event_loop())).expect("the receiver is below"));
        yield_now().await; // behind the callback in the queue
        let job = here.run_in_executor(move || is_there(get_event_loop())).await;
        let thread = thread::spawn(move || is_there(get_event_loop())).join();
        [
            ("in a coroutine", true),
            ("in a callback", from_callback.try_recv() == Ok(true)),
            ("in a function of the executor", job.unwrap_or(true)),
            ("in a thread of its own", thread.unwrap_or(true)),
        ]
    })?;
    answers.extend(inside);
    answers.push(("after the loop has run", is_there(get_event_loop())));
    Ok(answers)
}

/// Two threads, two loops, and each task sees its own.
pub fn two_loops() -> Result<bool, RunError> {
    let sees_its_own = || {
        let event_loop = Rc::new(EventLoop::new()?);
        let own = Rc::clone(&event_loop);
        event_loop.run_until_complete(async move { own.is_running() && get_event_loop().is_ok() })
    };
    let other = thread::spawn(sees_its_own);
    Ok(sees_its_own()? && other.join().expect("it does not panic")?)
}

/// Two threads call in; how many calls came, and whether those of one thread came in order, all on the loop's thread.
pub fn calls_from_threads() -> Result<(usize, bool), RunError> {
    let event_loop = EventLoop::new()?;
    let (send, calls) = mpsc::channel();
    for caller in 0..2 {
        let (event_loop, send) = (event_loop.threadsafe(), send.clone());
        thread::spawn(move || {
            (0..CALLS).try_for_each(|number| {
                let send = send.clone();
                event_loop.call_soon_threadsafe(move || {
                    let _ = send.send((caller, number, thread::current().id())); // they are counted below
                })
            })
        });
    }
    drop(send);
    let here = event_loop.handle();
    // Receiving blocks, so it is done elsewhere: the loop is needed for the calls.
    let receive = move || calls.iter().take(2 * CALLS).collect::<Vec<_>>();
    let calls = event_loop.run_until_complete(async move { here.run_in_executor(receive).await })?.unwrap_or_default();
    let of = |caller| calls.iter().filter(move |call| call.0 == caller).map(|call| call.1);
    let in_order = [0, 1].into_iter().all(|caller| of(caller).eq(0..CALLS));
    let at_home = calls.iter().all(|call| call.2 == thread::current().id());
    Ok((calls.len(), in_order && at_home))
}

/// Asks everywhere, and calls in.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let answers = everywhere()?;
    let mut table = Table::new("get_event_loop()", &["asked", "answer"]);
    for (place, there) in &answers {
        table.row(&[place, &if *there { "the loop" } else { "an error" }]);
    }
    lab.detail(table);
    let inside: Vec<&str> = answers.iter().filter(|(_, there)| *there).map(|(place, _)| *place).collect();
    let figure = Figure::count("places", answers.len() as u64);
    lab.prove("only coroutines and callbacks have it", inside == ["in a coroutine", "in a callback"], [figure]);
    lab.prove("two threads, two loops: each sees its own", two_loops()?, []);
    let (calls, in_order) = calls_from_threads()?;
    let all = calls == 2 * CALLS && in_order;
    lab.prove("calls from two threads all come, in order", all, [Figure::count("calls", calls as u64)]);
    if let Some(python) = lab.python("get_event_loop.py", &[]) {
        let (places, inside) = (python.figure("places"), python.figure("inside"));
        lab.show(format!("{}: asked in {places} places, a running loop in {inside}.", python.name()));
    }
    Ok(())
}
