//! Data published by a flag, in a program of its own, built without and with optimisation.

use common::blocks::Table;

use crate::optimiser;

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

/// A row for each kind of flag.
pub fn table(debug: Reads, optimised: Reads) -> Table {
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
    table
}
