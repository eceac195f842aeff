//! The parent's side: one worker process, and the connection to it.

use std::io;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::JobError;
use super::frames::{self, FrameError, FrameReader, SMALL};
use super::job::{Answer, BytesJob, Failure, JobId, Request};
use super::serve::ARGUMENT;
use super::transport::{self, FromWorker, ToWorker};

/// The program that workers run: one whose `main` begins with [`serve_if_asked`](super::serve_if_asked).
#[derive(Debug, Clone)]
pub struct Program {
    path: PathBuf,
    silent: bool,
}

impl Program {
    /// This very program, as `multiprocessing` with the start method "spawn" has it.
    ///
    /// # Errors
    /// If the system does not say where it is.
    pub fn this() -> io::Result<Self> {
        // On Linux, not the path: a rebuild during the run replaces the file, and parent and worker would differ.
        let path = if cfg!(target_os = "linux") { "/proc/self/exe".into() } else { std::env::current_exe()? };
        Ok(Program { path, silent: false })
    }

    /// Another program.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Program { path: path.into(), silent: false }
    }

    /// The same, with nothing on standard error: for workers that are to fail.
    pub fn silent(self) -> Self {
        Program { silent: true, ..self }
    }

    /// Starts it as a worker.
    ///
    /// On Linux the worker is killed when the *thread* that calls this ends.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(&self) -> io::Result<(Process, Connection)> {
        let mut command = Command::new(&self.path);
        command.arg(ARGUMENT).arg(std::process::id().to_string());
        if self.silent {
            command.stderr(Stdio::null());
        }
        let (child, ends) = transport::connect(command)?;
        Ok((Process(child), Connection::new(ends)))
    }
}

/// A child process that does not outlive this value, and does not stay behind as a zombie.
#[derive(Debug)]
pub struct Process(Child);

impl Process {
    /// A child of this process, guarded from now on.
    pub fn guard(child: Child) -> Self {
        Process(child)
    }

    /// Its process id, which belongs to it until it has been reaped.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// How it ended, if it has. Does not wait.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().ok().flatten()
    }

    /// Kills it. Nothing happens if it has ended: an id that may by now be another process's is never signalled.
    pub fn kill(&mut self) {
        // Fails only for a process that has ended.
        let _ = self.0.kill();
    }

    /// Gives it so much time to end by itself, then kills it; reaps it and says how it ended.
    ///
    /// # Errors
    /// If the system cannot say, because somebody else has reaped it.
    pub fn end(&mut self, patience: Duration) -> io::Result<ExitStatus> {
        let start = Instant::now();
        let mut nap = Duration::from_micros(50);
        while start.elapsed() < patience {
            if let Some(status) = self.0.try_wait()? {
                return Ok(status);
            }
            thread::sleep(nap);
            nap = (nap * 2).min(Duration::from_millis(5));
        }
        self.kill();
        self.0.wait()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // std's `Child` does neither when dropped: the process goes on, and stays a zombie once it has ended.
        let _ = self.end(Duration::ZERO);
    }
}

/// The stream of requests to a worker and of answers from it.
#[derive(Debug)]
pub struct Connection {
    requests: ToWorker,
    answers: FrameReader<FromWorker>,
    unsent: Vec<u8>,
    /// The body of the last answer.
    pub results: Vec<u8>,
}

impl Connection {
    fn new(ends: transport::Ends) -> Self {
        let answers = FrameReader::new(ends.from_worker);
        Connection { requests: ends.to_worker, answers, unsent: Vec::new(), results: Vec::new() }
    }

    /// Adds a request to what the next [`flush`](Self::flush) sends. Arguments that are not small are sent now, from where
    /// they are.
    ///
    /// # Errors
    /// If they are too long, or the worker is gone.
    pub fn send(&mut self, request: &Request<'_>, arguments: &[u8]) -> Result<(), FrameError> {
        frames::open(request, arguments.len(), &mut self.unsent)?;
        if arguments.len() > SMALL {
            frames::write_both(&mut self.requests, &self.unsent, arguments)?;
            self.unsent.clear();
        } else {
            self.unsent.extend_from_slice(arguments);
        }
        Ok(())
    }

    /// Sends what has been added.
    ///
    /// # Errors
    /// If the worker is gone.
    pub fn flush(&mut self) -> Result<(), FrameError> {
        frames::write_both(&mut self.requests, &self.unsent, &[])?;
        self.unsent.clear();
        Ok(())
    }

    /// Waits for the next answer and leaves its body in `results`. `None`: the worker is gone.
    ///
    /// # Errors
    /// If it is gone in the middle of an answer, or what it sends is none.
    pub fn receive(&mut self) -> Result<Option<Answer>, FrameError> {
        self.answers.read(&mut self.results)
    }

    /// Whether a further answer has come already.
    pub fn has_more(&self) -> bool {
        self.answers.has_more()
    }

    /// Runs a job on bytes and waits for its result, which is left in `results`.
    ///
    /// # Errors
    /// If the worker is gone or does not keep to the protocol. A failure of the job's own is inside.
    pub fn call(&mut self, job: &BytesJob, bytes: &[u8]) -> Result<Result<(), Failure>, FrameError> {
        self.send(&Request { number: 0, job: job.name, count: 1 }, bytes)?;
        self.flush()?;
        let answer = self.receive()?;
        Ok(answer.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?.outcome)
    }
}

/// How long a worker whose connection has ended may take to be gone: writing a core file takes a while.
const LAST_BREATH: Duration = Duration::from_secs(5);

/// What became of a worker that gave no answer.
#[derive(Debug, Clone)]
pub enum End {
    /// It ended.
    Died {
        /// Its process id.
        pid: u32,
        /// How it ended.
        status: ExitStatus,
    },
    /// It sent what is no answer, and was killed.
    Protocol(Arc<FrameError>),
}

impl End {
    /// Finds out. Afterwards the process is gone and reaped.
    pub fn of(process: &mut Process, error: Option<FrameError>) -> Self {
        let pid = process.id();
        match error {
            // The stream has ended, between answers, in one, or under a request.
            None | Some(FrameError::Io(_) | FrameError::CutOff { .. }) => {
                End::Died { pid, status: process.end(LAST_BREATH).unwrap_or_default() }
            }
            Some(error) => {
                process.kill();
                End::Protocol(Arc::new(error))
            }
        }
    }

    /// The error of a job that the worker had.
    pub fn error(&self, job: JobId) -> JobError {
        match self {
            &End::Died { pid, status } => JobError::WorkerDied { job, pid, status },
            End::Protocol(reason) => JobError::Protocol { job, reason: Arc::clone(reason) },
        }
    }
}
