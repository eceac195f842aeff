//! Every execution that differs, and every value that a load may see in C11's memory model.
//!
//! Nothing here sleeps: loom calls a deadlock by ending the process. The loop runs while the others wake, runs once more when
//! they have ended, and by then the task must be over: a wake-up that led to no poll leaves it unfinished.

use loom::{sync, thread};

mod cell;
#[path = "../../../src/event_loop/inbox.rs"]
pub mod inbox;
#[path = "../../../src/event_loop/state.rs"]
pub mod state;
#[path = "../../../src/event_loop/task.rs"]
pub mod task;

use std::cell::Cell;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use common::within;
use inbox::{Inbox, Posted};
use loom::sync::atomic::{AtomicBool, Ordering::Relaxed};
use task::{JoinError, JoinHandle, Ran, Runnable, Schedule, Task};

fn in_every_execution(property: impl Fn() + Send + Sync + 'static) {
    within(Duration::from_secs(120), move || loom::model(property));
}

/// A loop's queue, without a loop that sleeps.
#[derive(Default)]
struct Queue(Inbox<Arc<dyn Runnable>>);

impl Schedule for Queue {
    fn schedule(&self, task: Arc<dyn Runnable>) {
        assert!(!matches!(self.0.post(task), Posted::WakeTheLoop), "nobody sleeps");
    }
}

impl Queue {
    /// Runs what is in the queue until there is nothing; how many tasks ended.
    fn drive(&self) -> usize {
        let (mut ready, mut ended) = (Vec::new(), 0);
        loop {
            self.0.get_up(&mut ready);
            if ready.is_empty() {
                return ended;
            }
            for task in ready.drain(..) {
                // SAFETY: all tasks are made and run by the model's first thread.
                match unsafe { task.run() } {
                    Ran::Finished => ended += 1,
                    Ran::Woken(task) => self.schedule(task),
                    Ran::Waits => {}
                }
            }
        }
    }

    fn spawn<F: Future + 'static>(self: &Arc<Self>, future: F) -> (Arc<dyn Runnable>, JoinHandle<F::Output>) {
        let task = Task::new(future, 0, Arc::clone(self), Location::caller());
        self.schedule(Arc::clone(&task) as Arc<dyn Runnable>);
        (Arc::clone(&task) as Arc<dyn Runnable>, JoinHandle::new(task))
    }
}

/// Done when it has seen all flags. It looks with the weakest ordering: what it sees it owes to having been woken.
struct AllRaised {
    flags: Vec<Arc<AtomicBool>>,
    waker: Rc<Cell<Option<Waker>>>,
    over: bool,
    dropped: Rc<Cell<u32>>,
}

impl Future for AllRaised {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        assert!(!self.over, "polled after its end");
        self.waker.set(Some(context.waker().clone()));
        self.over = self.flags.iter().all(|flag| flag.load(Relaxed));
        if self.over { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Drop for AllRaised {
    fn drop(&mut self) {
        self.dropped.set(self.dropped.get() + 1);
    }
}

/// A task that waits for so many flags and has been polled once, its waker, and how often it was dropped.
#[allow(clippy::type_complexity)] // taken apart at once
fn waiting(
    flags: usize,
) -> (Arc<Queue>, Vec<Arc<AtomicBool>>, Waker, Rc<Cell<u32>>, Arc<dyn Runnable>, JoinHandle<()>) {
    let queue = Arc::new(Queue::default());
    let flags: Vec<_> = (0..flags).map(|_| Arc::new(AtomicBool::new(false))).collect();
    let (waker, dropped) = (Rc::new(Cell::new(None)), Rc::new(Cell::new(0)));
    let future =
        AllRaised { flags: flags.clone(), waker: Rc::clone(&waker), over: false, dropped: Rc::clone(&dropped) };
    let (task, handle) = queue.spawn(future);
    assert_eq!(queue.drive(), 0, "no flag is up");
    (queue, flags, waker.take().expect("it was polled"), dropped, task, handle)
}

fn raise(flag: &AtomicBool, waker: &Waker) {
    flag.store(true, Relaxed);
    waker.wake_by_ref();
}

#[test]
fn what_a_waker_did_is_seen_by_the_poll() {
    in_every_execution(|| {
        let (queue, flags, waker, dropped, task, mut handle) = waiting(1);
        let waking = thread::spawn(move || raise(&flags[0], &waker));
        let mut ended = queue.drive();
        waking.join().expect("no panic");
        ended += queue.drive();
        assert_eq!((ended, dropped.get()), (1, 1), "a wake-up was lost");
        // SAFETY: this thread has made it, and runs nothing now. A task that is over keeps its result.
        unsafe { task.shut_down() };
        assert!(matches!(handle.take_result(), Some(Ok(()))));
    });
}

#[test]
fn two_wakers_at_once() {
    in_every_execution(|| {
        let (queue, flags, waker, dropped, _task, _handle) = waiting(2);
        let threads: Vec<_> = flags
            .into_iter()
            .map(|flag| {
                let waker = waker.clone();
                thread::spawn(move || raise(&flag, &waker))
            })
            .collect();
        let mut ended = queue.drive();
        threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
        ended += queue.drive();
        assert_eq!((ended, dropped.get()), (1, 1), "a wake-up was lost");
    });
}

#[test]
fn woken_again_when_it_is_over() {
    in_every_execution(|| {
        let (queue, flags, waker, dropped, task, handle) = waiting(1);
        let waking = thread::spawn(move || {
            raise(&flags[0], &waker);
            waker.wake(); // perhaps while it is polled, perhaps when it is over
        });
        let mut ended = queue.drive();
        drop((task, handle)); // the waker may be the last to hold it
        waking.join().expect("no panic");
        ended += queue.drive();
        assert_eq!((ended, dropped.get()), (1, 1));
    });
}

#[test]
fn shut_down_while_it_is_woken() {
    in_every_execution(|| {
        let (queue, flags, waker, dropped, task, mut handle) = waiting(1);
        let waking = thread::spawn(move || raise(&flags[0], &waker));
        // SAFETY: this thread has made it, and runs nothing now.
        unsafe { task.shut_down() };
        assert_eq!(dropped.get(), 1, "a loop that is closed drops its tasks");
        let result = handle.take_result();
        waking.join().expect("no panic");
        // SAFETY: as above. Nothing happens the second time.
        unsafe { task.shut_down() };
        drop(queue.0.close());
        assert_eq!(dropped.get(), 1);
        assert!(matches!(result, Some(Err(JoinError::Cancelled))), "{result:?}");
    });
}

#[test]
fn cancelled_while_it_is_woken() {
    in_every_execution(|| {
        let (queue, flags, waker, dropped, _task, mut handle) = waiting(1);
        let waking = thread::spawn(move || raise(&flags[0], &waker));
        handle.cancel();
        let mut ended = queue.drive();
        waking.join().expect("no panic");
        ended += queue.drive();
        assert_eq!((ended, dropped.get()), (1, 1));
        assert!(handle.take_result().is_some());
    });
}

#[test]
fn a_loop_that_is_awake_is_not_woken() {
    in_every_execution(|| {
        let inbox = Inbox::default();
        assert!(inbox.lie_down());
        inbox.get_up(&mut Vec::new());
        assert_eq!(inbox.post(1), Posted::Seen, "a system call too many");
        assert!(!inbox.lie_down(), "there is a message");
    });
}

#[test]
fn a_message_is_seen_or_given_back() {
    in_every_execution(|| {
        let inbox = Arc::new(Inbox::default());
        let posting = {
            let inbox = Arc::clone(&inbox);
            thread::spawn(move || match inbox.post(1) {
                Posted::Closed(message) => message,
                Posted::Seen | Posted::WakeTheLoop => 0,
            })
        };
        let last: u32 = inbox.close().into_iter().sum();
        let given_back = posting.join().expect("no panic");
        assert_eq!(last + given_back, 1, "lost or doubled");
    });
}
