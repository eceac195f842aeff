//! Every interleaving, of a loop that sleeps when nothing is ready.

use shuttle::{sync, thread};

#[path = "../../../src/event_loop/cell.rs"]
mod cell;
#[path = "../../../src/event_loop/inbox.rs"]
pub mod inbox;
#[path = "../../../src/event_loop/mailbox.rs"]
pub mod mailbox;
#[path = "../../../src/event_loop/state.rs"]
pub mod state;
#[path = "../../../src/event_loop/task.rs"]
pub mod task;

use std::cell::Cell;
use std::collections::VecDeque;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use common::within;
use mailbox::{Alarm, Mailbox};
use shuttle::scheduler::{DfsScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, Runner};
use sync::{Condvar, Mutex};
use task::{JoinHandle, Ran, Runnable, Schedule, Task};

const LIMIT: Duration = Duration::from_secs(120);
/// More schedules than any of these proofs needs. One that gets here has proved nothing, and fails.
const TOO_MANY: usize = 200_000;

fn run(scheduler: impl Scheduler + Send + 'static, property: impl Fn() + Send + Sync + 'static) -> usize {
    within(LIMIT, move || {
        let mut config = Config::new();
        config.silence_warnings = true;
        config.failure_persistence = shuttle::FailurePersistence::None;
        Runner::new(scheduler, config).run(property)
    })
}

/// Runs all schedules there are.
fn in_every_schedule(property: impl Fn() + Send + Sync + 'static) {
    let schedules = run(DfsScheduler::new(Some(TOO_MANY), false), property);
    assert!(schedules < TOO_MANY, "there are more schedules than can be run: nothing is proved");
    eprintln!("{}: {schedules} schedules", std::thread::current().name().unwrap_or_default());
}

/// Runs a number of schedules, drawn at random: for what has too many.
fn in_many_schedules(number: usize, property: impl Fn() + Send + Sync + 'static) {
    run(RandomScheduler::new_from_seed(1, number), property);
}

/// An eventfd and its poller: what was rung is kept until the poller has been asked.
#[derive(Default)]
struct Poller {
    rung: Mutex<bool>,
    changed: Condvar,
}

impl Alarm for Arc<Poller> {
    fn ring(&self) {
        *self.rung.lock().expect("fine") = true;
        self.changed.notify_one();
    }
}

impl Poller {
    /// As the system's: at once, or when it rings.
    fn poll(&self, timeout: Option<Duration>) {
        let mut rung = self.rung.lock().expect("fine");
        while !*rung && timeout.is_none() {
            rung = self.changed.wait(rung).expect("fine");
        }
        *rung = false;
    }
}

/// A loop as other threads see it, and its poller.
struct Remote<T> {
    mailbox: Mailbox<T, Arc<Poller>>,
    poller: Arc<Poller>,
    /// With sockets the system is asked in every turn, and an old alarm is found by a turn that does not sleep.
    sockets: bool,
}

impl<T> Default for Remote<T> {
    fn default() -> Self {
        let poller = Arc::<Poller>::default();
        Remote { mailbox: Mailbox::new(Arc::clone(&poller)), poller, sockets: false }
    }
}

impl<T> Remote<T> {
    /// The beginning of a turn, as in `core.rs`.
    fn poll(&self, idle: bool, into: &mut Vec<T>) {
        let timeout = self.mailbox.may_sleep(idle, || None);
        if timeout.is_none() || self.sockets {
            self.poller.poll(timeout);
        }
        self.mailbox.get_up(into);
    }
}

impl Schedule for Remote<Arc<dyn Runnable>> {
    fn schedule(&self, task: Arc<dyn Runnable>) {
        assert!(self.mailbox.post(task).is_ok(), "the loop is open");
    }
}

/// Runs one task to its end, as `core.rs` does. It is in the queue already, or waits to be woken.
fn run_to_the_end(remote: &Remote<Arc<dyn Runnable>>, task: Option<Arc<dyn Runnable>>) {
    let (mut ready, mut incoming) = (VecDeque::from_iter(task), Vec::new());
    loop {
        remote.poll(ready.is_empty(), &mut incoming);
        ready.extend(incoming.drain(..));
        for _ in 0..ready.len() {
            let Some(task) = ready.pop_front() else { break };
            // SAFETY: the runner's first thread makes and runs the task.
            match unsafe { task.run() } {
                Ran::Finished => return,
                Ran::Woken(task) => ready.push_back(task),
                Ran::Waits => {}
            }
        }
    }
}

/// What a task and those who wake it share.
#[derive(Default)]
struct Shared {
    raised: usize,
    waker: Option<Waker>,
}

/// Done when so many have raised their flag.
struct Raised {
    shared: Arc<Mutex<Shared>>,
    needed: usize,
    over: bool,
    dropped: Rc<Cell<u32>>,
    polls: Rc<Cell<usize>>,
}

impl Future for Raised {
    type Output = usize;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<usize> {
        assert!(!self.over, "polled after its end");
        self.polls.set(self.polls.get() + 1);
        let shared = Arc::clone(&self.shared);
        let mut shared = shared.lock().expect("fine");
        self.over = shared.raised == self.needed;
        if self.over {
            return Poll::Ready(shared.raised);
        }
        shared.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Raised {
    fn drop(&mut self) {
        self.dropped.set(self.dropped.get() + 1);
    }
}

/// So many threads raise a flag each, and wake; those that wake twice do it the second time when the task is over, perhaps.
/// A task that has been polled before they begin has far fewer schedules.
fn wakers(threads: usize, twice: bool) -> impl Fn() + Send + Sync + 'static {
    move || {
        let remote = Arc::new(Remote::default());
        let shared = Arc::new(Mutex::new(Shared::default()));
        let (dropped, polls) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
        let future = Raised {
            shared: Arc::clone(&shared),
            needed: threads,
            over: false,
            dropped: Rc::clone(&dropped),
            polls: Rc::clone(&polls),
        };
        let task = Task::new(future, 0, Arc::clone(&remote), Location::caller());
        let mut handle = JoinHandle::new(Arc::clone(&task));
        if twice {
            // SAFETY: this thread has just made it.
            assert!(matches!(unsafe { Arc::clone(&task).run() }, Ran::Waits));
        }
        let waking: Vec<_> = (0..threads)
            .map(|_| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || {
                    let waker = {
                        let mut shared = shared.lock().expect("fine");
                        shared.raised += 1;
                        shared.waker.clone()
                    };
                    // Not polled yet means that the first poll will see the flag.
                    let Some(waker) = waker else { return };
                    waker.wake_by_ref();
                    if twice {
                        waker.wake(); // when it is over, perhaps
                    }
                })
            })
            .collect();
        run_to_the_end(&remote, (!twice).then_some(task as Arc<dyn Runnable>));
        waking.into_iter().for_each(|thread| thread.join().expect("no panic"));
        assert!(matches!(handle.take_result(), Some(Ok(raised)) if raised == threads));
        assert_eq!(dropped.get(), 1, "the future is dropped once");
        let wake_ups = threads * if twice { 2 } else { 1 };
        assert!(polls.get() <= 1 + wake_ups, "{} polls for {wake_ups} wake-ups", polls.get());
    }
}

#[test]
fn a_wake_up_while_the_loop_goes_to_sleep_is_not_lost() {
    in_every_schedule(wakers(1, false));
}

#[test]
fn a_wake_up_after_the_end_does_nothing() {
    in_every_schedule(wakers(1, true));
}

#[test]
fn two_wakers() {
    in_many_schedules(3_000, wakers(2, false));
    in_many_schedules(3_000, wakers(2, true));
}

#[test]
fn three_wakers() {
    in_many_schedules(2_000, wakers(3, true));
}

/// A loop that sleeps for messages: all come, those of one sender in order.
#[test]
fn messages_wake_the_loop() {
    let property = |senders: usize, sockets: bool| {
        move || {
            let shared = Arc::new(Remote { sockets, ..Remote::default() });
            let sending: Vec<_> = (0..senders)
                .map(|sender| {
                    let shared = Arc::clone(&shared);
                    thread::spawn(move || {
                        for number in 0..2 {
                            assert!(shared.mailbox.post((sender, number)).is_ok(), "the loop is open");
                        }
                    })
                })
                .collect();
            let (mut came, mut incoming) = (Vec::new(), Vec::new());
            while came.len() < 2 * senders {
                shared.poll(true, &mut incoming);
                came.append(&mut incoming);
            }
            for sender in 0..senders {
                let numbers: Vec<_> =
                    came.iter().filter(|message| message.0 == sender).map(|message| message.1).collect();
                assert_eq!(numbers, [0, 1], "in order, each once");
            }
            sending.into_iter().for_each(|thread| thread.join().expect("no panic"));
        }
    };
    for sockets in [false, true] {
        in_every_schedule(property(1, sockets));
        in_many_schedules(3_000, property(2, sockets));
    }
}
