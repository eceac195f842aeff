//! What a loop can tell of itself: who blocked it (debug mode), and what each turn did.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::panic::Location;
use std::time::{Duration, Instant};

use mio::event::Event;

/// How many slow callbacks are remembered; older ones are forgotten. A server may run in debug mode for weeks.
const REMEMBERED: usize = 1_000;

/// A task or callback that kept the loop for longer than [`LoopHandle::set_slow_callback_duration`](super::LoopHandle::set_slow_callback_duration)
/// allows.
#[derive(Debug, Clone)]
pub struct SlowCallback {
    /// The name of the `async fn` or function.
    pub name: String,
    /// Where it was handed to the loop.
    pub created: &'static Location<'static>,
    /// How long it kept the loop.
    pub took: Duration,
}

impl fmt::Display for SlowCallback {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.created.file().rsplit(['/', '\\']).next().unwrap_or_default();
        let (name, line, took) = (&self.name, self.created.line(), self.took.as_secs_f64());
        write!(out, "executing {name}, created at {file}:{line}, took {took:.3} seconds")
    }
}

/// Something that ran in a turn.
#[derive(Debug, Clone)]
pub struct Ran {
    /// The name of the `async fn` or function.
    pub name: String,
    /// When it began.
    pub began: Instant,
    /// How long it ran.
    pub took: Duration,
}

/// A socket that the poller reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reported {
    /// Its number in the loop.
    pub source: usize,
    /// There is something to read, or an end.
    pub readable: bool,
    /// There is room to write.
    pub writable: bool,
}

/// One turn of the loop.
#[derive(Debug, Clone)]
pub struct Turn {
    /// When it began.
    pub began: Instant,
    /// How long the poller was allowed to sleep; `None`: for ever.
    pub allowed: Option<Duration>,
    /// How long it was before the poller came back.
    pub slept: Duration,
    /// What the poller reported.
    pub reported: Vec<Reported>,
    /// How many messages came from other threads.
    pub messages: usize,
    /// How many timers were due.
    pub timers: usize,
    /// How many tasks and callbacks were ready.
    pub ready: usize,
    /// Those that ran, in order.
    pub ran: Vec<Ran>,
}

impl Turn {
    pub(super) fn polled<'a>(&mut self, allowed: Option<Duration>, events: impl Iterator<Item = &'a Event>) {
        self.slept = self.began.elapsed();
        self.allowed = allowed;
        self.reported = events
            .map(|event| Reported {
                source: event.token().0,
                readable: event.is_readable(),
                writable: event.is_writable(),
            })
            .collect();
    }
}

/// Switched off, it costs a look at two flags a turn and a callback.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) debug: Cell<bool>,
    pub(super) slow: Cell<Duration>,
    recording: Cell<bool>,
    slow_callbacks: RefCell<VecDeque<SlowCallback>>,
    turns: RefCell<Vec<Turn>>,
}

impl Default for Watch {
    fn default() -> Self {
        Watch {
            debug: Cell::new(false),
            slow: Cell::new(Duration::from_millis(100)), // asyncio's default
            recording: Cell::new(false),
            slow_callbacks: RefCell::default(),
            turns: RefCell::default(),
        }
    }
}

impl Watch {
    pub(super) fn is_on(&self) -> bool {
        self.debug.get() || self.recording.get()
    }

    pub(super) fn record(&self, on: bool) {
        self.recording.set(on);
    }

    pub(super) fn take_turns(&self) -> Vec<Turn> {
        self.turns.take()
    }

    pub(super) fn take_slow_callbacks(&self) -> Vec<SlowCallback> {
        self.slow_callbacks.take().into()
    }

    pub(super) fn begin_turn(&self) -> Option<Turn> {
        self.recording.get().then(|| Turn {
            began: Instant::now(),
            allowed: None,
            slept: Duration::ZERO,
            reported: Vec::new(),
            messages: 0,
            timers: 0,
            ready: 0,
            ran: Vec::new(),
        })
    }

    pub(super) fn ran(
        &self,
        turn: &mut Option<Turn>,
        name: &'static str,
        created: &'static Location<'static>,
        began: Instant,
    ) {
        let took = began.elapsed();
        if let Some(turn) = turn {
            turn.ran.push(Ran { name: short(name), began, took });
        }
        if self.debug.get() && took >= self.slow.get() {
            let mut slow = self.slow_callbacks.borrow_mut();
            if slow.len() == REMEMBERED {
                slow.pop_front();
            }
            slow.push_back(SlowCallback { name: short(name), created, took });
        }
    }

    pub(super) fn end_turn(&self, turn: Option<Turn>) {
        self.turns.borrow_mut().extend(turn);
    }
}

/// `lesson::demos::blocked::handler::{{closure}}` is how the compiler calls what we call `handler`.
fn short(name: &str) -> String {
    let name = name.split('<').next().unwrap_or(name);
    let words: Vec<&str> = name.split("::").filter(|word| !word.starts_with("{{")).collect();
    words.last().copied().unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn a_name_is_the_functions() {
        assert_eq!(short("lesson::demos::blocked::handler::{{closure}}"), "handler");
        assert_eq!(short("a::b::work<a::b::c::{{closure}}>::{{closure}}"), "work");
    }
}
