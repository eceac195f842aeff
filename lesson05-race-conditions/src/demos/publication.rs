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

use common::blocks::Table;
use common::{Figure, Lab, Verdict};

use crate::explorer::count;
use crate::models::litmus::message_passing;
use crate::{optimiser, show};

/// The program whose optimiser is watched. It is a data race: undefined behaviour, as it says itself.
const PROGRAM: &str = include_str!("../../compiled/publication.rs");

/// Stale reads and all reads, with a relaxed flag and with a released one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reads {
    /// Reads that found data older than the flag said, and all reads.
    pub relaxed: (u64, u64),
    /// The same where the flag is released.
    pub released: (u64, u64),
}

impl Reads {
    fn parse(printed: &str) -> Option<Self> {
        let numbers: Vec<u64> = printed.split_whitespace().map_while(|word| word.parse().ok()).collect();
        let &[a, b, c, d] = numbers.as_slice() else { return None };
        Some(Reads { relaxed: (a, b), released: (c, d) })
    }
}

/// What the program sees, built without and with optimisation.
///
/// # Errors
/// If there is no compiler to ask.
pub fn observed() -> anyhow::Result<[Reads; 2]> {
    let printed = optimiser::both(PROGRAM)?;
    let reads = [&printed.debug, &printed.optimised].map(|text| Reads::parse(text));
    anyhow::ensure!(reads.iter().all(Option::is_some), "the program printed {printed:?}");
    Ok(reads.map(|reads| reads.unwrap_or(Reads { relaxed: (0, 0), released: (0, 0) })))
}

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
            let mut table = Table::new("Stale reads, of all reads", &["flag", "debug build", "optimised"]);
            for (name, reads) in
                [("Relaxed", [debug.relaxed, optimised.relaxed]), ("Release", [debug.released, optimised.released])]
            {
                let [debug, optimised] = reads.map(|(stale, all)| {
                    let grouped = [stale, all].map(common::format::count);
                    format!("{} of {}", grouped[0], grouped[1])
                });
                table.row(&[&name, &debug, &optimised]);
            }
            lab.detail(table);
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
