//! Engine (b): simulated threads on a virtual clock. For claims: the same seed gives the same run, to the nanosecond.
//!
//! Every instruction takes 1 µs, a blocking call takes what it says, and everything else takes no time at all. There
//! are as many cores as threads. What is left open, the seed decides: how late a thread starts, who comes first when
//! two are due at the same moment, whom a condition variable wakes, and how late a timer fires.

use std::time::Duration;

use fastrand::Rng;

use super::Interpreter;
use super::code::{Io, Program};
use super::eval_breaker::Checks;
use super::machine::{CallStack, Event, Memories, Memory, step};
use super::refcount::RefCount;
use super::report::{Diary, Objects, Report, State};
use super::runtime::Runtime;
use super::thread_state::ThreadState;
use super::torn_counts::TornCounts;
use super::virtual_gil::VirtualGil;

/// What one instruction costs.
pub const INSTRUCTION: Duration = Duration::from_micros(1);
/// All threads but one start up to so many instructions late. Two that do the same in perfect step are as far from
/// any real machine as can be: their mistakes are symmetrical, and cancel out.
pub const STAGGER: u32 = 100;
/// A timer fires up to so many instructions late. On the dot, and every time, the drop requests would come in step
/// with a program's loop, and find it at the same place for ever.
pub const TIMER_SLACK: u32 = 20;

impl<R: RefCount> Interpreter<R> {
    /// Runs the program on simulated threads.
    ///
    /// # Panics
    /// If the program breaks the rules of [`step`].
    #[must_use]
    pub fn run_on_virtual_clock(&self, program: &Program, seed: u64) -> Report {
        let runtime = Runtime::<R>::new(program, self.switch_interval.is_none());
        let attach = |me| ThreadState::attach(&runtime, me);
        let mut memory: Vec<_> = (0..program.threads.len()).map(attach).collect();
        let mut clock = Clock::new(program, &mut memory, self.switch_interval, self.checks, seed);
        clock.run(program, &mut memory);
        let mut objects = Objects::default();
        memory.into_iter().for_each(|thread| objects.add(thread.detach()));
        let (globals, objects) = runtime.finish(program, objects);
        Report { objects, ..clock.report(program, globals) }
    }
}

/// Runs the program without a GIL although its refcounts are not atomic: what nobody can do with real threads here.
/// The report's `crash` says whether an object was freed in use.
#[must_use]
pub fn run_torn(program: &Program, seed: u64) -> Report {
    let mut memory = TornCounts::new(program);
    let mut clock = Clock::new(program, &mut memory, None, Checks::BackEdgesAndCalls, seed);
    clock.run(program, &mut memory);
    Report { crash: memory.crash(), ..clock.report(program, memory.globals(program)) }
}

impl<'r, R: RefCount> Memories for Vec<ThreadState<'r, R>> {
    type View = ThreadState<'r, R>;

    fn of(&mut self, thread: usize) -> &mut Self::View {
        &mut self[thread]
    }
}

/// What a simulated thread does at the moment for which it is due. In the order in which they come at the same
/// moment: a drop request made at the very end of an instruction is seen by the check that follows it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Next {
    /// Its patience is over, unless the GIL has been switched since this many switches.
    GiveUpWaiting(u64),
    /// Nothing holds it back any more: take the GIL.
    TakeGil,
    /// One instruction; before it the eval breaker, if the last one ended at a place to look at it.
    Step { look: bool },
}

pub(super) struct Thread<Ref> {
    stack: CallStack<Ref>,
    /// `None` once it has finished.
    pub(super) next: Option<Next>,
    pub(super) due: Duration,
    /// The blocking call that it comes from, and when that was over.
    pub(super) blocked: Option<(Io, Duration)>,
    pub(super) diary: Diary,
}

pub(super) struct Clock<Ref> {
    pub(super) threads: Vec<Thread<Ref>>,
    pub(super) gil: Option<VirtualGil>,
    pub(super) rng: Rng,
    checks: Checks,
    crashed: bool,
}

impl<Ref> Clock<Ref> {
    fn new<W>(program: &Program, memory: &mut W, switch_interval: Option<Duration>, checks: Checks, seed: u64) -> Self
    where
        W: Memories<View: Memory<Ref = Ref>>,
    {
        let mut rng = Rng::with_seed(seed);
        let first = rng.usize(..program.threads.len());
        let threads = program.threads.iter().enumerate().map(|(me, &function)| {
            let due = if me == first { Duration::ZERO } else { INSTRUCTION * rng.u32(..STAGGER) };
            let stack = CallStack::new(program, function, memory.of(me));
            Thread { stack, next: Some(Next::TakeGil), due, blocked: None, diary: Diary::new(me) }
        });
        let threads = threads.collect();
        Clock { threads, gil: switch_interval.map(VirtualGil::new), rng, checks, crashed: false }
    }

    fn run<W: Memories<View: Memory<Ref = Ref>>>(&mut self, program: &Program, memory: &mut W) {
        while let Some((me, next)) = self.first_due()
            && !self.crashed
        {
            match next {
                Next::GiveUpWaiting(switches) => self.give_up_waiting(me, switches),
                Next::TakeGil => self.take_gil(me),
                Next::Step { look } => self.step(me, look, program, memory.of(me)),
            }
        }
    }

    /// Who comes next; the seed decides between equals.
    fn first_due(&mut self) -> Option<(usize, Next)> {
        let mut first: Option<(Duration, Next, usize)> = None;
        let mut equals = 0;
        for (me, thread) in self.threads.iter().enumerate() {
            let Some(next) = thread.next else { continue };
            equals = match first {
                Some((due, other, _)) if (due, other) < (thread.due, next) => continue,
                Some((due, other, _)) if (due, other) == (thread.due, next) => equals + 1,
                _ => 1,
            };
            if equals == 1 || self.rng.usize(..equals) == 0 {
                first = Some((thread.due, next, me));
            }
        }
        first.map(|(_, next, me)| (me, next))
    }

    fn step<M: Memory<Ref = Ref>>(&mut self, me: usize, look: bool, program: &Program, memory: &mut M) {
        if look {
            memory.merge_queued();
            if self.gil.as_ref().is_some_and(VirtualGil::drop_requested) {
                self.drop_gil(me, None);
                return self.take_gil(me);
            }
        }
        let thread = &mut self.threads[me];
        let event = step(program, &mut thread.stack, memory);
        thread.diary.instructions += 1;
        thread.due += INSTRUCTION;
        thread.next = Some(Next::Step { look: self.checks.look_at(event) });
        match event {
            Event::Crashed => self.crashed = true,
            Event::Finished => {
                thread.next = None;
                self.drop_gil(me, None);
            }
            Event::Blocking(call) => {
                let (io, latency) = program.blocking[call];
                self.drop_gil(me, Some(State::InIo));
                let thread = &mut self.threads[me];
                thread.due += latency;
                thread.next = Some(Next::TakeGil);
                thread.blocked = Some((io, thread.due));
            }
            _ => {}
        }
    }

    fn report(self, program: &Program, globals: Vec<(&'static str, i64)>) -> Report {
        let diaries = self.threads.into_iter().map(|thread| thread.diary).collect();
        Report { gil: self.gil.map(|gil| gil.counters).unwrap_or_default(), ..Report::new(program, globals, diaries) }
    }
}
