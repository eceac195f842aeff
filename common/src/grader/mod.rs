//! Runs an answer in all schedules, or in very many, writes down what each thread does, and shows the shortest schedule
//! that breaks it, a column a thread.
//!
//! A lesson's tests compile the exercise again with [`sync`] in place of the standard library's. The feature `grader` is
//! for `dev-dependencies`: it brings the runner, which a student's first `cargo run` has no use for.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;
use std::time::Duration;

use shuttle::scheduler::{DfsScheduler, PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, FailurePersistence, Runner};

use self::quiet::Quiet;
use crate::within;

mod quiet;
pub mod sync;

/// How many schedules are tried.
#[derive(Debug, Clone, Copy)]
pub struct Schedules {
    /// One after the other, depth first.
    pub in_order: usize,
    /// Drawn at random, after them.
    pub at_random: usize,
}

/// What `todo!()` says.
const TODO: &str = "not yet implemented";

thread_local! {
    static LOG: RefCell<Vec<(usize, String)>> = const { RefCell::new(Vec::new()) };
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
    static GRADING: Cell<bool> = const { Cell::new(false) };
}

/// A step of the thread that runs, for its column.
pub fn note(action: impl Into<String>) {
    // After the panic the threads unwind, and that is no part of the schedule.
    if PANIC.with_borrow(Option::is_none) {
        let thread = usize::from(shuttle::thread::current().id());
        LOG.with_borrow_mut(|log| log.push((thread, action.into())));
    }
}

/// Another thread may run here.
pub fn pause() {
    shuttle::thread::sleep(Duration::ZERO);
}

/// Starts a thread for each piece of work, and one that wakes everybody for no reason at some moment, as a condition
/// variable may; waits for all.
///
/// # Panics
/// If one of them does.
pub fn together(work: Vec<Box<dyn FnOnce() + Send>>) {
    let mut threads: Vec<_> = work.into_iter().map(shuttle::thread::spawn).collect();
    threads.push(shuttle::thread::spawn(sync::wake_for_no_reason));
    threads.into_iter().for_each(|thread| thread.join().expect("a panic is reported by the runner"));
}

/// Every schedule tried must keep the property.
///
/// # Panics
/// With the shortest schedule found that does not.
pub fn grade(schedules: Schedules, property: impl Fn() + Send + Sync + 'static) {
    let property = std::sync::Arc::new(property);
    let failure = within(Duration::from_secs(120), move || {
        record_panics();
        GRADING.set(true);
        let in_order = first_failure(DfsScheduler::new(Some(schedules.in_order), false), property.clone());
        let at_random = |seed, number| {
            let property = property.clone();
            first_failure(RandomScheduler::new_from_seed(seed, number), property)
        };
        // Few changes of thread, which makes for schedules that can be read.
        let by_priorities = |seed| first_failure(PctScheduler::new_from_seed(seed, 3, 200), property.clone());
        let mut shortest = in_order.or_else(|| at_random(1, schedules.at_random));
        // What is not written yet fails in every schedule alike.
        if shortest.as_ref().is_some_and(|(reason, _)| !reason.starts_with(TODO)) {
            let others = (2..14).filter_map(by_priorities).filter(|(_, log)| !log.is_empty());
            shortest = shortest.into_iter().chain(others).min_by_key(|(_, log)| log.len());
        }
        shortest
    });
    match failure {
        None => {}
        Some((reason, log)) if log.is_empty() => panic!("{reason}"),
        Some((reason, log)) => panic!("{reason}\n\n{}", columns(&log)),
    }
}

/// Runs schedules until one fails: why, and what was done in it.
fn first_failure<F: Fn() + Send + Sync + 'static>(
    scheduler: impl Scheduler + 'static,
    property: std::sync::Arc<F>,
) -> Option<(String, Vec<(usize, String)>)> {
    let mut config = Config::new();
    config.failure_persistence = FailurePersistence::None;
    config.silence_warnings = true;
    config.ungraceful_shutdown_config.immediately_return_on_panic = true;
    // A waiter that asks in a loop without end would keep the grader busy for ever.
    config.max_steps = shuttle::MaxSteps::FailAfter(20_000);
    let run_one = move || {
        LOG.take();
        PANIC.take();
        sync::reset();
        property();
    };
    let runner = Runner::new(Quiet(ManuallyDrop::new(scheduler)), config);
    panic::catch_unwind(AssertUnwindSafe(|| runner.run(run_one))).err()?;
    let reason = PANIC.take().unwrap_or_else(|| "it panicked".to_owned());
    let reason = match reason.strip_prefix("deadlock! ") {
        Some(_) => "deadlock: whoever has not ended waits for ever".to_owned(),
        None => reason,
    };
    Some((reason, LOG.take()))
}

/// While a thread grades, its panics are kept instead of printed: there are many until the shortest is found. The
/// `todo!()` of an exercise is printed as ever.
fn record_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        shuttle::check_random(|| (), 1); // the runner puts its own hook in at its first run; this one takes its place
        panic::set_hook(Box::new(move |panic| {
            let text = panic.payload_as_str().unwrap_or("a panic without words").to_owned();
            if !GRADING.get() || text.starts_with(TODO) {
                usual(panic);
            }
            PANIC.with_borrow_mut(|first| {
                first.get_or_insert(text);
            });
        }));
    });
}

/// A line a step, a column a thread.
fn columns(log: &[(usize, String)]) -> String {
    let mut threads: Vec<usize> = log.iter().map(|&(thread, _)| thread).collect();
    threads.sort_unstable();
    threads.dedup();
    let width = log.iter().map(|(_, action)| action.chars().count() + 2).max().unwrap_or(0).max(10);
    let mut text = "step  ".to_owned();
    for &thread in &threads {
        let name = if thread == 0 { "main".to_owned() } else { format!("thread {thread}") };
        text += &format!("{name:width$}");
    }
    for (step, (thread, action)) in log.iter().enumerate() {
        let column = threads.iter().position(|other| other == thread).unwrap_or(0);
        text = format!("{}\n{:4}  {:indent$}{action}", text.trim_end(), step + 1, "", indent = column * width);
    }
    text
}
