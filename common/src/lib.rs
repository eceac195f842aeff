//! The lab that every lesson runs in.
//!
//! It takes a lesson's table of contents and makes a program of it ([`run`]), hands each demo a [`Lab`] to show
//! what happened, and draws it three times: on the terminal, as an HTML notebook and as JSON. It also measures,
//! turns hangs into failures and serves a local site to download from (feature `site`).
//!
//! Nothing that is taught lives here. If hiding it would change what a student learns, it belongs to the lesson.

pub mod blocks;
mod command_line;
pub mod compiler;
pub mod format;
mod gaps;
#[cfg(feature = "grader")]
pub mod grader;
mod html;
mod json;
mod lab;
mod lesson;
pub mod measure;
pub mod postgres;
mod progress;
pub mod python;
mod report;
mod runner;
mod scratch;
#[cfg(feature = "site")]
pub mod site;
pub mod student;
mod terminal;
mod within;
pub mod work;

pub use html::reports_in;
pub use json::SCHEMA;
pub use lab::Lab;
pub use lesson::{Demo, Exercise, Header, Lesson, is_untouched};
pub use progress::Progress;
pub use python::{Beside, PythonRun};
pub use report::{Claim, Figure, Kind, Verdict};
pub use runner::{WrongArguments, run};
pub use scratch::Scratch;
pub use within::within;
