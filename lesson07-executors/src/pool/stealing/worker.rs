//! One worker: its deque, and where it looks next.

use std::rc::Rc;
use std::sync::Arc;
use std::thread;

use crossbeam::deque::Worker as Deque;

use super::super::error::SubmitError;
use super::super::here::{self, Here};
use super::registry::{Registry, Work};

/// A worker, used by its own thread alone.
#[derive(Debug)]
pub struct Worker {
    pub registry: Arc<Registry>,
    index: usize,
    deque: Deque<Work>,
}

impl Worker {
    pub fn new(registry: Arc<Registry>, index: usize, deque: Deque<Work>) -> Self {
        Worker { registry, index, deque }
    }

    /// Runs jobs until the pool is closed and all are done.
    pub fn work(self) {
        let worker = Rc::new(self);
        here::is(Here::Helps(Rc::clone(&worker)));
        worker.wait_until(|| worker.registry.is_over(), || ());
    }

    pub fn push(&self, work: Work) {
        self.deque.push(work);
    }

    /// What it pushed last itself, if nobody has stolen it.
    pub fn pop(&self) -> Option<Work> {
        self.deque.pop()
    }

    /// Its own, or somebody else's.
    fn find(&self) -> Option<Work> {
        self.pop().or_else(|| self.registry.steal(&self.deque, self.index))
    }

    /// Runs jobs until it is ready. `before_sleep` is called once, before it might sleep.
    ///
    /// The stack grows with each wait inside a job that was run inside a wait.
    pub fn wait_until(&self, mut ready: impl FnMut() -> bool, before_sleep: impl FnOnce()) {
        while !ready() {
            let Some(work) = self.find() else { break };
            self.registry.run(work);
        }
        if ready() {
            return;
        }
        before_sleep();
        let registry = &*self.registry;
        registry.sleep.help_until(
            registry.idle,
            ready,
            || self.find(),
            |work| registry.run(work),
            || registry.has_work(),
        );
    }

    /// Runs jobs until there is a place for one more, and counts it in.
    pub fn wait_for_room(&self) -> Result<(), SubmitError> {
        loop {
            match self.registry.announce() {
                Err(SubmitError::Full) => match self.find() {
                    Some(work) => self.registry.run(work),
                    None => thread::yield_now(), // another worker has taken it and is about to count it out
                },
                announced => return announced,
            }
        }
    }
}
