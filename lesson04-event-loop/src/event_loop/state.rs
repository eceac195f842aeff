//! The three bits that decide who puts a task into the queue. They are all that threads share of a task.
//!
//! A wake-up may come at any moment: while the task waits, while it is queued already, while it is being polled, when
//! it is over. It must lead to one more poll if the task is not over, and to no more than one.

use super::sync::atomic::{AtomicU8, Ordering::Acquire, Ordering::Relaxed, Ordering::Release};

/// In a queue, or, while it is being polled: woken since the poll began.
const SCHEDULED: u8 = 1;
/// Being polled.
const RUNNING: u8 = 2;
/// Never to be polled again.
const FINISHED: u8 = 4;

/// Where a task stands.
#[derive(Debug)]
pub struct State(AtomicU8);

impl State {
    /// A new task, which its maker puts into a queue.
    pub fn scheduled() -> Self {
        State(AtomicU8::new(SCHEDULED))
    }

    /// Notes a wake-up, from any thread. Whoever gets `true` puts the task into a queue; nobody else may.
    pub fn wake(&self) -> bool {
        // Release: what the waker did before, the poll is to see. In one step: two wakers at once, or one and the end of a
        // poll, must not both find the task waiting, nor both find it taken care of.
        self.0.fetch_or(SCHEDULED, Release) == 0
    }

    /// Begins a poll: the task is out of the queue, and a wake-up from now on asks for another poll.
    pub fn begin(&self) {
        // Acquire: the other half of the Release in `wake`. A swap, although no other thread can take the task out of this
        // state: a plain store would pass over a wake-up that came just before it, and what that waker wrote.
        let before = self.0.swap(RUNNING, Acquire);
        debug_assert_eq!(before, SCHEDULED, "only a task in the queue is polled");
    }

    /// Ends a poll that is to be followed by others. `true`: it was woken meanwhile, and belongs into the queue again.
    pub fn pause(&self) -> bool {
        // Relaxed: this only decides; who puts the task into the queue goes through `begin` again.
        self.0.fetch_and(!RUNNING, Relaxed) & SCHEDULED != 0
    }

    /// Ends the last poll. Wake-ups lead to nothing from now on.
    pub fn finish(&self) {
        // Relaxed: only the loop's own thread concludes anything from it. A wake-up lost here is one too many anyway. A store
        // would do; loom forgets that nothing can come between the halves of `wake`, and cannot prove it with one.
        self.0.swap(FINISHED, Relaxed);
    }

    /// Ends a task that is not being polled, from the loop's thread. `false`: it was over already.
    pub fn claim(&self) -> bool {
        // Relaxed load: only this thread finishes a task. From the swap on, wakers take it for being polled, and keep it out
        // of the queues.
        !self.is_finished() && {
            self.0.swap(RUNNING, Acquire);
            true
        }
    }

    /// Whether it is over. To be asked by the loop's thread.
    pub fn is_finished(&self) -> bool {
        self.0.load(Relaxed) & FINISHED != 0
    }
}
