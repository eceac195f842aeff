//! **Claim**: A lock-free stack hands out a node twice; a count beside the top ends it.
//!
//! **Python**:
//! ```python
//! # no counterpart: there is no compare-and-swap, and the garbage collector keeps A's address from being used again
//! ```
//!
//! **Predict**: Thread 1 has read "top A, below B" and sleeps. What must thread 2 do to break the stack?
//!
//! **Try**: In `programs/stack.rs`, let the count wrap around after 3 changes. Is it still safe?

use std::sync::Barrier;
use std::thread;

use common::{Figure, Lab, Verdict};

use crate::explorer::{Ending, count, shortest};
use crate::luck::stack::broken;
use crate::programs::stack::Stack;
use crate::{models, show};

/// How many stacks are left to luck.
const TRIALS: usize = 2_000;
/// The nodes of each: A on B on C.
const NODES: u64 = 3;

/// The nodes on a stack after thread 1 was held between its loads and its exchange, while thread 2 took A and B and put
/// A back; and what thread 2 still owns.
pub fn forced(stack: &Stack) -> (Vec<u64>, Option<u64>) {
    let (has_loaded, may_go_on) = (Barrier::new(2), Barrier::new(2));
    let pause = || {
        has_loaded.wait();
        may_go_on.wait();
    };
    // A pop that failed at its first try tries again; it is held up only once.
    let first_try = std::sync::Once::new();
    let owned = thread::scope(|scope| {
        scope.spawn(|| stack.pop(|| first_try.call_once(pause)));
        has_loaded.wait();
        let (a, b) = (stack.pop(|| {}), stack.pop(|| {}));
        a.into_iter().for_each(|a| stack.push(a));
        may_go_on.wait();
        b
    });
    (stack.nodes(), owned)
}

/// Shows the node that is in two places: forced, counted, run.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let (nodes, owned) = forced(&Stack::bare(NODES));
    let twice = owned.is_some_and(|node| nodes.contains(&node));
    let (nodes, owned) = forced(&Stack::counted(NODES));
    let once = owned.is_some_and(|node| !nodes.contains(&node));
    lab.prove("forced: a node is on the stack and taken; with a count, not", twice && once, []);
    let counts = [false, true].map(|counted| count(&models::stack::stack(counted), models::stack::Stack::is_broken));
    let parts = counts.each_ref().map(|all| show::part(&all.done(true), &all.total()));
    let holds = counts[0].done(true) > counts[1].done(true) && counts[1].endings.len() == 1;
    let worst = shortest(&models::stack::stack(false), |ending| matches!(ending, Ending::Done(end) if end.is_broken()));
    if let Some(schedule) = worst {
        lab.detail(show::schedule("A leaves and comes back", &schedule, "B is on top, and thread 2 has it"));
    }
    let trials = lab.runs(TRIALS);
    let broken = [Stack::bare, Stack::counted].map(|make| broken(trials, NODES, make));
    let claim = format!("broken in {} schedules; counted {}, and no run", parts[0], parts[1]);
    lab.prove(claim, holds && broken[1] == 0, []);
    let figures = [Figure::count("broken", broken[0])];
    lab.observe("left to luck, with a yield, it breaks", Verdict::observed(broken[0] > 0), figures);
    Ok(())
}
