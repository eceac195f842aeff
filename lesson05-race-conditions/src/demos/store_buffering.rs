//! **Claim**: Two threads store, read each other's cell, and both read 0; a fence ends it.
//!
//! **Python**:
//! ```python
//! x = 1; r1 = y      # thread 1
//! y = 1; r2 = x      # thread 2: under a GIL never r1 == r2 == 0
//! ```
//!
//! **Predict**: Which of the four results (0,0), (0,1), (1,0), (1,1) can come out on the machine before you?
//!
//! **Try**: Make the stores `Release` and the loads `Acquire`. Is (0,0) gone? (It takes a fence, or SeqCst.)

use common::blocks::{Outcomes, Standing};
use common::{Figure, Lab, Verdict};

use crate::explorer::{Ending, count, shortest};
use crate::luck::litmus::{BATCH, observed};
use crate::models::litmus;
use crate::programs::litmus::{store_fence_load, store_then_load};
use crate::show;

/// How many times the two threads go through a batch.
const BATCHES: usize = 100;

/// The four results, and what they are in a program that relies on sequential consistency.
const RESULTS: [([u8; 2], Standing); 4] = [
    ([0, 0], Standing::Interesting),
    ([0, 1], Standing::Acceptable),
    ([1, 0], Standing::Acceptable),
    ([1, 1], Standing::Acceptable),
];

/// In how many executions loom sees each result, without and with a fence: `tests/proof` counts them again.
pub const LOOM: [[usize; 4]; 2] = [[63, 54, 36, 27], [0, 45, 18, 27]];

/// Shows the litmus test: run, counted with store buffers, and as loom sees it.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let batches = lab.runs(BATCHES);
    let real = [observed(batches, store_then_load), observed(batches, store_fence_load)];
    let all = [false, true].map(|fence| count(&litmus::store_buffering(true, fence), |litmus| litmus.read));
    for (fence, title) in ["without a fence", "with a fence"].into_iter().enumerate() {
        let title = format!("What both have read, {title}");
        let mut outcomes = Outcomes::new(title, &["real runs", "schedules", "loom"]);
        for (row, (read, standing)) in RESULTS.into_iter().enumerate() {
            let standing = if fence == 1 && read == [0, 0] { Standing::Forbidden } else { standing };
            let counts = [real[fence][row] as f64, show::approximate(&all[fence].done(read)), LOOM[fence][row] as f64];
            outcomes.outcome(format!("({}, {})", read[0], read[1]), standing, &counts);
        }
        lab.detail(outcomes);
    }
    lab.detail("Schedules and executions are counted, not drawn: neither column is a probability.");
    let sequential = count(&litmus::store_buffering(false, false), |litmus| litmus.read);
    let [buffered, fenced] = all.each_ref().map(|all| show::part(&all.done([0, 0]), &all.total()));
    let plain = show::part(&sequential.done([0, 0]), &sequential.total());
    let holds = sequential.done([0, 0]) == all[1].done([0, 0]) && all[0].done([0, 0]) > all[1].done([0, 0]);
    let never = holds && real[1][0] == 0;
    lab.prove(format!("(0,0) in {buffered} schedules; sequentially consistent, {plain}"), holds, []);
    lab.prove(format!("with a fence in {fenced} and in no run"), never, []);
    let both_zero = |ending: &Ending<&litmus::Litmus>| matches!(ending, Ending::Done(end) if end.read == [0, 0]);
    if let Some(schedule) = shortest(&litmus::store_buffering(true, false), both_zero) {
        lab.detail(show::schedule("FLUSH is the machine's step, at a time of its choosing", &schedule, "(0, 0)"));
    }
    let figures = [Figure::count("(0,0)", real[0][0]), Figure::count("runs", (batches * BATCH) as u64)];
    lab.observe("this machine does it, too", Verdict::observed_on_cores(2, real[0][0] > 0), figures);
    Ok(())
}
