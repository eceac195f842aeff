//! **Claim**: A relaxed flag says "the data are there" and promises nothing; `Release` does.
//!
//! **Python**:
//! ```python
//! data = 42; ready = True      # no reordering in CPython: its interpreter is a very strong memory
//! ```
//!
//! **Predict**: x86 keeps stores in their order. Can the flag be seen before the data there, and who would do that?
//!
//! **Try**: In `compiled/publication.rs`, make the data an `AtomicU64` and store it with `Relaxed`. Still stale?

use common::{Figure, Lab, Verdict};

use crate::explorer::count;
use crate::luck::publication::{observed, table};
use crate::models::litmus::message_passing;
use crate::show;

/// Shows who breaks the promise: not x86, but the optimiser.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    // Sequentially consistent, and with a store buffer that keeps its order: neither shows the flag before the data.
    let holds = [false, true].map(|buffers| {
        let all = count(&message_passing(buffers), |litmus| litmus.read);
        (all.done([1, 0]), all.total())
    });
    let parts = holds.each_ref().map(|(deceived, all)| show::part(deceived, all));
    let never = holds.iter().all(|(deceived, _)| deceived.to_string() == "0");
    lab.prove(format!("stale in {} schedules as written, in {} with buffers", parts[0], parts[1]), never, []);
    let claims = ["optimised, a relaxed flag deceives (UB!)", "with Release it does not"];
    match observed() {
        Ok([debug, optimised]) => {
            lab.detail(table(debug, optimised));
            for (claim, (stale, all), wanted) in
                [(claims[0], optimised.relaxed, true), (claims[1], optimised.released, false)]
            {
                let verdict = match all {
                    0 => Verdict::CannotTell("the reader came too late".to_owned()),
                    _ => Verdict::observed((stale > 0) == wanted),
                };
                lab.observe(claim, verdict, [Figure::new("stale", 100.0 * stale as f64 / all as f64, "%")]);
            }
        }
        Err(error) => {
            for claim in claims {
                lab.observe(claim, Verdict::CannotTell(format!("{error:#}")), []);
            }
        }
    }
    lab.detail("The compiler did it: seen from one thread, only the last write to the data matters, so it writes once, at the end.");
    lab.detail(
        "With atomic data the same two orderings are proved by loom: `cargo test -p lesson05-race-conditions loom`.",
    );
    Ok(())
}
