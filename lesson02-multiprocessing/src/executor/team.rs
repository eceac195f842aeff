//! What all supervisors of an executor share.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use super::OnDeath;
use super::queue::Queue;
use crate::pool::{Process, Program};

/// What all supervisors of an executor share.
pub(super) struct Team {
    pub(super) queue: Queue,
    pub(super) program: Program,
    pub(super) in_flight: usize,
    pub(super) max_tasks_per_child: Option<u32>,
    pub(super) on_death: OnDeath,
    /// The process of each supervisor, where others can kill it.
    pub(super) processes: Vec<Mutex<Option<Process>>>,
}

impl Team {
    pub(super) fn process(&self, number: usize) -> MutexGuard<'_, Option<Process>> {
        self.processes[number].lock().expect("nobody panics under this lock")
    }

    /// Kills all workers. Their supervisors see it, and do not start others once the phase says so.
    pub(super) fn kill_all(&self) {
        for number in 0..self.processes.len() {
            if let Some(process) = self.process(number).as_mut() {
                process.kill();
            }
        }
    }

    /// Waits with `hear`, and kills that worker when the time is over. Whether it did.
    pub(super) fn or_kill<T>(&self, number: usize, limit: Duration, hear: impl FnOnce() -> T) -> (T, bool) {
        thread::scope(|scope| {
            let (heard, alarm) = mpsc::channel::<()>();
            let alarm = scope.spawn(move || {
                let too_late = alarm.recv_timeout(limit) == Err(RecvTimeoutError::Timeout);
                if too_late && let Some(process) = self.process(number).as_mut() {
                    process.kill();
                }
                too_late
            });
            let result = hear();
            drop(heard); // the alarm hears that and goes home
            (result, alarm.join().expect("it only waits and kills"))
        })
    }
}
