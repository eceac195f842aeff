//! What a crawl found, for people and for programs: each finding is a typed row, each report a list of them.
//!
//! A [`Collector`] looks at the pages one by one and keeps only what a report will show; [`text`], [`json`] and
//! [`csv()`] write any list of findings.

mod broken;
mod collector;
mod findings;
mod redirects;
mod render;
mod summary;

pub use broken::{BrokenLink, Referrer};
pub use collector::{Collector, Findings};
pub use findings::{DuplicateContent, DuplicateTitle, SlowPage, groups};
pub use redirects::{Chain, End, Hop};
#[cfg(feature = "columns")]
pub(crate) use render::harmless;
pub use render::{Finding, csv, json, text};
pub use summary::Summary;
