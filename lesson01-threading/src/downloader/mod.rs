//! A concurrent downloader: threads that take addresses from a queue until it is empty.
//!
//! `queue` knows about threads and nothing of HTTP; `fetch` fetches one address, with retries; `part_file` makes
//! a file appear whole or not at all; `target` names the file; `practice` is a site to try it on. Each can be read
//! without the others.

pub mod command;
mod fetch;
mod part_file;
pub mod practice;
mod queue;
mod target;

pub use fetch::{Client, Download, Limits};
pub use part_file::PartFile;
pub use queue::for_each;
pub use target::path_for;
