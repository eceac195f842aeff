//! A thread for each worker process. It feeds it, hears it, buries it and starts the next.
//!
//! The thread lives as long as its worker, and that is not by chance: Linux kills a process that asked for it when the
//! thread ends that started it. Were the workers started by whoever calls `Executor::start`, they would die with that thread.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use super::OnDeath;
use super::queue::{Phase, Task};
use super::team::Team;
use crate::pool::frames::FrameError;
use crate::pool::in_flight::{BYTES_IN_FLIGHT, OVERHEAD};
use crate::pool::job::{Answer, Request};
use crate::pool::worker::End;
use crate::pool::{Connection, JobError};

/// How long a worker that has nothing left to do may take to end.
const GOODBYE: Duration = Duration::from_secs(1);

/// One of the threads.
pub(super) struct Supervisor {
    team: Arc<Team>,
    number: usize,
    connection: Option<Connection>,
    /// What the worker has been given and has not answered, in the order in which it will.
    held: VecDeque<Task>,
    bytes: usize,
    /// How many jobs this process has been given.
    given: u32,
}

impl Supervisor {
    pub(super) fn new(team: Arc<Team>, number: usize) -> Self {
        Supervisor { team, number, connection: None, held: VecDeque::new(), bytes: 0, given: 0 }
    }

    /// Works until the executor ends. Says through `started` whether there is a first worker.
    pub(super) fn run(mut self, started: mpsc::Sender<io::Result<()>>) {
        let start = self.start();
        let _ = started.send(start); // whoever starts the executor waits for it
        drop(started); // and for the last of the senders to go
        while let Some(task) = self.team.queue.take() {
            self.give(task);
            while !self.held.is_empty() {
                self.fill();
                self.hear();
            }
        }
        self.dismiss();
    }

    /// Starts a process, unless the executor is to end: whoever ends it kills what is there, under the same lock.
    fn start(&mut self) -> io::Result<()> {
        let mut process = self.team.process(self.number);
        if matches!(self.team.queue.phase(), Phase::Dropped | Phase::Broken { .. }) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let (started, connection) = self.team.program.start()?;
        *process = Some(started);
        self.connection = Some(connection);
        self.given = 0;
        Ok(())
    }

    /// Lets an idle process go: its connection ends, and so it does.
    fn dismiss(&mut self) {
        self.connection = None;
        let process = self.team.process(self.number).take();
        if let Some(mut process) = process {
            let _ = process.end(GOODBYE); // how it ended changes nothing: it had no job
        }
    }

    /// A process that can be given a job, a new one if need be.
    fn ready(&mut self) -> io::Result<()> {
        if self.held.is_empty() && self.connection.is_some() {
            let worn_out = self.team.max_tasks_per_child.is_some_and(|most| self.given >= most);
            // One that died idle held no job. It is replaced, and no job fails.
            let dead = self.team.process(self.number).as_mut().is_none_or(|process| process.ended().is_some());
            if worn_out || dead {
                self.dismiss();
            }
        }
        if self.connection.is_none() { self.start() } else { Ok(()) }
    }

    fn give(&mut self, task: Task) {
        if !task.waiter.start() {
            return; // cancelled while it was queued
        }
        if let Err(reason) = self.ready() {
            let job = task.job;
            let error = self.team.queue.phase().error(job);
            return task.fail(error.unwrap_or_else(|| JobError::NoWorker { job, reason: Arc::new(reason) }));
        }
        let Some(connection) = &mut self.connection else { return };
        let request = Request { number: task.job.number, job: task.job.name, count: task.count };
        let sent = connection.send(&request, task.body.bytes());
        match sent {
            Err(reason @ (FrameError::TooLong { .. } | FrameError::Head(_))) => task.protocol(reason),
            sent => {
                self.given += 1;
                self.bytes += OVERHEAD + task.body.bytes().len();
                self.held.push_back(task);
                if let Err(error) = sent {
                    self.bury(Some(error), None);
                }
            }
        }
    }

    /// Gives more to a worker that is at work: as many as allowed, and no more bytes than it holds unread. A job with a limit
    /// travels alone: when it is killed, nothing else is lost.
    fn fill(&mut self) {
        while !self.held.is_empty() && self.held.len() < self.team.in_flight {
            let worn_out = self.team.max_tasks_per_child.is_some_and(|most| self.given >= most);
            if worn_out || self.held.iter().any(|task| task.limit.is_some()) {
                return;
            }
            let room = BYTES_IN_FLIGHT.saturating_sub(self.bytes + OVERHEAD);
            let suits = |task: &Task| task.limit.is_none() && task.body.bytes().len() <= room;
            match self.team.queue.take_if(suits) {
                Some(task) => self.give(task),
                None => return,
            }
        }
    }

    /// Waits for an answer, and takes all that have come with it.
    fn hear(&mut self) {
        let Some(limit) = self.held.front().map(|task| task.limit) else { return };
        let Some(mut connection) = self.connection.take() else { return };
        let mut answer = connection.flush();
        let mut too_late = false;
        self.held.iter_mut().take(1).for_each(|task| make_room(&mut connection, task));
        let mut next = || match std::mem::replace(&mut answer, Ok(())) {
            Ok(()) => connection.receive(),
            Err(error) => Err(error),
        };
        let mut answer = match limit {
            None => next(),
            Some(limit) => {
                let answer;
                (answer, too_late) = self.team.or_kill(self.number, limit, next);
                answer
            }
        };
        loop {
            match answer {
                Ok(Some(heard)) if self.held.front().is_some_and(|task| task.job.number == heard.number) => {
                    self.answer(heard, &mut connection.results);
                }
                Ok(Some(_)) => return self.bury(Some(FrameError::Damaged), None),
                Ok(None) => return self.bury(None, limit.filter(|_| too_late)),
                Err(error) => return self.bury(Some(error), limit.filter(|_| too_late)),
            }
            if self.held.is_empty() || !connection.has_more() {
                break;
            }
            self.held.iter_mut().take(1).for_each(|task| make_room(&mut connection, task));
            answer = connection.receive();
        }
        if too_late {
            return self.bury(None, limit); // its answer came in the moment it was killed
        }
        self.connection = Some(connection);
    }

    fn answer(&mut self, answer: Answer, results: &mut Vec<u8>) {
        let Some(task) = self.held.pop_front() else { return };
        self.bytes -= OVERHEAD + task.body.bytes().len();
        match answer.outcome {
            Ok(()) => task.waiter.complete(Ok(results)),
            Err(failure) => task.failed(failure),
        }
    }

    /// The worker is gone, or is to go: everything it held fails, by name, and nothing else does.
    fn bury(&mut self, error: Option<FrameError>, limit: Option<Duration>) {
        self.connection = None;
        let Some(mut process) = self.team.process(self.number).take() else { return };
        let end = End::of(&mut process, error);
        let pid = process.id();
        if let (OnDeath::BreakThePool, End::Died { pid, status }, None) = (self.team.on_death, &end, limit) {
            let phase = Phase::Broken { pid: *pid, status: *status };
            let queued = self.team.queue.end(phase, true);
            self.team.kill_all();
            queued.into_iter().for_each(|task| fail(task, self.team.queue.phase()));
        }
        let phase = self.team.queue.phase();
        for task in self.held.drain(..) {
            let job = task.job;
            match (phase.error(job), limit) {
                // Its own death is told as it was, also where it broke the pool.
                (Some(JobError::Broken { pid: first, .. }), _) if first == pid => task.fail(end.error(job)),
                (Some(error), _) => task.fail(error),
                (None, Some(limit)) => task.fail(JobError::TimedOut { job, limit, pid }),
                (None, None) => task.fail(end.error(job)),
            }
        }
        self.bytes = 0;
    }
}

/// Before the task's answer is read: into the memory that came with it, if any did.
fn make_room(connection: &mut Connection, task: &mut Task) {
    if task.into.capacity() > 0 {
        connection.results = std::mem::take(&mut task.into);
    }
}

/// Ends a job that was still queued.
pub(super) fn fail(task: Task, phase: Phase) {
    let job = task.job;
    task.fail(phase.error(job).unwrap_or(JobError::Cancelled { job }));
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::sync::Mutex;
    use std::thread;

    use super::super::queue::Queue;
    use super::*;
    use crate::pool::Program;

    /// Whoever drops the executor kills under the lock what it finds; a process that came after that would be nobody's. The
    /// program here does not exist, so the error tells whether starting it was tried.
    #[test]
    fn a_start_that_races_with_the_drop_starts_nobody() {
        for _ in 0..100 {
            let team = Arc::new(Team {
                queue: Queue::new(),
                program: Program::at("no such program"),
                in_flight: 1,
                max_tasks_per_child: None,
                on_death: OnDeath::FailItsJobs,
                processes: vec![Mutex::new(None)],
            });
            let mut supervisor = Supervisor::new(Arc::clone(&team), 0);
            let killing = team.process(0);
            let starting = thread::spawn(move || supervisor.start());
            // It may come as far as the lock, or not begin: nothing may depend on it. One that looks too early is caught here.
            (0..20).for_each(|_| thread::yield_now());
            team.queue.end(Phase::Dropped, true);
            drop(killing);
            let error = starting.join().expect("it only starts a process").expect_err("the executor is dropped");
            assert_eq!(error.kind(), ErrorKind::Interrupted, "{error}");
        }
    }
}
