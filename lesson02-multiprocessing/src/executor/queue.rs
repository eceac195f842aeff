//! What the executor's callers and its supervisors share: the queue, and how it is to end.

use std::collections::VecDeque;
use std::process::ExitStatus;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use super::handle::Promise;
use crate::pool::frames::FrameError;
use crate::pool::{Failure, JobError, JobId};

/// The bytes of an argument: its own, or the caller's, which are not copied.
pub(super) enum Body {
    Own(Vec<u8>),
    Shared(Arc<dyn AsRef<[u8]> + Send + Sync>),
}

impl Body {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Body::Own(bytes) => bytes,
            Body::Shared(bytes) => (**bytes).as_ref(),
        }
    }
}

/// Whoever waits for an answer, whatever it is an answer of.
pub(super) trait Waiter: Send {
    fn start(&self) -> bool;
    /// The body of the answer may be taken out of its vector.
    fn complete(self: Box<Self>, result: Result<&mut Vec<u8>, JobError>);
}

/// A promise, and how to read its value from an answer.
pub(super) struct Reads<T, F>(pub(super) Promise<T>, pub(super) F);

impl<T: Send, F: FnOnce(&mut Vec<u8>) -> Result<T, JobError> + Send> Waiter for Reads<T, F> {
    fn start(&self) -> bool {
        self.0.start()
    }

    fn complete(self: Box<Self>, result: Result<&mut Vec<u8>, JobError>) {
        let Reads(promise, read) = *self;
        promise.complete(result.and_then(read));
    }
}

/// A job on its way.
pub(super) struct Task {
    pub(super) job: JobId,
    pub(super) count: u32,
    pub(super) body: Body,
    pub(super) limit: Option<Duration>,
    /// Memory for the result, if the caller has some.
    pub(super) into: Vec<u8>,
    pub(super) waiter: Box<dyn Waiter>,
}

impl Task {
    /// Its end without a result.
    pub(super) fn fail(self, error: JobError) {
        self.waiter.complete(Err(error));
    }

    pub(super) fn failed(self, failure: Failure) {
        let job = self.job;
        self.fail(JobError::Failed { job, failure });
    }

    pub(super) fn protocol(self, reason: FrameError) {
        let job = self.job;
        self.fail(JobError::Protocol { job, reason: Arc::new(reason) });
    }
}

/// Whether the executor goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Open,
    /// Shut down: what is queued is done, then the workers end.
    Closing,
    /// Dropped: nothing is done any more.
    Dropped,
    /// A worker died, and that was to be the end.
    Broken {
        pid: u32,
        status: ExitStatus,
    },
}

impl Phase {
    /// The error of a job that is not done for that reason, if it is not.
    pub(super) fn error(self, job: JobId) -> Option<JobError> {
        match self {
            Phase::Open | Phase::Closing => None,
            Phase::Dropped => Some(JobError::Cancelled { job }),
            Phase::Broken { pid, status } => Some(JobError::Broken { job, pid, status }),
        }
    }
}

struct State {
    tasks: VecDeque<Task>,
    phase: Phase,
    submitted: u64,
    idle: usize,
}

/// The jobs that no worker has yet.
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

impl Queue {
    pub(super) fn new() -> Self {
        let state = State { tasks: VecDeque::new(), phase: Phase::Open, submitted: 0, idle: 0 };
        Queue { state: Mutex::new(state), changed: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics under this lock")
    }

    pub(super) fn phase(&self) -> Phase {
        self.state().phase
    }

    /// Adds so many jobs named `name`, each made from its number.
    pub(super) fn add<T>(
        &self,
        name: &'static str,
        tasks: impl Iterator<Item = T>,
        make: impl Fn(JobId, T) -> Task,
    ) -> Result<(), Phase> {
        let mut state = self.state();
        if state.phase != Phase::Open {
            return Err(state.phase);
        }
        for task in tasks {
            state.submitted += 1;
            let job = JobId { name, number: state.submitted };
            state.tasks.push_back(make(job, task));
        }
        match state.idle.min(state.tasks.len()) {
            0 => {}
            1 => self.changed.notify_one(),
            _ => self.changed.notify_all(),
        }
        Ok(())
    }

    /// The next job; waits for one, until the executor is to end.
    pub(super) fn take(&self) -> Option<Task> {
        let mut state = self.state();
        loop {
            match state.phase {
                Phase::Dropped | Phase::Broken { .. } => return None,
                Phase::Open | Phase::Closing => {}
            }
            if let Some(task) = state.tasks.pop_front() {
                return Some(task);
            }
            if state.phase == Phase::Closing {
                return None;
            }
            state.idle += 1;
            state = self.changed.wait(state).expect("nobody panics under this lock");
            state.idle -= 1;
        }
    }

    /// The next job, if there is one that `suits`. Does not wait.
    pub(super) fn take_if(&self, suits: impl FnOnce(&Task) -> bool) -> Option<Task> {
        let mut state = self.state();
        if matches!(state.phase, Phase::Dropped | Phase::Broken { .. }) || !state.tasks.front().is_some_and(suits) {
            return None;
        }
        state.tasks.pop_front()
    }

    /// Goes over to another phase, and returns what is not to be done any more. The first end is the one that counts.
    pub(super) fn end(&self, phase: Phase, drop_queued: bool) -> VecDeque<Task> {
        let mut state = self.state();
        if matches!(state.phase, Phase::Open) || matches!((state.phase, phase), (Phase::Closing, Phase::Broken { .. }))
        {
            state.phase = phase;
        }
        self.changed.notify_all();
        if drop_queued { std::mem::take(&mut state.tasks) } else { VecDeque::new() }
    }
}
