//! What a run leaves behind: figures, counters, and who was doing what when. Both engines fill it in.

use std::time::Duration;

use super::code::{Io, Program};
use super::gil::GilCounters;
use super::torn_counts::FreedInUse;

/// What a thread was doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Running bytecode (with a GIL: holding it).
    Running,
    /// Running bytecode, although another thread has asked for the GIL.
    DropRequested,
    /// In `take_gil`.
    WaitingForGil,
    /// In a blocking call, without the GIL.
    InIo,
}

/// One stretch of one thread's time, counted from the start of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Which thread.
    pub thread: usize,
    /// What it was doing.
    pub state: State,
    /// From here
    pub start: Duration,
    /// to here.
    pub end: Duration,
}

/// Objects of the heap. Immortal ones do not count. Without a leak, `allocated == freed + live` and `leaked == 0`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Objects {
    /// Made.
    pub allocated: u64,
    /// Freed.
    pub freed: u64,
    /// Neither free nor immortal after the last thread has exited. Found by looking at the heap, not by subtraction.
    pub live: u64,
    /// The same after the globals were cleared: objects that nobody can reach.
    pub leaked: u64,
    /// Put into their owner's queue, because another thread had dropped a reference that the owner had counted.
    pub queued_merges: u64,
}

impl Objects {
    pub(super) fn add(&mut self, other: Objects) {
        self.allocated += other.allocated;
        self.freed += other.freed;
        self.queued_merges += other.queued_merges;
    }
}

/// One run of one program.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// From the start of the run to the end of its last thread, by the wall's clock or by the virtual one.
    pub elapsed: Duration,
    /// Instructions run, by all threads together.
    pub instructions: u64,
    /// The globals at the end.
    pub globals: Vec<(&'static str, i64)>,
    /// By how much the first global falls short of what the program was to make of it.
    pub lost_updates: i64,
    /// What happened to the GIL; all 0 without one.
    pub gil: GilCounters,
    /// All threads' time in `take_gil`.
    pub waiting: Duration,
    /// The heap's books.
    pub objects: Objects,
    /// How long each message took, from its arrival to the end of the answer, shortest first.
    pub latencies: Vec<Duration>,
    /// The timeline, thread by thread.
    pub spans: Vec<Span>,
    /// Set if the run ended because the memory was corrupt.
    pub crash: Option<FreedInUse>,
}

impl Report {
    /// Instructions a second, against another run's: 2.0 is twice as fast.
    #[must_use]
    pub fn throughput_over(&self, other: &Report) -> f64 {
        let rate = |report: &Report| report.instructions as f64 / report.elapsed.as_secs_f64();
        rate(self) / rate(other)
    }

    /// The latency that so many percent of the messages did not exceed (nearest rank).
    #[must_use]
    pub fn latency(&self, percent: usize) -> Option<Duration> {
        let rank = (self.latencies.len() * percent).div_ceil(100);
        self.latencies.get(rank.saturating_sub(1)).copied()
    }

    /// Adds up what the threads have noted, once all are done.
    pub(super) fn new(program: &Program, globals: Vec<(&'static str, i64)>, diaries: Vec<Diary>) -> Self {
        let mut report = Report { globals, ..Report::default() };
        if let (Some(expected), Some((_, value))) = (program.expected, report.globals.first()) {
            report.lost_updates = expected - value;
        }
        for diary in diaries {
            report.elapsed = report.elapsed.max(diary.since);
            report.instructions += diary.instructions;
            report.latencies.extend(diary.latencies);
            report.spans.extend(diary.spans);
        }
        report.latencies.sort_unstable();
        let waits = report.spans.iter().filter(|span| span.state == State::WaitingForGil);
        report.waiting = waits.map(|span| span.end - span.start).sum();
        report
    }
}

/// What one thread notes about itself while it runs. Nothing of it is shared, so noting it disturbs nobody.
#[derive(Debug)]
pub(super) struct Diary {
    thread: usize,
    state: Option<State>,
    since: Duration,
    spans: Vec<Span>,
    pub(super) instructions: u64,
    arrived: Duration,
    latencies: Vec<Duration>,
}

impl Diary {
    /// Of a thread that has not started.
    pub(super) fn new(thread: usize) -> Self {
        let (spans, latencies) = (vec![], vec![]);
        let (since, arrived) = (Duration::ZERO, Duration::ZERO);
        Diary { thread, state: None, since, spans, instructions: 0, arrived, latencies }
    }

    /// What the thread has been doing ends, and this begins; `None` if nothing does.
    pub(super) fn turn_to(&mut self, next: Option<State>, now: Duration) {
        if next == self.state {
            return;
        }
        if let Some(state) = self.state.filter(|_| now > self.since) {
            self.spans.push(Span { thread: self.thread, state, start: self.since, end: now });
        }
        (self.state, self.since) = (next, now);
    }

    /// A blocking call has returned at `now`; what it waited for was there at `ready`, before the GIL was taken again.
    pub(super) fn returned_from(&mut self, io: Io, ready: Duration, now: Duration) {
        match io {
            Io::Sleep => {}
            Io::Recv => self.arrived = ready,
            Io::Send => self.latencies.push(now - self.arrived),
        }
    }
}
