//! The grader: each property is written once, and asked of the solution and of the exercise.
//!
//! The files are compiled again with the `sync` of a runner that tries thousands of schedules, so that an answer which
//! is right by luck alone is refused: a wake-up that is lost in one of them is a deadlock there. Ignored tests are the to-do list.

#![allow(missing_docs, dead_code, clippy::duplicate_mod)]

use std::cell::RefCell;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use common::within;
use lesson04_event_loop::versions::v2_ready_queue;
use shuttle::scheduler::{DfsScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, MaxSteps, Runner, sync, thread};

#[path = "../src/exercises/mod.rs"]
mod exercises;
#[path = "../src/solutions/mod.rs"]
mod solutions;
#[path = "exercises/wrong_answers.rs"]
mod wrong_answers;

/// Runs a property in many schedules; every one of them must keep it.
fn grade(property: impl Fn() + Send + Sync + 'static) {
    let property = Arc::new(property);
    let run = |scheduler: Box<dyn Scheduler + Send>| {
        let property = Arc::clone(&property);
        within(Duration::from_secs(120), move || {
            let mut config = Config::new();
            // An answer that asks in a loop without end would keep the grader busy for ever.
            config.max_steps = MaxSteps::FailAfter(20_000);
            config.failure_persistence = shuttle::FailurePersistence::None;
            Runner::new(scheduler, config).run(move || property());
        });
    };
    run(Box::new(DfsScheduler::new(Some(3_000), false)));
    run(Box::new(RandomScheduler::new_from_seed(1, 1_000)));
}

/// Counts its wake-ups.
#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// A waker and its count.
fn counter() -> (Waker, Arc<Count>) {
    let count = Arc::new(Count::default());
    (Waker::from(Arc::clone(&count)), count)
}

fn poll_with<F: Future + Unpin>(future: &mut F, waker: &Waker) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(waker))
}

fn yield_now<F: Future<Output = ()> + 'static>(yield_now: fn() -> F) {
    within(Duration::from_secs(60), move || {
        let (waker, woken) = counter();
        let mut context = Context::from_waker(&waker);
        let mut future = pin!(yield_now());
        assert!(future.as_mut().poll(&mut context).is_pending(), "the first poll gives way");
        assert_eq!(woken.0.load(SeqCst), 1, "and asks for another one, once");
        assert!(future.as_mut().poll(&mut context).is_ready(), "the second poll ends it");
        // In a loop: two tasks in turn. One that is not woken hangs here.
        let order = Rc::new(RefCell::new(String::new()));
        let noted = Rc::clone(&order);
        v2_ready_queue::run(move |tasks| {
            for name in ['a', 'b'] {
                let noted = Rc::clone(&noted);
                tasks.spawn(async move {
                    for _ in 0..3 {
                        noted.borrow_mut().push(name);
                        yield_now().await;
                    }
                });
            }
        });
        assert_eq!(order.take(), "ababab", "they take turns");
    });
}

trait Timers: Default {
    fn set(&mut self, deadline: u64) -> u64;
    fn cancel(&mut self, id: u64) -> bool;
    fn next_deadline(&mut self) -> Option<u64>;
    fn pop_due(&mut self, now: u64) -> Option<u64>;
    fn len(&self) -> usize;
    fn places(&self) -> usize;
}

/// Against timers in a plain list, looked through each time.
fn timer_heap<T: Timers>() {
    for seed in 1..=20 {
        let mut random = fastrand::Rng::with_seed(seed);
        let (mut timers, mut list): (T, Vec<(u64, u64)>) = (T::default(), Vec::new());
        let (mut ever, mut now) = (Vec::new(), 0);
        for step in 0..2_000 {
            match random.u32(..10) {
                0..5 => {
                    let deadline = now + random.u64(..50);
                    let id = timers.set(deadline);
                    assert!(!ever.contains(&id), "seed {seed}, step {step}: a number is given out twice");
                    ever.push(id);
                    list.push((deadline, id));
                }
                5..8 if !ever.is_empty() => {
                    let id = ever[random.usize(..ever.len())];
                    let there = list.iter().position(|timer| timer.1 == id).map(|place| list.remove(place)).is_some();
                    assert_eq!(timers.cancel(id), there, "seed {seed}, step {step}: whether it was set");
                }
                _ => {
                    now += random.u64(..20);
                    // The list is in the order of setting, and the first of several least ones is found.
                    let next =
                        list.iter().enumerate().min_by_key(|(_, timer)| timer.0).map(|(place, timer)| (place, *timer));
                    let deadline = next.map(|(_, timer)| timer.0);
                    assert_eq!(timers.next_deadline(), deadline, "seed {seed}, step {step}: the next deadline");
                    let due = next.filter(|(_, timer)| timer.0 <= now).map(|(place, _)| list.remove(place).1);
                    assert_eq!(timers.pop_due(now), due, "seed {seed}, step {step}: which is due");
                }
            }
            assert_eq!(timers.len(), list.len(), "seed {seed}, step {step}: how many are set");
        }
    }
    let mut timers = T::default();
    let ids: Vec<u64> = (0..10_000).map(|deadline| timers.set(deadline)).collect();
    ids.iter().skip(10).for_each(|&id| assert!(timers.cancel(id), "it was set"));
    assert!(timers.places() <= 100, "{} places for ten timers: the heap is full of what was", timers.places());
}

/// A oneshot channel of whatever answer.
trait Oneshot: 'static {
    type Sender: Send + 'static;
    type Receiver: Future<Output = Option<u32>> + Send + Unpin + 'static;
    fn channel() -> (Self::Sender, Self::Receiver);
    fn send(sender: Self::Sender, value: u32) -> Result<(), u32>;
}

fn oneshot<O: Oneshot>() {
    grade(|| {
        let (sender, receiver) = O::channel();
        let sending = thread::spawn(move || assert_eq!(O::send(sender, 42), Ok(()), "the receiver is there"));
        assert_eq!(shuttle::future::block_on(receiver), Some(42), "the value");
        sending.join().expect("a panic is reported by the runner");
    });
    grade(|| {
        let (sender, receiver) = O::channel();
        let dropping = thread::spawn(move || drop(sender));
        assert_eq!(shuttle::future::block_on(receiver), None, "a sender that is gone sends nothing");
        dropping.join().expect("a panic is reported by the runner");
    });
    grade(|| {
        let (sender, receiver) = O::channel();
        drop(receiver);
        assert_eq!(O::send(sender, 42), Err(42), "to nobody");
        // Polled by one task, then by another: the second is to be woken.
        let (sender, mut receiver) = O::channel();
        let ((first, first_count), (second, second_count)) = (counter(), counter());
        assert!(poll_with(&mut receiver, &first).is_pending() && poll_with(&mut receiver, &second).is_pending());
        assert_eq!(O::send(sender, 42), Ok(()));
        assert_eq!(second_count.0.load(SeqCst), 1, "the last task that polled is woken");
        assert_eq!(first_count.0.load(SeqCst), 0, "and no other");
        assert_eq!(poll_with(&mut receiver, &second), Poll::Ready(Some(42)), "the value was kept");
    });
}

trait Event: Clone + Send + Sync + 'static {
    type Wait: Future<Output = ()> + Send + Unpin + 'static;
    fn new() -> Self;
    fn set(&self);
    fn clear(&self);
    fn wait(&self) -> Self::Wait;
    fn waiters(&self) -> usize;
}

fn event<E: Event>() {
    grade(|| {
        let event = E::new();
        let (waiting, setting) = (event.clone(), event.clone());
        let waiter = thread::spawn(move || shuttle::future::block_on(waiting.wait()));
        let setter = thread::spawn(move || (setting.set(), setting.clear()).0);
        // A pulse may come before the wait; a flag that stays up may not be missed.
        setter.join().expect("a panic is reported by the runner");
        event.set();
        waiter.join().expect("a panic is reported by the runner");
        assert_eq!(event.waiters(), 0, "nobody is left in the list");
    });
    grade(|| {
        let event = E::new();
        let setting = event.clone();
        let setter = thread::spawn(move || setting.set());
        shuttle::future::block_on(event.wait());
        shuttle::future::block_on(event.wait());
        setter.join().expect("a panic is reported by the runner");
    });
    grade(|| {
        let event = E::new();
        let ((waker, woken), (other, other_woken)) = (counter(), counter());
        let (mut first, mut second) = (event.wait(), event.wait());
        assert!(poll_with(&mut first, &waker).is_pending() && poll_with(&mut second, &waker).is_pending());
        assert!(poll_with(&mut second, &other).is_pending());
        assert_eq!(event.waiters(), 2, "polled again, it is in the list once");
        event.set();
        event.clear();
        let counts = (woken.0.load(SeqCst), other_woken.0.load(SeqCst));
        assert_eq!(counts, (1, 1), "each waiter is woken once, by its newest waker");
        assert!(poll_with(&mut first, &waker).is_ready(), "let go is let go, also when the flag is down again");
        assert!(poll_with(&mut event.wait(), &waker).is_pending(), "who comes later waits");
        drop(second);
        let mut cancelled = event.wait();
        assert!(poll_with(&mut cancelled, &waker).is_pending());
        drop(cancelled);
        assert_eq!(event.waiters(), 0, "a wait that is dropped leaves the list");
    });
}

/// The same signatures, twice: exercise and solution.
macro_rules! answers {
    ($($module:ident),*) => {$(
        impl Timers for $module::timer_heap::TimerHeap {
            fn set(&mut self, deadline: u64) -> u64 {
                self.set(deadline)
            }
            fn cancel(&mut self, id: u64) -> bool {
                self.cancel(id)
            }
            fn next_deadline(&mut self) -> Option<u64> {
                self.next_deadline()
            }
            fn pop_due(&mut self, now: u64) -> Option<u64> {
                self.pop_due(now)
            }
            fn len(&self) -> usize {
                self.len()
            }
            fn places(&self) -> usize {
                self.places()
            }
        }
        impl Event for $module::event::Event {
            type Wait = $module::event::Wait;
            fn new() -> Self {
                Self::new()
            }
            fn set(&self) {
                self.set();
            }
            fn clear(&self) {
                self.clear();
            }
            fn wait(&self) -> Self::Wait {
                self.wait()
            }
            fn waiters(&self) -> usize {
                self.waiters()
            }
        }
    )*};
}

answers!(exercises, solutions);

/// A receiver that says `None` for an end without a value.
struct Flat<R>(R);

impl<R: Future<Output = Result<u32, E>> + Unpin, E> Future for Flat<R> {
    type Output = Option<u32>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<u32>> {
        Pin::new(&mut self.0).poll(context).map(Result::ok)
    }
}

macro_rules! oneshots {
    ($($name:ident: $module:ident),*) => {$(
        struct $name;

        impl Oneshot for $name {
            type Sender = $module::oneshot::Sender<u32>;
            type Receiver = Flat<$module::oneshot::Receiver<u32>>;
            fn channel() -> (Self::Sender, Self::Receiver) {
                let (sender, receiver) = $module::oneshot::channel();
                (sender, Flat(receiver))
            }
            fn send(sender: Self::Sender, value: u32) -> Result<(), u32> {
                sender.send(value)
            }
        }
    )*};
}

oneshots!(OneshotExercise: exercises, OneshotSolution: solutions);

#[test]
fn solution_yield_now() {
    yield_now(solutions::yield_now::yield_now);
}

#[test]
#[ignore = "your turn: src/exercises/yield_now.rs"]
fn exercise_yield_now() {
    yield_now(exercises::yield_now::yield_now);
}

#[test]
fn solution_timer_heap() {
    timer_heap::<solutions::timer_heap::TimerHeap>();
}

#[test]
#[ignore = "your turn: src/exercises/timer_heap.rs"]
fn exercise_timer_heap() {
    timer_heap::<exercises::timer_heap::TimerHeap>();
}

#[test]
fn solution_oneshot() {
    oneshot::<OneshotSolution>();
}

#[test]
#[ignore = "your turn: src/exercises/oneshot.rs"]
fn exercise_oneshot() {
    oneshot::<OneshotExercise>();
}

#[test]
fn solution_event() {
    event::<solutions::event::Event>();
}

#[test]
#[ignore = "your turn: src/exercises/event.rs"]
fn exercise_event() {
    event::<exercises::event::Event>();
}
