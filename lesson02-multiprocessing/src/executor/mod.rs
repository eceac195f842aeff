//! Version 3 of the pool: `concurrent.futures.ProcessPoolExecutor`, and it outlives its workers.
//!
//! A job ends exactly once: with its result, or with an error that names it. A worker that dies takes the jobs with it that it
//! had been given, and no others; the next job gets a new one. Dropping the executor, on a panic too, leaves no process.

mod completed;
mod handle;
mod map;
mod options;
mod queue;
mod supervisor;
mod team;

use std::collections::VecDeque;
use std::io;
use std::num::NonZero;
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use self::completed::{AsCompleted, as_completed};
pub use self::handle::Handle;
use self::handle::promise;
pub use self::map::Map;
pub use self::options::{OnDeath, Options, SubmitError};
use self::queue::{Body, Phase, Queue, Reads, Task};
use self::supervisor::Supervisor;
use self::team::Team;
use crate::pool::{BytesJob, Job, JobError, JobId, Process, job};

/// Processes that do jobs. There is no `RuntimeError: cannot schedule new futures after shutdown` here: `shutdown` consumes
/// the executor, so a `submit` after it does not compile.
pub struct Executor {
    team: Arc<Team>,
    supervisors: Vec<JoinHandle<()>>,
}

impl std::fmt::Debug for Executor {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Executor").field("workers", &self.supervisors.len()).finish_non_exhaustive()
    }
}

impl Executor {
    /// Starts the workers.
    ///
    /// # Errors
    /// If there are to be none, or one cannot be started; those that were are gone again.
    pub fn start(options: Options) -> io::Result<Self> {
        if options.workers == 0 || options.in_flight == 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a pool without workers would never answer"));
        }
        let team = Arc::new(Team {
            queue: Queue::new(),
            program: options.program,
            in_flight: options.in_flight,
            max_tasks_per_child: options.max_tasks_per_child.map(NonZero::get),
            on_death: options.on_death,
            processes: (0..options.workers).map(|_| Mutex::new(None)).collect(),
        });
        let mut executor = Executor { team, supervisors: Vec::new() };
        let (started, starts) = mpsc::channel();
        for number in 0..options.workers {
            let (supervisor, started) = (Supervisor::new(Arc::clone(&executor.team), number), started.clone());
            let thread = thread::Builder::new().name(format!("supervisor-{number}"));
            executor.supervisors.push(thread.spawn(move || supervisor.run(started))?);
        }
        drop(started);
        starts.into_iter().collect::<io::Result<()>>()?; // an error drops the executor, and that ends the others
        Ok(executor)
    }

    /// The ids of the worker processes at this moment.
    pub fn workers(&self) -> Vec<u32> {
        let id = |process: &Mutex<Option<Process>>| {
            process.lock().expect("nobody panics under this lock").as_ref().map(Process::id)
        };
        self.team.processes.iter().filter_map(id).collect()
    }

    /// Kills a worker, by its place in the pool, as `kill -9` would. Whether there was one.
    pub fn kill_worker(&self, place: usize) -> bool {
        let mut process = self.team.processes[place].lock().expect("nobody panics under this lock");
        process.as_mut().map(Process::kill).is_some()
    }

    /// Queues a job.
    ///
    /// # Errors
    /// If the argument cannot be serialised, or the pool is broken.
    pub fn submit<A, R>(&self, job: &Job<A, R>, argument: &A) -> Result<Handle<R>, SubmitError>
    where
        A: Serialize,
        R: DeserializeOwned + Send + 'static,
    {
        self.submit_one(job, argument, None)
    }

    /// Queues a job that may run for so long. Then its worker is killed, and replaced: nothing else stops a process that does
    /// not look. Python's executor has no counterpart; `result(timeout)` leaves the job running.
    ///
    /// # Errors
    /// As [`submit`](Self::submit).
    pub fn submit_within<A, R>(&self, limit: Duration, job: &Job<A, R>, argument: &A) -> Result<Handle<R>, SubmitError>
    where
        A: Serialize,
        R: DeserializeOwned + Send + 'static,
    {
        self.submit_one(job, argument, Some(limit))
    }

    fn submit_one<A, R>(&self, job: &Job<A, R>, argument: &A, limit: Option<Duration>) -> Result<Handle<R>, SubmitError>
    where
        A: Serialize,
        R: DeserializeOwned + Send + 'static,
    {
        let mut body = Vec::new();
        job::add_argument(argument, &mut body)?;
        let body = std::iter::once((Body::Own(body), 1, Vec::new()));
        let read = |id, results: &[u8]| {
            let result = job::results(results, 1).next().expect("one was asked for");
            result.map_err(|failure| JobError::Failed { job: id, failure })
        };
        let mut handles = self.add(job.name, body, limit, move |id, results: &mut Vec<u8>, _| read(id, results))?;
        Ok(handles.pop_front().expect("one was added"))
    }

    /// Queues a job on bytes. They are not copied: the worker's supervisor writes them from where they are. The result is put into
    /// the memory of `into`, as far as that goes: memory that has been used before is there, new memory has yet to be found
    /// page by page, which takes longer than the transfer.
    ///
    /// # Errors
    /// If the pool is broken.
    pub fn submit_bytes(
        &self,
        job: &BytesJob,
        bytes: Arc<dyn AsRef<[u8]> + Send + Sync>,
        into: Vec<u8>,
    ) -> Result<Handle<Vec<u8>>, SubmitError> {
        let body = std::iter::once((Body::Shared(bytes), 1, into));
        let mut handles = self.add(job.name, body, None, |_, result: &mut Vec<u8>, _| Ok(std::mem::take(result)))?;
        Ok(handles.pop_front().expect("one was added"))
    }

    /// Queues a job for each argument, `chunk` of them in a request. The results come in the order of the arguments, each
    /// when it is there, an error in its place.
    ///
    /// # Errors
    /// If an argument cannot be serialised, or the pool is broken; then nothing was queued.
    pub fn map<A, R>(
        &self,
        job: &Job<A, R>,
        arguments: impl IntoIterator<Item = A>,
        chunk: usize,
    ) -> Result<Map<R>, SubmitError>
    where
        A: Serialize,
        R: DeserializeOwned,
    {
        let chunk = chunk.clamp(1, u32::MAX as usize) as u32;
        let mut bodies: Vec<(Vec<u8>, u32)> = Vec::new();
        for argument in arguments {
            if bodies.last().is_none_or(|(_, count)| *count == chunk) {
                bodies.push((Vec::new(), 0));
            }
            let (body, count) = bodies.last_mut().expect("one was pushed");
            job::add_argument(&argument, body)?;
            *count += 1;
        }
        // Read when they are asked for, by whoever asks: as bytes they take a tenth of the memory.
        let read = |_, results: &mut Vec<u8>, _| Ok(std::mem::take(results));
        let counts: Vec<u32> = bodies.iter().map(|(_, count)| *count).collect();
        let bodies = bodies.into_iter().map(|(body, count)| (Body::Own(body), count, Vec::new()));
        let handles = self.add(job.name, bodies, None, read)?;
        Ok(Map::of(handles, counts))
    }

    fn add<T: Send + 'static>(
        &self,
        name: &'static str,
        bodies: impl Iterator<Item = (Body, u32, Vec<u8>)>,
        limit: Option<Duration>,
        read: impl Fn(JobId, &mut Vec<u8>, u32) -> Result<T, JobError> + Copy + Send + 'static,
    ) -> Result<VecDeque<Handle<T>>, SubmitError> {
        let handles = std::cell::RefCell::new(VecDeque::new());
        let make = |job, (body, count, into)| {
            let (handle, promise) = promise(job);
            handles.borrow_mut().push_back(handle);
            let waiter = Box::new(Reads(promise, move |results: &mut Vec<u8>| read(job, results, count)));
            Task { job, count, body, limit, into, waiter }
        };
        self.team.queue.add(name, bodies, make).map_err(refused)?;
        Ok(handles.into_inner())
    }

    /// Ends the executor. What is queued is done first, or cancelled if so wished; what runs goes on to its end. With `wait`,
    /// this returns when all is done and the processes are gone; without, at once.
    pub fn shutdown(mut self, wait: bool, cancel_queued: bool) {
        let cancelled = self.team.queue.end(Phase::Closing, cancel_queued);
        cancelled.into_iter().for_each(|task| supervisor::fail(task, Phase::Closing));
        let supervisors = std::mem::take(&mut self.supervisors);
        if wait {
            supervisors.into_iter().for_each(join);
        }
    }
}

fn refused(phase: Phase) -> SubmitError {
    match phase {
        Phase::Broken { pid, status } => SubmitError::Broken { pid, status },
        _ => unreachable!("only whoever owns the executor can end it, and then nobody can submit"),
    }
}

fn join(supervisor: JoinHandle<()>) {
    // A panic there has been reported, and its promises have ended; out of a destructor, a second one would abort.
    let _ = supervisor.join();
}

impl Drop for Executor {
    /// Cancels what is queued, kills what runs, and reaps it. Waiting instead would let a panic hang in a job that never ends:
    /// whoever wants to wait says [`shutdown`](Executor::shutdown).
    fn drop(&mut self) {
        if self.supervisors.is_empty() {
            return; // shut down: the supervisors see to the rest
        }
        let queued = self.team.queue.end(Phase::Dropped, true);
        queued.into_iter().for_each(|task| supervisor::fail(task, Phase::Dropped));
        self.team.kill_all();
        std::mem::take(&mut self.supervisors).into_iter().for_each(join);
    }
}
