//! What a loop consists of, and one turn of it.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mio::{Events, Poll, Token};
use slab::Slab;

use super::callback::{Call, Due, callback};
use super::executor::Executor;
use super::mailbox::Mailbox;
use super::remote::{Message, Remote};
use super::sources::Sources;
use super::task::{Ran, Runnable};
use super::timers::Timers;
use super::watch::{Turn, Watch};

/// The poller's token for a wake-up from another thread. Sockets have small numbers.
const WAKE_UP: Token = Token(usize::MAX);
/// How many sockets one turn may learn of. The rest is learnt in the next one.
const EVENTS: usize = 1024;

/// Something to run in the next turn.
pub(super) enum Ready {
    Task(Arc<dyn Runnable>),
    Call(Rc<dyn Call>),
}

/// Everything that belongs to one loop. Only `remote` is ever seen by other threads.
pub(super) struct Core {
    pub(super) ready: RefCell<VecDeque<Ready>>,
    /// All tasks that are not over, whoever else may have forgotten them.
    pub(super) tasks: RefCell<Slab<Arc<dyn Runnable>>>,
    pub(super) timers: Rc<RefCell<Timers<Due>>>,
    pub(super) sources: Rc<Sources>,
    pub(super) remote: Arc<Remote>,
    pub(super) executor: OnceCell<Executor>,
    pub(super) stopping: Cell<bool>,
    pub(super) closed: Cell<bool>,
    pub(super) turns: Cell<u64>,
    pub(super) watch: Watch,
    poller: RefCell<(Poll, Events)>,
    /// Messages on their way from the inbox to the queue; empty between turns.
    incoming: RefCell<Vec<Message>>,
}

impl Core {
    pub(super) fn new() -> io::Result<Self> {
        let poll = Poll::new()?;
        let sources = Sources::new(poll.registry().try_clone()?);
        let alarm = mio::Waker::new(poll.registry(), WAKE_UP)?;
        Ok(Core {
            ready: RefCell::default(),
            tasks: RefCell::default(),
            timers: Rc::default(),
            sources,
            remote: Arc::new(Remote(Mailbox::new(alarm))),
            executor: OnceCell::new(),
            stopping: Cell::new(false),
            closed: Cell::new(false),
            turns: Cell::new(0),
            watch: Watch::default(),
            poller: RefCell::new((poll, Events::with_capacity(EVENTS))),
            incoming: RefCell::default(),
        })
    }

    /// One turn: sleep until there is something to do, find out what, do it. What becomes ready meanwhile has its
    /// turn in the next one: otherwise two tasks that wake each other would keep the poller from being asked.
    pub(super) fn turn(&self) -> io::Result<()> {
        self.turns.set(self.turns.get() + 1);
        let mut turn = self.watch.begin_turn();
        self.poll(&mut turn)?;
        self.collect_messages(&mut turn);
        self.collect_timers(&mut turn);
        let now_ready = self.ready.borrow().len();
        if let Some(turn) = &mut turn {
            turn.ready = now_ready;
        }
        for _ in 0..now_ready {
            let next = self.ready.borrow_mut().pop_front();
            let Some(next) = next else { break };
            if self.watch.is_on() {
                let (name, created) = match &next {
                    Ready::Task(task) => task.describe(),
                    Ready::Call(call) => call.describe(),
                };
                let began = Instant::now();
                self.run(next);
                self.watch.ran(&mut turn, name, created, began);
            } else {
                self.run(next);
            }
        }
        self.watch.end_turn(turn);
        Ok(())
    }

    /// Asks the poller, and sleeps in it for as long as nothing is known to be ready.
    fn poll(&self, turn: &mut Option<Turn>) -> io::Result<()> {
        let idle = self.ready.borrow().is_empty() && !self.stopping.get();
        let timeout = self.remote.0.may_sleep(idle, || {
            let next = self.timers.borrow_mut().next_deadline();
            next.map(|deadline| deadline.saturating_duration_since(Instant::now()))
        });
        let mut poller = self.poller.borrow_mut();
        let (poll, events) = &mut *poller;
        // With nothing to wait for and no socket to ask about, the system call would tell nothing.
        if timeout == Some(Duration::ZERO) && self.sources.is_empty() {
            events.clear();
        } else if let Err(error) = poll.poll(events, timeout)
            && error.kind() != io::ErrorKind::Interrupted
        {
            return Err(error);
        }
        if let Some(turn) = turn {
            turn.polled(timeout, events.iter().filter(|event| event.token() != WAKE_UP));
        }
        for event in events.iter().filter(|event| event.token() != WAKE_UP) {
            self.sources.dispatch(event);
        }
        Ok(())
    }

    fn collect_messages(&self, turn: &mut Option<Turn>) {
        let mut incoming = self.incoming.borrow_mut();
        self.remote.0.get_up(&mut incoming);
        if let Some(turn) = turn {
            turn.messages = incoming.len();
        }
        let ready = incoming.drain(..).map(|message| match message {
            Message::Task(task) => Ready::Task(task),
            Message::Call(function, described) => Ready::Call(callback(function, described)),
        });
        self.ready.borrow_mut().extend(ready);
    }

    fn collect_timers(&self, turn: &mut Option<Turn>) {
        if self.timers.borrow().is_empty() {
            return;
        }
        let now = Instant::now();
        loop {
            let due = self.timers.borrow_mut().pop_due(now);
            match due {
                None => break,
                Some(Due::Wake(waker)) => waker.wake(),
                Some(Due::Call(call)) => self.ready.borrow_mut().push_back(Ready::Call(call)),
            }
            if let Some(turn) = turn {
                turn.timers += 1;
            }
        }
    }

    #[allow(unsafe_code)]
    fn run(&self, next: Ready) {
        let task = match next {
            Ready::Call(call) => return call.call(),
            Ready::Task(task) => task,
        };
        let key = task.key() as usize;
        // SAFETY: a `Core` never leaves its thread, and its tasks are made by it. A task is in one queue once at most, and
        // nothing that runs inside a task gets here: `EventLoop::run_forever` refuses to be entered twice.
        match unsafe { task.run() } {
            Ran::Waits => {}
            Ran::Woken(task) => self.ready.borrow_mut().push_back(Ready::Task(task)),
            Ran::Finished => {
                let finished = self.tasks.borrow_mut().try_remove(key);
                drop(finished);
            }
        }
    }

    /// Drops what has not run, each thing once: tasks, callbacks, timers. Whatever their destructors try to start is refused.
    #[allow(unsafe_code)]
    pub(super) fn close(&self) {
        if self.closed.replace(true) {
            return;
        }
        // A destructor that panics must not keep the others from being run; its panic has been printed.
        let quietly = |work: &mut dyn FnMut()| drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)));
        let tasks = self.tasks.take();
        for (_, task) in &tasks {
            // SAFETY: as in `run`; the loop does not run any more, so this task does not either.
            quietly(&mut || unsafe { task.shut_down() });
        }
        let mut messages = self.remote.0.close();
        while let Some(message) = messages.pop() {
            let mut message = Some(message);
            quietly(&mut || drop(message.take()));
        }
        while let Some(next) = { self.ready.borrow_mut().pop_front() } {
            let mut next = Some(next);
            quietly(&mut || drop(next.take()));
        }
        // Taken out first: a destructor may take back a timer of its own, and must find the timers free.
        let mut timers = Some(self.timers.take());
        quietly(&mut || drop(timers.take()));
        if let Some(executor) = self.executor.get() {
            executor.shut_down();
        }
    }
}
