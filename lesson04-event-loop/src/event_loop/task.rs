//! A task: a future with all that a loop needs to know of it, in one allocation.
//!
//! Wakers go to other threads, so they carry an `Arc` of the task, and what they touch must be shareable. The future need
//! not be: it stays on the loop's thread. That is the one promise which the compiler cannot check, and the reason
//! for every `unsafe` in this file:
//!
//! **The fields `stage` to `abandoned` are touched by the thread that made the task, and by no other.** Other threads touch
//! `state` and `scheduler`, and may be the last to let go of the `Arc`. By then the future has been dropped: the loop
//! holds an `Arc` of its own until [`Runnable::run`] or [`Runnable::shut_down`] has seen to that.

#![allow(unsafe_code)]

use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use super::cell::UnsafeCell;
use super::state::State;

/// What a task needs of its loop: a queue, which may be reached from any thread.
pub trait Schedule: Send + Sync + 'static {
    /// Puts a task into the queue.
    fn schedule(&self, task: Arc<dyn Runnable>);
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// [`JoinHandle::cancel`] was called, or the loop was closed. Python: `asyncio.CancelledError`.
    #[error("the task was cancelled")]
    Cancelled,
    /// The task panicked. Python: the exception that `await task` raises.
    #[error("the task panicked: {0}")]
    Panicked(Panic),
}

/// What a task panicked with.
// A panic's value can be sent to another thread, but not shared. In a mutex it can, so that the error fits into `anyhow::Error`.
pub struct Panic(Mutex<Box<dyn Any + Send>>);

impl Panic {
    /// What `catch_unwind` has caught.
    pub fn new(value: Box<dyn Any + Send>) -> Self {
        Panic(Mutex::new(value))
    }

    /// For `resume_unwind`.
    pub fn into_inner(self) -> Box<dyn Any + Send> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for Panic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let words =
            value.downcast_ref::<&str>().copied().or_else(|| value.downcast_ref::<String>().map(String::as_str));
        out.write_str(words.unwrap_or("without words"))
    }
}

impl fmt::Debug for Panic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Panic({self})")
    }
}

enum Stage<F: Future> {
    Future(F),
    Output(Result<F::Output, JoinError>),
    Nothing,
}

/// See the module.
pub struct Task<F: Future, S> {
    state: State,
    key: u32,
    scheduler: Arc<S>,
    created: &'static Location<'static>,
    stage: UnsafeCell<Stage<F>>,
    joiner: Cell<Option<Waker>>,
    cancelled: Cell<bool>,
    abandoned: Cell<bool>,
}

// SAFETY: by the promise above other threads have only to do with fields that may be shared.
unsafe impl<F: Future, S: Schedule> Send for Task<F, S> {}
// SAFETY: as above.
unsafe impl<F: Future, S: Schedule> Sync for Task<F, S> {}

/// What became of a task that was run.
pub enum Ran {
    /// It is over.
    Finished,
    /// Whoever wakes it will put it into a queue.
    Waits,
    /// It was woken while it ran, and belongs into the queue.
    Woken(Arc<dyn Runnable>),
}

/// A task of whatever type, as the loop's queues have it.
pub trait Runnable: Send + Sync {
    /// Polls the task once; it has come out of a queue.
    ///
    /// # Safety
    /// On the thread that made the task, which is not inside another call of this or of `shut_down` for the same task.
    unsafe fn run(self: Arc<Self>) -> Ran;

    /// Drops the future without polling it again, if that has not been done.
    ///
    /// # Safety
    /// As `run`.
    unsafe fn shut_down(&self);

    /// Its place in the loop's list.
    fn key(&self) -> u32;

    /// The future's type, which has the name of the `async fn` in it, and where the task was made.
    fn describe(&self) -> (&'static str, &'static Location<'static>);
}

impl<F: Future + 'static, S: Schedule> Task<F, S> {
    /// A task for this thread's loop, which must put it into its list under `key` and into its queue.
    pub fn new(future: F, key: u32, scheduler: Arc<S>, created: &'static Location<'static>) -> Arc<Self> {
        Arc::new(Task {
            state: State::scheduled(),
            key,
            scheduler,
            created,
            stage: UnsafeCell::new(Stage::Future(future)),
            joiner: Cell::new(None),
            cancelled: Cell::new(false),
            abandoned: Cell::new(false),
        })
    }

    /// Polls, and turns a panic into a result. Where the future is done, it is dropped as well.
    ///
    /// # Safety
    /// As [`Runnable::run`], and `state` is running.
    unsafe fn poll(&self, waker: &Waker) -> Poll<Result<F::Output, JoinError>> {
        let poll = |stage: &mut Stage<F>| match stage {
            // SAFETY: a task is always behind an `Arc`, and its future leaves it only by being dropped in place.
            Stage::Future(future) => unsafe { Pin::new_unchecked(future) }.poll(&mut Context::from_waker(waker)),
            Stage::Output(_) | Stage::Nothing => unreachable!("a task that is over is polled"),
        };
        // SAFETY: on the loop's thread; while `state` is running nobody else touches the stage. What the future itself may reach,
        // its own `JoinHandle` and waker, looks at the state first.
        match catch_unwind(AssertUnwindSafe(|| unsafe { self.stage.with_mut(poll) })) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Err(panic) => Poll::Ready(Err(JoinError::Panicked(Panic::new(panic)))),
        }
    }

    /// Drops the future, keeps the result, tells who waits for it.
    ///
    /// # Safety
    /// As [`Task::poll`].
    unsafe fn complete(&self, mut result: Result<F::Output, JoinError>) {
        // SAFETY: as in `poll`. The future's destructor runs here, and may do what the future may.
        let set = |stage| unsafe { self.stage.with_mut(|now| *now = stage) };
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| set(Stage::Nothing))) {
            result = Err(JoinError::Panicked(Panic::new(panic)));
        }
        if self.abandoned.get() {
            // Nobody will ask; a panic of its destructor has been printed, and concerns nobody else.
            drop(catch_unwind(AssertUnwindSafe(|| drop(result))));
        } else {
            set(Stage::Output(result));
        }
        self.state.finish();
        if let Some(joiner) = self.joiner.take() {
            joiner.wake();
        }
    }
}

impl<F: Future + 'static, S: Schedule> Runnable for Task<F, S> {
    unsafe fn run(self: Arc<Self>) -> Ran {
        self.state.begin();
        let result = if self.cancelled.get() {
            Err(JoinError::Cancelled)
        } else {
            // SAFETY: the pointer is an `Arc`'s. That waker has no count of its own, so it is never dropped, and `self` stays until
            // after the poll; a future that keeps the waker clones it, and the clone is counted. Two atomic steps fewer a poll.
            let waker = ManuallyDrop::new(Waker::from(unsafe { Arc::from_raw(Arc::as_ptr(&self)) }));
            // SAFETY: the caller's promise, and `begin`.
            match unsafe { self.poll(&waker) } {
                Poll::Ready(result) => result,
                Poll::Pending => return if self.state.pause() { Ran::Woken(self) } else { Ran::Waits },
            }
        };
        // SAFETY: as above.
        unsafe { self.complete(result) };
        Ran::Finished
    }

    unsafe fn shut_down(&self) {
        if self.state.claim() {
            // SAFETY: the caller's promise, and `claim`.
            unsafe { self.complete(Err(JoinError::Cancelled)) };
        }
    }

    fn key(&self) -> u32 {
        self.key
    }

    fn describe(&self) -> (&'static str, &'static Location<'static>) {
        (std::any::type_name::<F>(), self.created)
    }
}

impl<F: Future + 'static, S: Schedule> Wake for Task<F, S> {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.state.wake() {
            self.scheduler.schedule(Arc::clone(self) as Arc<dyn Runnable>);
        }
    }
}

/// A task of whatever type, as seen by who wants its result.
trait Join<T> {
    fn is_finished(&self) -> bool;
    fn wait(&self, waker: &Waker);
    fn cancel(self: Arc<Self>);
    fn abandon(&self);
    /// # Safety
    /// On the thread that made the task, when it is over.
    unsafe fn take(&self) -> Option<Result<T, JoinError>>;
}

impl<F: Future + 'static, S: Schedule> Join<F::Output> for Task<F, S> {
    fn is_finished(&self) -> bool {
        self.state.is_finished()
    }

    fn wait(&self, waker: &Waker) {
        self.joiner.set(Some(waker.clone()));
    }

    fn cancel(self: Arc<Self>) {
        if !self.cancelled.replace(true) {
            self.wake();
        }
    }

    fn abandon(&self) {
        self.abandoned.set(true);
        drop(self.joiner.take());
    }

    unsafe fn take(&self) -> Option<Result<F::Output, JoinError>> {
        // SAFETY: the caller's promise; nothing of the result's own code runs in here.
        match unsafe { self.stage.with_mut(|stage| std::mem::replace(stage, Stage::Nothing)) } {
            Stage::Output(result) => Some(result),
            Stage::Future(_) | Stage::Nothing => None,
        }
    }
}

/// The way to a task's result: Python's `asyncio.Task`. It stays on the loop's thread. Dropping it lets the task go on.
#[must_use = "a task goes on without it, but nobody will know how it ended"]
pub struct JoinHandle<T> {
    task: Arc<dyn Join<T>>,
    here: PhantomData<Rc<()>>,
}

impl<T: 'static> JoinHandle<T> {
    /// The result of `task`, which this thread has made.
    pub fn new<F: Future<Output = T> + 'static, S: Schedule>(task: Arc<Task<F, S>>) -> Self {
        JoinHandle { task, here: PhantomData }
    }
}

impl<T> JoinHandle<T> {
    /// Python: `task.cancel()`. The future is dropped in the loop's next turn, unless it is done before.
    pub fn cancel(&self) {
        Arc::clone(&self.task).cancel();
    }

    /// Python: `task.done()`.
    pub fn is_finished(&self) -> bool {
        self.task.is_finished()
    }

    /// Python: `task.result()`, once; `None` while there is none.
    pub fn take_result(&mut self) -> Option<Result<T, JoinError>> {
        // SAFETY: a `JoinHandle` is not `Send`, so this is the thread that made the task.
        if self.is_finished() { unsafe { self.task.take() } } else { None }
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if !self.is_finished() {
            self.task.wait(context.waker());
            return Poll::Pending;
        }
        Poll::Ready(self.take_result().expect("a JoinHandle is polled after it has given its result"))
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        self.task.abandon();
        // A result that nobody has asked for is dropped here, on the thread that it belongs to.
        drop(self.take_result());
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("JoinHandle").field("finished", &self.is_finished()).finish()
    }
}
