//! Every schedule of real code, each written down as it happens: who did what, and what came of it.
//!
//! shuttle runs the schedules, one after the other, depth first. It can name a schedule that fails and run it again, but
//! what it names is a row of hexadecimal digits. The `sync` and the `thread` in here are shuttle's own, with a note
//! taken at each operation, so that a schedule can be read.
//!
//! The bound: two or three threads with a handful of operations each. What is proved is proved for those, and under
//! sequential consistency, for shuttle knows no weaker memory.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, Once};

use lesson05_race_conditions::explorer::{Line, Schedule};
use shuttle::scheduler::{DfsScheduler, ReplayScheduler, Scheduler, Task, TaskId};
use shuttle::{Config, FailurePersistence, MaxSteps, Runner};

// Each program takes what it needs, and none takes all.
#[allow(dead_code)]
pub mod fs;
#[allow(unused_imports)]
pub mod sync;
pub use shuttle::thread;

/// A schedule with more steps than this is taken for one that never ends: somebody spins.
const LONGEST: usize = 10_000;

thread_local! {
    /// Whether this thread runs schedules.
    static EXPLORES: Cell<bool> = const { Cell::new(false) };
    /// What has happened in the schedule that is being run. shuttle's threads all run on one of the system's.
    static LINES: RefCell<Vec<Line>> = const { RefCell::new(Vec::new()) };
    /// How many locks and atomics this schedule has made: they are named in the order in which they are made.
    static NAMED: RefCell<u8> = const { RefCell::new(0) };
}

/// Takes a note of what the running thread has just done.
pub fn note(text: String) {
    let thread = usize::from(shuttle::current::me());
    LINES.with_borrow_mut(|lines| lines.push(Line { thread, text }));
}

/// The next free name: a, b, c.
fn name() -> char {
    NAMED.with_borrow_mut(|named| {
        *named += 1;
        char::from(b'a' + (*named - 1) % 26)
    })
}

/// The schedule so far: `main` has the first column if it did anything, the threads the others.
fn recorded() -> Schedule {
    let mut lines = LINES.with_borrow(Clone::clone);
    let mut columns: Vec<usize> = lines.iter().map(|line| line.thread).collect();
    columns.sort_unstable();
    columns.dedup();
    for line in &mut lines {
        line.thread = columns.iter().position(|&column| column == line.thread).unwrap_or_default();
    }
    let head = |&column: &usize| if column == 0 { "main".to_owned() } else { format!("thread {column}") };
    Schedule { threads: columns.iter().map(head).collect(), lines }
}

/// A schedule that breaks the property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What the panic said.
    pub message: String,
    /// What had happened by then.
    pub schedule: Schedule,
    /// Who was chosen at each step: enough to run it again.
    choices: shuttle::scheduler::Schedule,
}

/// shuttle's search, with a note taken of each choice.
struct Recorder<S> {
    search: S,
    choices: Arc<Mutex<shuttle::scheduler::Schedule>>,
}

impl<S: Scheduler> Scheduler for Recorder<S> {
    fn new_execution(&mut self) -> Option<shuttle::scheduler::Schedule> {
        let schedule = self.search.new_execution()?;
        LINES.with_borrow_mut(Vec::clear);
        fs::reset();
        NAMED.with_borrow_mut(|named| *named = 0);
        self.choices.lock().expect("nobody panics while holding it").clone_from(&schedule);
        Some(schedule)
    }

    fn next_task(&mut self, runnable: &[&Task], current: Option<TaskId>, yielding: bool) -> Option<TaskId> {
        let task = self.search.next_task(runnable, current, yielding)?;
        self.choices.lock().expect("nobody panics while holding it").push_task(task);
        Some(task)
    }

    fn next_u64(&mut self) -> u64 {
        self.search.next_u64()
    }
}

/// While a thread runs schedules, their panics are kept instead of printed: what counts is the schedule, and that comes with
/// the message at the end. The `todo!()` of an exercise is printed as ever.
fn keep_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        shuttle::check_random(|| (), 1); // shuttle puts its own hook in at its first run; this one takes its place
        panic::set_hook(Box::new(move |panic| {
            if !EXPLORES.get() || panic.payload_as_str().is_some_and(|text| text.starts_with("not yet implemented")) {
                usual(panic);
            }
        }));
    });
}

fn run(search: impl Scheduler + 'static, property: impl Fn() + Send + Sync + 'static) -> Result<usize, Failure> {
    let choices = Arc::default();
    let recorder = Recorder { search, choices: Arc::clone(&choices) };
    let mut config = Config::new();
    config.failure_persistence = FailurePersistence::None;
    config.max_steps = MaxSteps::FailAfter(LONGEST);
    config.silence_warnings = true; // that it knows no weak memory, the lesson says itself
    keep_panics();
    EXPLORES.set(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| Runner::new(recorder, config).run(property)));
    EXPLORES.set(false);
    outcome.map_err(|panic| {
        let choices = choices.lock().expect("nobody panics while holding it").clone();
        Failure { message: words_of(panic.as_ref()), schedule: recorded(), choices }
    })
}

fn words_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|&text| text.to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "it panicked".to_owned())
}

/// Runs the property in every schedule; the first that breaks it comes back. Otherwise the number of runs.
pub fn every_schedule(property: impl Fn() + Send + Sync + 'static) -> Result<usize, Failure> {
    run(DfsScheduler::new(None, false), property)
}

/// Runs a failure again, and returns it as it came this time.
pub fn replay(failure: &Failure, property: impl Fn() + Send + Sync + 'static) -> Option<Failure> {
    run(ReplayScheduler::new_from_schedule(failure.choices.clone()), property).err()
}

/// Runs every schedule and returns each with what the program returned.
pub fn schedules<T: Send + 'static>(program: impl Fn() -> T + Send + Sync + 'static) -> Vec<(T, Schedule)> {
    let runs = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&runs);
    let explored = every_schedule(move || {
        let outcome = program();
        // Kept in a lock of std: one that shuttle knows would add schedules of its own.
        seen.lock().expect("nobody panics while holding it").push((outcome, recorded()));
    });
    explored.unwrap_or_else(|failure| panic!("{}\n{}", failure.message, failure.schedule));
    std::mem::take(&mut *runs.lock().expect("nobody panics while holding it"))
}

/// Fails with the schedule that breaks the property, if there is one.
pub fn holds_in_every_schedule(property: impl Fn() + Send + Sync + 'static) {
    if let Err(Failure { message, schedule, .. }) = every_schedule(property) {
        panic!("{message}\n\nThis schedule breaks it:\n\n{schedule}\n");
    }
}
