//! Version 2: chunks, and several requests on their way at once, so that a worker always has the next one at hand.
//!
//! More in flight invites a deadlock: the worker blocks because nobody reads its answers, while the parent blocks writing
//! requests that the worker does not read. So requests in flight never have more bytes than the smallest connection holds
//! unread, unless there is only one, which the worker reads to its end before it answers.
//!
//! What it cannot do: the same as version 1, and it loses more with a worker. That is what the executor repairs.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::sync::Mutex;
use std::thread;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::frames::FrameError;
use super::job::{self, Job, JobId, Request};
use super::worker::{Connection, End, Process, Program};
use super::{Failure, JobError};

/// So many bytes are held unread: by Linux's sockets, which take 200 KiB, bookkeeping included; by the smallest pipe elsewhere.
pub const BYTES_IN_FLIGHT: usize = if cfg!(target_os = "linux") { 32 * 1024 } else { 4096 };
/// What a request has besides its body, at most: prefix and head, with a name of some length.
pub const OVERHEAD: usize = 64;

/// How the arguments are sent.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// How many arguments go into one request. Python calls it `chunksize`.
    pub chunk: usize,
    /// How many requests a worker is given before it has answered the first.
    pub in_flight: usize,
}

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

    /// The results in the order of the arguments: `Pool.map`.
    ///
    /// # Errors
    /// The first job that failed. If a worker died, the pool goes on with one less.
    pub fn map<A, R>(&mut self, job: &Job<A, R>, arguments: &[A], shape: Shape) -> Result<Vec<R>, JobError>
    where
        A: Serialize + Sync,
        R: DeserializeOwned + Send,
    {
        let mut results = Vec::from_iter(arguments.iter().map(|_| None));
        self.map_unordered(job, arguments, shape, |index, result| results[index] = Some(result))?;
        results.into_iter().map(|result| result.expect("each argument got its result")).collect()
    }

    /// The results as they come, each with its argument's index: `Pool.imap_unordered`.
    ///
    /// # Errors
    /// If a worker died. What it had been given got no result; the pool goes on with one less.
    pub fn map_unordered<A, R>(
        &mut self,
        job: &Job<A, R>,
        arguments: &[A],
        shape: Shape,
        result: impl FnMut(usize, Result<R, JobError>) + Send,
    ) -> Result<(), JobError>
    where
        A: Serialize + Sync,
        R: DeserializeOwned + Send,
    {
        let chunk = shape.chunk.max(1);
        let chunks =
            Mutex::new((0..arguments.len()).step_by(chunk).map(|from| from..(from + chunk).min(arguments.len())));
        let next = || chunks.lock().expect("nobody panics under this lock").next();
        let emit = Mutex::new(result);
        let emit = |chunk: Range<usize>, results: &mut dyn Iterator<Item = Result<R, Failure>>| {
            let emit = &mut *emit.lock().expect("the caller's function does not panic");
            for (index, result) in chunk.zip(results) {
                let id = JobId { name: job.name, number: index as u64 + 1 };
                emit(index, result.map_err(|failure| JobError::Failed { job: id, failure }));
            }
        };
        let (next, emit) = (&next, &emit);
        let work = |(mut process, mut connection): (Process, Connection)| {
            let mut held = VecDeque::new();
            match serve(&mut connection, job.name, arguments, shape.in_flight, &mut held, next, emit) {
                Ok(()) => Ok((process, connection)),
                Err(lost) => {
                    let number = held.front().map_or(0, |(chunk, _): &(Range<usize>, usize)| chunk.start as u64 + 1);
                    Err(End::of(&mut process, lost).error(JobId { name: job.name, number }))
                }
            }
        };
        let ends: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = self.workers.drain(..).map(|worker| scope.spawn(move || work(worker))).collect();
            threads.into_iter().map(|thread| thread.join().expect("it does not panic")).collect()
        });
        let mut outcome = Ok(());
        for end in ends {
            match end {
                Ok(worker) => self.workers.push(worker),
                Err(error) => outcome = Err(error),
            }
        }
        match next() {
            Some(_) if outcome.is_ok() => Err(JobError::NoWorker {
                job: JobId { name: job.name, number: 0 },
                reason: std::sync::Arc::new(io::ErrorKind::NotFound.into()),
            }),
            _ => outcome,
        }
    }
}

/// The next chunk, its arguments encoded into `body`. What cannot be encoded fails at once, without a worker.
fn encode<A: Serialize, R>(
    arguments: &[A],
    body: &mut Vec<u8>,
    next: &impl Fn() -> Option<Range<usize>>,
    emit: &impl Fn(Range<usize>, &mut dyn Iterator<Item = Result<R, Failure>>),
) -> Option<Range<usize>> {
    loop {
        let chunk = next()?;
        body.clear();
        match arguments[chunk.clone()].iter().try_for_each(|argument| job::add_argument(argument, body)) {
            Ok(()) => return Some(chunk),
            Err(failure) => emit(chunk, &mut std::iter::repeat_with(|| Err(failure.clone()))),
        }
    }
}

/// One worker's thread: keeps so many requests on their way, hands on what comes back. The error is `None` where the stream
/// just ended.
fn serve<A: Serialize, R: DeserializeOwned>(
    connection: &mut Connection,
    name: &'static str,
    arguments: &[A],
    in_flight: usize,
    held: &mut VecDeque<(Range<usize>, usize)>,
    next: &impl Fn() -> Option<Range<usize>>,
    emit: &impl Fn(Range<usize>, &mut dyn Iterator<Item = Result<R, Failure>>),
) -> Result<(), Option<FrameError>> {
    let mut bytes = 0;
    let mut body = Vec::new();
    let mut ready: Option<Range<usize>> = None; // encoded into `body`, and not yet sent
    loop {
        while held.is_empty() || held.len() < in_flight {
            let Some(chunk) = ready.take().or_else(|| encode(arguments, &mut body, next, emit)) else { break };
            if !held.is_empty() && bytes + OVERHEAD + body.len() > BYTES_IN_FLIGHT {
                ready = Some(chunk);
                break;
            }
            let request = Request { number: chunk.start as u64, job: name, count: chunk.len() as u32 };
            held.push_back((chunk, OVERHEAD + body.len()));
            bytes += OVERHEAD + body.len();
            connection.send(&request, &body)?;
        }
        if held.is_empty() {
            return Ok(());
        }
        connection.flush()?;
        // Take all that has come before sending again: one system call for many requests.
        loop {
            let answer = connection.receive()?.ok_or(None)?;
            let (chunk, length) = held
                .pop_front()
                .filter(|(chunk, _)| chunk.start as u64 == answer.number)
                .ok_or(Some(FrameError::Damaged))?;
            bytes -= length;
            match answer.outcome {
                Ok(()) => emit(chunk.clone(), &mut job::results(&connection.results, chunk.len() as u32)),
                Err(failure) => emit(chunk, &mut std::iter::repeat_with(|| Err(failure.clone()))),
            }
            if held.is_empty() || !connection.has_more() {
                break;
            }
        }
    }
}
