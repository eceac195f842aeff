//! A few worker processes, just enough to compete in `decision-table`: this program, started again, a job a line.
//! (Lesson 02 builds a real one.)

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

use anyhow::{Context, ensure};

use super::jobs::Job;

/// Whoever finds this in its environment is a worker.
const WORKER: &str = "LESSON07_WORKER";

/// Serves jobs from standard input until it ends, if this process was started as a worker.
pub fn serve_if_asked() -> Option<ExitCode> {
    env::var_os(WORKER)?;
    // The parent hangs up, or dies: either way the input ends, and so does this process.
    Some(if serve().is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn serve() -> anyhow::Result<()> {
    let mut output = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let answer = match Job::parse(&line?).and_then(|job| job.run()) {
            Ok(number) => format!("{number}"),
            Err(error) => format!("error: {error:#}").replace('\n', " "),
        };
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
    Ok(())
}

/// Worker processes that wait for jobs.
#[derive(Debug)]
pub struct Processes(Vec<Worker>);

#[derive(Debug)]
struct Worker {
    child: Child,
    /// Taken when the worker is to end.
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Processes {
    /// Starts so many.
    ///
    /// # Errors
    /// If this program cannot be started again.
    pub fn start(number: usize) -> anyhow::Result<Self> {
        let program = env::current_exe().context("cannot find this program")?;
        let start = |_| {
            let mut command = Command::new(&program);
            command.env(WORKER, "1").stdin(Stdio::piped()).stdout(Stdio::piped());
            let mut child = command.spawn().context("cannot start a worker process")?;
            let (input, output) = (child.stdin.take(), child.stdout.take().context("no pipe from the worker")?);
            Ok(Worker { child, input, output: BufReader::new(output) })
        };
        (0..number).map(start).collect::<anyhow::Result<_>>().map(Processes)
    }

    /// Has the workers do all jobs, each taking the next when it is through; the sum of the results.
    ///
    /// # Errors
    /// The first that a job or a pipe reports.
    pub fn run(&mut self, jobs: &[Job]) -> anyhow::Result<u64> {
        let next = AtomicUsize::new(0);
        let next = &next;
        thread::scope(|scope| {
            let drive = |worker: &'_ mut Worker| -> anyhow::Result<u64> {
                let mut sum = 0_u64;
                // Relaxed: only that no index comes twice.
                while let Some(job) = jobs.get(next.fetch_add(1, Relaxed)) {
                    sum = sum.wrapping_add(worker.call(job)?);
                }
                Ok(sum)
            };
            let threads: Vec<_> = self.0.iter_mut().map(|worker| scope.spawn(move || drive(worker))).collect();
            let sums = threads.into_iter().map(|thread| thread.join().expect("it reports errors, and does not panic"));
            sums.sum()
        })
    }
}

impl Worker {
    fn call(&mut self, job: &Job) -> anyhow::Result<u64> {
        let input = self.input.as_mut().context("the worker was told to end")?;
        writeln!(input, "{job}").context("the worker does not listen")?;
        let mut answer = String::new();
        let bytes = self.output.read_line(&mut answer).context("the worker does not answer")?;
        ensure!(bytes > 0, "the worker is gone");
        answer.trim().parse().with_context(|| format!("in a worker: {}", answer.trim()))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.input.take()); // its input ends, and so does it
        let _ = self.child.wait(); // a destructor has nobody to report to
    }
}
