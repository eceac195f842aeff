//! What code inside a loop can ask of it: the methods of Python's `asyncio.AbstractEventLoop`, under the same names.

use std::fmt;
use std::io;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::callback::{CallHandle, Due, TimerHandle, callback};
use super::core::{Core, Ready};
use super::current::get_event_loop;
use super::executor::{Executor, Job};
use super::remote::ThreadsafeHandle;
use super::sources::Sources;
use super::task::{JoinHandle, Runnable, Task};
use super::timers::Sleep;
use super::watch::{SlowCallback, Turn};

/// A loop, as code on its thread sees it: tasks and callbacks by [`get_event_loop`], its owner through [`EventLoop`](super::EventLoop).
///
/// It is not `Send`, so that calling it from another thread is refused by the compiler:
/// ```compile_fail,E0277
/// let event_loop = lesson04_event_loop::event_loop::EventLoop::new().unwrap();
/// let handle = event_loop.handle();
/// std::thread::spawn(move || handle.call_soon(|| ()));
/// ```
/// What may be called from there is in its [`threadsafe`](LoopHandle::threadsafe) part:
/// ```
/// let event_loop = lesson04_event_loop::event_loop::EventLoop::new().unwrap();
/// let handle = event_loop.handle().threadsafe();
/// std::thread::spawn(move || handle.call_soon_threadsafe(|| ()));
/// ```
#[derive(Clone)]
pub struct LoopHandle(pub(super) Rc<Core>);

impl LoopHandle {
    /// Calls a function in the loop's next turn, after everything that is in the queue already. A closed loop drops it.
    #[track_caller]
    pub fn call_soon<F: FnOnce() + 'static>(&self, function: F) -> CallHandle {
        let call = callback(function, (std::any::type_name::<F>(), Location::caller()));
        if self.0.closed.get() {
            call.cancel();
        } else {
            self.0.ready.borrow_mut().push_back(Ready::Call(Rc::clone(&call)));
        }
        CallHandle(call)
    }

    /// Calls a function when `delay` is over. Equal deadlines come in the order of the calls, which CPython does not promise.
    #[track_caller]
    pub fn call_later<F: FnOnce() + 'static>(&self, delay: Duration, function: F) -> TimerHandle {
        self.call_at(Instant::now() + delay, function)
    }

    /// Calls a function at a time of the clock that [`time`](Self::time) shows.
    #[track_caller]
    pub fn call_at<F: FnOnce() + 'static>(&self, when: Instant, function: F) -> TimerHandle {
        let call = callback(function, (std::any::type_name::<F>(), Location::caller()));
        if self.0.closed.get() {
            call.cancel();
        }
        let timers = Rc::clone(&self.0.timers);
        let timer = timers.borrow_mut().set(when, Due::Call(Rc::clone(&call)));
        TimerHandle { call: CallHandle(call), timers, timer }
    }

    /// The loop's clock.
    pub fn time(&self) -> Instant {
        Instant::now()
    }

    /// Makes a task of a future, to be polled in the next turn. It goes on if the handle is dropped. A closed loop drops the
    /// future, and the result is [`JoinError::Cancelled`](super::JoinError::Cancelled).
    #[track_caller]
    pub fn create_task<F: Future + 'static>(&self, future: F) -> JoinHandle<F::Output> {
        let core = &self.0;
        let mut tasks = core.tasks.borrow_mut();
        let place = tasks.vacant_entry();
        let key = u32::try_from(place.key()).expect("four billion tasks do not fit into memory");
        let task = Task::new(future, key, Arc::clone(&core.remote), Location::caller());
        if core.closed.get() {
            drop(tasks); // before the future's destructor, which may do anything
            #[allow(unsafe_code)]
            // SAFETY: this thread has just made it, and nothing runs it.
            unsafe {
                task.shut_down();
            }
        } else {
            place.insert(Arc::clone(&task) as Arc<dyn Runnable>);
            core.ready.borrow_mut().push_back(Ready::Task(Arc::clone(&task) as Arc<dyn Runnable>));
        }
        JoinHandle::new(task)
    }

    /// Runs a function that blocks on a thread of its own kind, and gives its result to whoever awaits the job.
    pub fn run_in_executor<T: Send + 'static>(&self, function: impl FnOnce() -> T + Send + 'static) -> Job<T> {
        let executor = self.0.executor.get_or_init(Executor::default);
        if self.0.closed.get() {
            executor.shut_down();
        }
        executor.submit(function)
    }

    /// Done when `delay` is over: Python's `asyncio.sleep`.
    pub fn sleep(&self, delay: Duration) -> Sleep<Due> {
        Sleep::until(Instant::now() + delay, Rc::clone(&self.0.timers))
    }

    /// Ends `run_forever` after the turn in which it is called.
    pub fn stop(&self) {
        self.0.stopping.set(true);
    }

    /// Whether the loop runs.
    pub fn is_running(&self) -> bool {
        get_event_loop().is_ok_and(|current| Rc::ptr_eq(&current.0, &self.0))
    }

    /// Whether the loop has been closed.
    pub fn is_closed(&self) -> bool {
        self.0.closed.get()
    }

    /// What other threads may have.
    pub fn threadsafe(&self) -> ThreadsafeHandle {
        ThreadsafeHandle(Arc::clone(&self.0.remote))
    }

    /// The loop's sockets, which [`net`](super::net) asks for.
    pub fn sources(&self) -> &Rc<Sources> {
        &self.0.sources
    }

    /// In debug mode, callbacks and tasks that keep the loop for long are remembered.
    pub fn set_debug(&self, on: bool) {
        self.0.watch.debug.set(on);
    }

    /// What is long: 100 ms, if nothing else is said. Python: `loop.slow_callback_duration`.
    pub fn set_slow_callback_duration(&self, duration: Duration) {
        self.0.watch.slow.set(duration);
    }

    /// The slow callbacks since the last time, the last thousand of them. CPython logs them.
    pub fn take_slow_callbacks(&self) -> Vec<SlowCallback> {
        self.0.watch.take_slow_callbacks()
    }

    /// Whether to write down each turn from the next one on.
    pub fn record_turns(&self, on: bool) {
        self.0.watch.record(on);
    }

    /// The turns that have been written down since the last time.
    pub fn take_turns(&self) -> Vec<Turn> {
        self.0.watch.take_turns()
    }

    /// How many turns there have been.
    pub fn turns(&self) -> u64 {
        self.0.turns.get()
    }

    /// How many tasks are not over, how many timers are set, and how many sockets are registered.
    pub fn census(&self) -> (usize, usize, usize) {
        (self.0.tasks.borrow().len(), self.0.timers.borrow().len(), self.0.sources.len())
    }

    /// How many threads the executor has.
    pub fn executor_threads(&self) -> usize {
        self.0.executor.get().map_or(0, Executor::threads)
    }
}

impl fmt::Debug for LoopHandle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (running, closed) = (self.is_running(), self.is_closed());
        out.debug_struct("LoopHandle").field("running", &running).field("closed", &closed).finish()
    }
}

/// Done when `delay` is over, in the loop that runs here: Python's `asyncio.sleep`.
///
/// # Panics
/// Outside of a running loop.
pub fn sleep(delay: Duration) -> Sleep<Due> {
    match get_event_loop() {
        Ok(current) => current.sleep(delay),
        Err(error) => panic!("sleep: {error}"),
    }
}

/// Listens at an address, in the loop that runs here.
///
/// # Errors
/// If the address cannot be had, or no loop runs here.
pub fn listen(address: std::net::SocketAddr) -> io::Result<super::net::TcpListener> {
    super::net::TcpListener::bind(get_event_loop().map_err(io::Error::other)?.sources(), address)
}

/// Connects to an address, in the loop that runs here.
///
/// # Errors
/// If nobody listens there, the system refuses, or no loop runs here.
pub async fn connect(address: std::net::SocketAddr) -> io::Result<super::net::TcpStream> {
    super::net::TcpStream::connect(get_event_loop().map_err(io::Error::other)?.sources(), address).await
}
