//! Jobs: functions that another process can be asked to run.
//!
//! A closure cannot be sent: it is code, and the captures of that code, laid out as this build laid them out. Python has the same
//! trouble and the same answer: `pickle` writes a function as its module and name, and the worker looks the name up. That is
//! why a lambda cannot be pickled. Here the name is given by hand, and the same program runs on both sides, so it is there.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{self, AssertUnwindSafe};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A named function from a value to a value, both of which serde can carry.
#[derive(Debug)]
pub struct Job<A, R> {
    /// What it is called between processes.
    pub name: &'static str,
    function: fn(A) -> R,
}

impl<A, R> Job<A, R> {
    /// Names a function.
    pub const fn new(name: &'static str, function: fn(A) -> R) -> Self {
        Job { name, function }
    }
}

/// A named function on bytes: what it leaves in the vector is its result. They travel as they are: nothing is serialised,
/// and a job that returns what it got copies nothing.
#[derive(Debug, Clone, Copy)]
pub struct BytesJob {
    /// What it is called between processes.
    pub name: &'static str,
    function: fn(&mut Vec<u8>),
}

impl BytesJob {
    /// Names a function.
    pub const fn new(name: &'static str, function: fn(&mut Vec<u8>)) -> Self {
        BytesJob { name, function }
    }
}

/// The head of a frame to a worker; the body is the arguments, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Request<'a> {
    /// Comes back with the answer.
    pub number: u64,
    /// The function.
    pub job: &'a str,
    /// How many arguments there are: the length of a chunk.
    pub count: u32,
}

/// The head of a frame from a worker; the body is the results, one after the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The request's.
    pub number: u64,
    /// Why there are no results, if there are none.
    pub outcome: Result<(), Failure>,
}

/// What went wrong in a worker that lives on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Failure {
    /// The function panicked, with this message at this place.
    #[error("panicked at {place}: {message}")]
    Panicked {
        /// The panic's words.
        message: String,
        /// File and line.
        place: String,
    },
    /// The worker's program has no job of that name.
    #[error("the worker knows no job of that name")]
    Unknown,
    /// The argument or the result could not be carried.
    #[error("cannot be carried: {0}")]
    NotCarried(String),
}

/// Reads so many arguments from the first vector, and leaves their results in the second.
type Handler = Box<dyn Fn(&mut Vec<u8>, u32, &mut Vec<u8>) -> Result<(), Failure>>;

/// The jobs that a worker can do, by name.
#[derive(Default)]
pub struct Registry(BTreeMap<&'static str, Handler>);

impl fmt::Debug for Registry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.0.keys()).finish()
    }
}

impl Registry {
    /// Adds a job.
    pub fn job<A: DeserializeOwned + 'static, R: Serialize + 'static>(mut self, job: &Job<A, R>) -> Self {
        let function = job.function;
        let handler = move |arguments: &mut Vec<u8>, count, results: &mut Vec<u8>| {
            let mut rest = &arguments[..];
            for _ in 0..count {
                let (argument, after) = postcard::take_from_bytes(rest).map_err(not_carried)?;
                rest = after;
                // A result for each argument: a panic spoils its own, not its neighbours' in the chunk.
                let result: Result<R, Failure> = caught(|| function(argument));
                *results = postcard::to_extend(&result, std::mem::take(results)).map_err(not_carried)?;
            }
            Ok(())
        };
        self.0.insert(job.name, Box::new(handler));
        self
    }

    /// Adds a job on bytes.
    pub fn bytes_job(mut self, job: &BytesJob) -> Self {
        let function = job.function;
        let handler = move |bytes: &mut Vec<u8>, _, results: &mut Vec<u8>| {
            std::mem::swap(bytes, results);
            caught(|| function(results))
        };
        self.0.insert(job.name, Box::new(handler));
        self
    }

    /// Does a job.
    ///
    /// # Errors
    /// If there is no such job, it panics, or its argument or result cannot be carried.
    pub fn run(&self, name: &str, arguments: &mut Vec<u8>, count: u32, results: &mut Vec<u8>) -> Result<(), Failure> {
        self.0.get(name).ok_or(Failure::Unknown)?(arguments, count, results)
    }
}

fn not_carried(error: postcard::Error) -> Failure {
    Failure::NotCarried(error.to_string())
}

thread_local! {
    /// Where the last panic on this thread was, while a job runs on it.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// From now on, a panic inside a job is noted instead of printed: its message travels to whoever waits for the result.
pub fn note_panics() {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        let noted = PLACE.with_borrow_mut(|place| {
            let place = place.as_mut()?;
            *place = panic.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
            Some(())
        });
        if noted.is_none() {
            print(panic); // on a thread that the job started, nobody waits for it
        }
    }));
}

fn caught<R>(function: impl FnOnce() -> R) -> Result<R, Failure> {
    PLACE.set(Some(String::new()));
    let result = panic::catch_unwind(AssertUnwindSafe(function));
    let place = PLACE.take().unwrap_or_default();
    result.map_err(|panic| {
        let text = panic.downcast_ref::<&str>().map(|&text| text.to_owned());
        let message = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        Failure::Panicked { message, place }
    })
}

/// Which job: its name, and the number that it got when it was submitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobId {
    /// The function.
    pub name: &'static str,
    /// Counted from 1 in each pool.
    pub number: u64,
}

impl fmt::Display for JobId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} #{}", self.name, self.number)
    }
}

/// Appends an argument to a request's body.
///
/// # Errors
/// If serde cannot carry it.
pub fn add_argument(argument: &impl Serialize, body: &mut Vec<u8>) -> Result<(), Failure> {
    *body = postcard::to_extend(argument, std::mem::take(body)).map_err(not_carried)?;
    Ok(())
}

/// The results in an answer's body, one for each argument.
pub fn results<R: DeserializeOwned>(body: &[u8], count: u32) -> impl Iterator<Item = Result<R, Failure>> {
    let mut rest = body;
    (0..count).map(move |_| next_result(&mut rest))
}

/// The first result in `body`, which is left with the others.
pub fn next_result<R: DeserializeOwned>(body: &mut &[u8]) -> Result<R, Failure> {
    let (result, after) = postcard::take_from_bytes::<Result<R, Failure>>(body).map_err(not_carried)?;
    *body = after;
    result
}
