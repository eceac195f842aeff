//! A pool of processes, from the bytes upwards.
//!
//! | file | |
//! |---|---|
//! | [`frames`] | where a message ends |
//! | [`transport`] | what the messages travel through |
//! | [`job`] | functions by name |
//! | [`serve`] | the worker: reads, runs, answers |
//! | [`worker`] | the parent: one worker process |
//! | [`one_at_a_time`] | version 1: `map`, a job at a time a worker |
//! | [`in_flight`] | version 2: chunks, several in flight, in order or as they come |
//!
//! Version 3 is the [`executor`](crate::executor): it outlives its workers.

mod error;
pub mod frames;
pub mod in_flight;
pub mod job;
pub mod one_at_a_time;
pub mod serve;
pub mod transport;
pub mod worker;

pub use error::JobError;
pub use job::{BytesJob, Failure, Job, JobId, Registry};
pub use serve::serve_if_asked;
pub use worker::{Connection, Process, Program};
