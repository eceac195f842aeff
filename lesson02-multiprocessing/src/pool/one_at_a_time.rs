//! Version 1: `map`. A thread for each worker takes the next argument, sends it, waits for the answer.
//!
//! What it cannot do: while an answer travels and the next argument comes, the worker waits; for small jobs, most of the time.
//! A worker's death fails the whole `map` and leaves the pool one worker short. And on Linux the workers die with
//! the thread that called `new`, even if the pool has gone to another thread.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::job::{self, Job, JobId, Request};
use super::worker::{Connection, End, Process, Program};
use super::{Failure, JobError};

/// Processes that share a list of arguments.
#[derive(Debug)]
pub struct Pool {
    workers: Vec<(Process, Connection)>,
}

impl Pool {
    /// Starts the workers.
    ///
    /// # Errors
    /// If one cannot be started; those that were are gone again.
    pub fn new(program: &Program, workers: usize) -> io::Result<Self> {
        Ok(Pool { workers: (0..workers).map(|_| program.start()).collect::<io::Result<_>>()? })
    }

    /// The job's results, in the order of the arguments.
    ///
    /// # Errors
    /// The first job that failed. If a worker died, the pool goes on with one less.
    pub fn map<A, R>(&mut self, job: &Job<A, R>, arguments: &[A]) -> Result<Vec<R>, JobError>
    where
        A: Serialize + Sync,
        R: DeserializeOwned + Send,
    {
        let next = AtomicUsize::new(0);
        let results = Mutex::new(Vec::from_iter(arguments.iter().map(|_| None)));
        let (next, results, name) = (&next, &results, job.name);
        let work = |(mut process, mut connection): (Process, Connection)| loop {
            // Relaxed: each index is given out once, and that is all it is for.
            let index = next.fetch_add(1, Relaxed);
            let Some(argument) = arguments.get(index) else { return Ok((process, connection)) };
            let id = JobId { name, number: index as u64 + 1 };
            let result = match round_trip(&mut connection, id, argument) {
                Ok(result) => result,
                Err(error) => return Err(End::of(&mut process, error).error(id)),
            };
            results.lock().expect("nobody panics under this lock")[index] =
                Some(result.map_err(|failure| JobError::Failed { job: id, failure }));
        };
        let ends: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = self.workers.drain(..).map(|worker| scope.spawn(move || work(worker))).collect();
            threads.into_iter().map(|thread| thread.join().expect("it does not panic")).collect()
        });
        let mut death = None;
        for end in ends {
            match end {
                Ok(worker) => self.workers.push(worker),
                Err(error) => death = Some(error),
            }
        }
        let none =
            JobError::NoWorker { job: JobId { name, number: 0 }, reason: Arc::new(io::ErrorKind::NotFound.into()) };
        let results = std::mem::take(&mut *results.lock().expect("nobody panics under this lock"));
        results.into_iter().map(|result| result.unwrap_or_else(|| Err(death.clone().unwrap_or(none.clone())))).collect()
    }
}

type Lost = Option<super::frames::FrameError>;

fn round_trip<A: Serialize, R: DeserializeOwned>(
    connection: &mut Connection,
    id: JobId,
    argument: &A,
) -> Result<Result<R, Failure>, Lost> {
    let mut body = Vec::new();
    if let Err(failure) = job::add_argument(argument, &mut body) {
        return Ok(Err(failure));
    }
    connection.send(&Request { number: id.number, job: id.name, count: 1 }, &body)?;
    connection.flush()?;
    match connection.receive()? {
        None => Err(None),
        Some(answer) => Ok(answer.outcome.and_then(|()| job::results(&connection.results, 1).next().expect("one"))),
    }
}
