//! Engine (a): real threads. For figures: how fast it is *here*, with this machine's cores and scheduler.

use std::thread;
use std::time::Instant;

use super::Interpreter;
use super::code::Program;
use super::eval_breaker::{Checks, DROP_REQUEST, EvalBreaker};
use super::gil::Gil;
use super::machine::{CallStack, Event, Memory, step};
use super::refcount::RefCount;
use super::report::{Diary, Objects, Report, State};
use super::runtime::Runtime;
use super::thread_state::ThreadState;

impl<R: RefCount> Interpreter<R> {
    /// Runs the program on threads of the operating system. May take as long as the program wants.
    ///
    /// # Panics
    /// If a thread cannot be started, or the program breaks the rules of [`step`].
    #[must_use]
    pub fn run(&self, program: &Program) -> Report {
        let runtime = Runtime::<R>::new(program, self.switch_interval.is_none());
        let gil = self.switch_interval.map(|interval| Gil::new(interval, &runtime.breakers));
        let start = Instant::now();
        let worker = |me| Worker {
            hold: Hold { gil: gil.as_ref(), me, held: false },
            breaker: &runtime.breakers[me],
            checks: self.checks,
            start,
            diary: Diary::new(me),
        };
        let notes: Vec<(Diary, Objects)> = thread::scope(|scope| {
            let spawn = |(me, &function)| {
                let (runtime, worker) = (&runtime, &worker);
                scope.spawn(move || worker(me).run(program, function, ThreadState::attach(runtime, me)))
            };
            let threads: Vec<_> = program.threads.iter().enumerate().map(spawn).collect();
            threads.into_iter().map(|thread| thread.join().expect("an interpreter thread panicked")).collect()
        });
        let counters = gil.map(|gil| gil.counters()).unwrap_or_default();
        let (diaries, tallies): (Vec<_>, Vec<_>) = notes.into_iter().unzip();
        let mut objects = Objects::default();
        tallies.into_iter().for_each(|tally| objects.add(tally));
        let (globals, objects) = runtime.finish(program, objects);
        Report { gil: counters, objects, ..Report::new(program, globals, diaries) }
    }
}

/// One thread of the interpreter: the loop around `step`, and its dealings with the GIL.
struct Worker<'r> {
    hold: Hold<'r>,
    breaker: &'r EvalBreaker,
    checks: Checks,
    start: Instant,
    diary: Diary,
}

impl Worker<'_> {
    fn run<R: RefCount>(mut self, program: &Program, function: usize, mut memory: ThreadState<R>) -> (Diary, Objects) {
        self.take_gil();
        let mut stack = CallStack::new(program, function, &mut memory);
        loop {
            let event = step(program, &mut stack, &mut memory);
            self.diary.instructions += 1;
            match event {
                Event::Finished => break,
                Event::Blocking(call) => {
                    let (io, latency) = program.blocking[call];
                    // Py_BEGIN_ALLOW_THREADS: this is why threads help with I/O even under a GIL.
                    self.drop_gil(Some(State::InIo));
                    thread::sleep(latency);
                    let ready = self.start.elapsed();
                    self.take_gil();
                    self.diary.returned_from(io, ready, self.start.elapsed());
                }
                _ => {}
            }
            // The only cost of sharing while nobody wants anything: one load and one branch that is never taken.
            if self.checks.look_at(event) && self.breaker.is_set() {
                memory.merge_queued();
                if self.breaker.has(DROP_REQUEST) {
                    self.drop_gil(Some(State::WaitingForGil));
                    self.take_gil();
                }
            }
        }
        // While we still have the GIL: what is queued for us is merged now, and merging frees objects.
        let objects = memory.detach();
        self.drop_gil(None);
        (self.diary, objects)
    }

    fn take_gil(&mut self) {
        self.diary.turn_to(self.hold.gil.map(|_| State::WaitingForGil), self.start.elapsed());
        self.hold.take_gil();
        self.diary.turn_to(Some(State::Running), self.start.elapsed());
    }

    fn drop_gil(&mut self, next: Option<State>) {
        let now = self.start.elapsed();
        if let Some(requested) = self.hold.drop_gil() {
            self.diary.turn_to(Some(State::DropRequested), requested.duration_since(self.start).min(now));
        }
        self.diary.turn_to(next, now);
    }
}

/// The GIL, if there is one, and whether this thread has it. A thread that panics gives it back, or the others would
/// wait for it for ever.
struct Hold<'r> {
    gil: Option<&'r Gil<'r>>,
    me: usize,
    held: bool,
}

impl Hold<'_> {
    fn take_gil(&mut self) {
        if let Some(gil) = self.gil {
            gil.take_gil(self.me);
            self.held = true;
        }
    }

    fn drop_gil(&mut self) -> Option<Instant> {
        if std::mem::take(&mut self.held) { self.gil?.drop_gil(self.me) } else { None }
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.drop_gil();
    }
}
