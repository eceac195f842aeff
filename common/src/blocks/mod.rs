//! What a demo can show. Each block is plain data; the renderers decide how it looks.

mod chart;
mod outcomes;
mod schedule;
mod table;
mod timeline;

pub use chart::{Bars, Lines, Series};
pub use outcomes::{Outcome, Outcomes, Standing};
pub use schedule::{Schedule, Step};
pub use table::Table;
pub use timeline::{Lane, Span, State, Stopwatch, Timeline};

use crate::report::Claim;

/// One thing on the page, in the order in which the demo showed it.
#[derive(Debug, Clone)]
pub enum Block {
    /// A paragraph.
    Text(String),
    /// Program text or a tool's own words, shown as they are.
    Code(String),
    /// Rows and columns.
    Table(Table),
    /// What the runs ended in, and how often.
    Outcomes(Outcomes),
    /// Who did what when: a lane a thread.
    Timeline(Timeline),
    /// One interleaving, a column a thread.
    Schedule(Schedule),
    /// One value a category.
    Bars(Bars),
    /// Points over a numeric axis.
    Lines(Lines),
    /// A sentence with its verdict.
    Claim(Claim),
}

macro_rules! block_from {
    ($($variant:ident($data:ty)),*) => {
        $(impl From<$data> for Block {
            fn from(data: $data) -> Self {
                Block::$variant(data)
            }
        })*
    };
}

block_from!(
    Text(String),
    Table(Table),
    Outcomes(Outcomes),
    Timeline(Timeline),
    Schedule(Schedule),
    Bars(Bars),
    Lines(Lines)
);

impl From<&str> for Block {
    fn from(text: &str) -> Self {
        Block::Text(text.to_owned())
    }
}
