//! **Claim**: The compiler refuses every data race; deadlocks and races of logic are yours.
//!
//! **Python**:
//! ```python
//! # nothing is refused; a free-threaded build runs all of them
//! ```
//!
//! **Predict**: `*a.lock() += *b.lock()` on one thread, `*b.lock() += *a.lock()` on another. Does it compile?
//!
//! **Try**: Change a letter of `Rc` in `refused/rc.rs`. It is still refused, and the code says that it is not for the race.

use common::blocks::{Block, Table};
use common::{Figure, Lab, Verdict, compiler};

use crate::refusals::{LET_THROUGH, REFUSED, judge};

/// How many of the rows a lesson run whole asks the compiler about; each takes a tenth of a second.
const FEW: usize = 2;

/// Asks the compiler.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let rows = &REFUSED[..lab.size(FEW, REFUSED.len())];
    let mut table = Table::new("What is refused, and what is not", &["code", "because"]);
    REFUSED.iter().for_each(|row| table.row(&[&row.code, &row.why]));
    LET_THROUGH.iter().for_each(|row| table.row(&[&"-", &row.why]));
    lab.detail(table);
    let judged = rows.iter().map(judge).collect::<anyhow::Result<Vec<(bool, String)>>>();
    let let_through = compiler::refusals(LET_THROUGH[1].program);
    let claim = "refused by code, its twin not; deadlocks compile";
    match (judged, let_through) {
        (Ok(rows), Ok(none)) => {
            // The second row, for the compiler's own words on `Send`.
            lab.detail(Block::Code(rows[FEW - 1].1.clone()));
            let figure = Figure::count("rows", rows.len() as u64);
            lab.prove(claim, rows.iter().all(|row| row.0) && none.is_empty(), [figure]);
        }
        (Err(error), _) | (_, Err(error)) => {
            lab.observe(claim, Verdict::CannotTell(format!("{error:#}")), []);
        }
    }
    Ok(())
}
