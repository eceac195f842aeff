//! One attempt at an audit: a crawl by way of the scraper's library, and what it found.
//!
//! ```text
//! the site --crawl--> state file --Consumer--> recorder --batches, fenced--> the service's store
//!                         |                                                          ^
//!                         +---------- at the end: findings -------------------------+
//! ```
//!
//! The state file, on this machine alone, is what makes an attempt cheap to interrupt: the next one goes on where it
//! stood. The number of a page is its row in that file, so that what is recorded twice is recorded once.

pub mod addresses;
mod attempt;
mod begin;
mod crawl;
mod findings;
mod hold;
pub mod images;
mod recorder;
mod referrers;
pub mod state;
mod verdict;

pub use attempt::Attempt;
pub use hold::Hold;
pub use verdict::{AttemptError, Verdict};

/// How this service introduces itself to the sites that it visits.
pub const USER_AGENT: &str = concat!("async-api/", env!("CARGO_PKG_VERSION"));
