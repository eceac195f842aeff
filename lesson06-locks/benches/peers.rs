//! Ours beside their peers, in one run: `cargo bench -p lesson06-locks --no-default-features`.
//!
//! Without default features, because the deadlock detector makes parking_lot slower than it is. Threads are pinned to two
//! cores, the peers take turns in short bursts, and a ratio is the median of the ratios of neighbouring bursts: a
//! machine that slows down slows both. Python's rows come from `python/locks.py`, run before and after.

#![allow(missing_docs, clippy::print_stdout)]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::hint::{black_box, spin_loop};
use std::path::Path;
use std::sync::{Barrier as StdBarrier, Condvar as StdCondvar, Mutex as StdMutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use common::measure::Summary;
use common::python;
use lesson06_locks::costs::pin;
use lesson06_locks::primitives::barrier::Barrier;
use lesson06_locks::primitives::condvar::Condvar;
use lesson06_locks::primitives::event::Event;
use lesson06_locks::primitives::mutex::{Mutex, Park, Spin, ThreeStates};
use lesson06_locks::primitives::queue::{OneLock, Queue};
use lesson06_locks::primitives::reentrant::ReentrantMutex;
use lesson06_locks::primitives::semaphore::{Fair, Semaphore, Unfair};

/// Longer than Python takes for all of it on a busy machine.
const PYTHON_LIMIT: Duration = Duration::from_secs(600);
/// How often the peers take turns.
const ROUNDS: usize = 25;

/// Operations a second of one thread.
fn alone(times: u32, mut work: impl FnMut()) -> f64 {
    let start = Instant::now();
    (0..times).for_each(|_| work());
    f64::from(times) / start.elapsed().as_secs_f64()
}

/// Operations a second of so many threads together, each doing `work` with its number `times` times.
fn together(threads: usize, times: u32, work: impl Fn(usize) + Sync) -> f64 {
    let (ready, work) = (StdBarrier::new(threads), &work);
    let spans = thread::scope(|scope| {
        let worker = |number| {
            let ready = &ready;
            scope.spawn(move || {
                pin(number);
                ready.wait();
                let start = Instant::now();
                (0..times).for_each(|_| work(number));
                (start, Instant::now())
            })
        };
        let workers: Vec<_> = (0..threads).map(worker).collect();
        workers.into_iter().map(|worker| worker.join().expect("it only works")).collect::<Vec<_>>()
    });
    let start = spans.iter().map(|span| span.0).min().expect("there are threads");
    let end = spans.iter().map(|span| span.1).max().expect("there are threads");
    f64::from(times) * threads as f64 / (end - start).as_secs_f64()
}

/// A critical section of twenty pauses.
fn section() {
    (0..20).for_each(|_| spin_loop());
}

type Measure = Box<dyn Fn() -> f64>;

/// A row: ours against one peer, with the least ratio that was set as the goal.
struct Row {
    what: &'static str,
    peer: &'static str,
    goal: f64,
    ours: Measure,
    theirs: Theirs,
}

enum Theirs {
    Rust(Measure),
    Python(&'static str),
}

fn row(what: &'static str, peer: &'static str, goal: f64, ours: Measure, theirs: Measure) -> Row {
    Row { what, peer, goal, ours, theirs: Theirs::Rust(theirs) }
}

fn python(what: &'static str, peer: &'static str, goal: f64, ours: Measure, figure: &'static str) -> Row {
    Row { what, peer, goal, ours, theirs: Theirs::Python(figure) }
}

fn measure<T: Sync + 'static>(value: T, run: impl Fn(&T) -> f64 + 'static) -> Measure {
    Box::new(move || run(&value))
}

const MANY: u32 = 200_000;

fn lock_alone() -> Measure {
    measure(Mutex::<u64>::new(0), |mutex| alone(MANY, || *black_box(mutex).lock() += 1))
}

fn lock_two() -> Measure {
    measure(Mutex::<u64>::new(0), |mutex| together(2, MANY, |_| *mutex.lock() += 1))
}

fn condition() -> Measure {
    measure((Mutex::<usize>::new(0), Condvar::new()), |(turn, changed)| {
        together(2, 1_000, |me| {
            *changed.wait_while(turn.lock(), |turn| *turn % 2 != me) += 1;
            changed.notify_one();
        })
    })
}

fn event() -> Measure {
    measure([Event::new(), Event::new()], |events| {
        together(2, 2_000, |me| {
            if me == 0 {
                events[1].set();
            }
            events[me].wait();
            events[me].clear();
            if me == 1 {
                events[0].set();
            }
        })
    })
}

fn barrier(threads: usize, rounds: u32) -> Measure {
    measure(Barrier::new(threads as u32), move |barrier| {
        together(threads, rounds, |_| assert!(barrier.wait().is_ok())) / threads as f64
    })
}

fn semaphore(threads: usize) -> Measure {
    measure(Semaphore::<Unfair>::new(1), move |semaphore| match threads {
        1 => alone(MANY, || drop(black_box(semaphore).acquire())),
        _ => together(threads, MANY, |_| drop(semaphore.acquire())),
    })
}

fn queue() -> Measure {
    measure(Queue::new(100), |queue| {
        together(2, 50_000, |me| if me == 0 { queue.put(1_u32) } else { assert!(black_box(queue.get()) == 1) }) / 2.0
    })
}

fn queue_with_one_lock() -> Measure {
    measure(OneLock::new(100), |queue| {
        together(2, 50_000, |me| if me == 0 { queue.put(1_u32) } else { assert!(black_box(queue.get()) == 1) }) / 2.0
    })
}

fn rows() -> Vec<Row> {
    let reentrant = || measure_cell(ReentrantMutex::<Cell<u64>>::new(Cell::new(0)), |mutex| mutex.lock().set(1));
    let their_reentrant =
        || measure_cell(parking_lot::ReentrantMutex::new(Cell::new(0_u64)), |mutex| mutex.lock().set(1));
    let std_barrier = |threads: usize, rounds| {
        measure(StdBarrier::new(threads), move |barrier| {
            together(threads, rounds, |_| {
                barrier.wait();
            }) / threads as f64
        })
    };
    let parking_lot_two = || measure(parking_lot::Mutex::new(0_u64), |mutex| together(2, MANY, |_| *mutex.lock() += 1));
    let sections =
        |lock: fn(&Locks)| measure(Locks::default(), move |locks| together(2, 20_000, |_| (lock(locks), section()).1));
    vec![
        row(
            "mutex, alone",
            "parking_lot",
            0.95,
            lock_alone(),
            measure(parking_lot::Mutex::new(0_u64), |mutex| alone(MANY, || *black_box(mutex).lock() += 1)),
        ),
        row(
            "mutex, alone",
            "std",
            0.0,
            lock_alone(),
            measure(StdMutex::new(0_u64), |mutex| {
                alone(MANY, || *black_box(mutex).lock().expect("nobody panics") += 1)
            }),
        ),
        python("mutex, alone", "threading.Lock", 8.0, lock_alone(), "lock_1"),
        row("mutex, two threads, empty section", "parking_lot", 0.85, lock_two(), parking_lot_two()),
        row(
            "mutex, two threads, empty section",
            "std",
            0.0,
            lock_two(),
            measure(StdMutex::new(0_u64), |mutex| together(2, MANY, |_| *mutex.lock().expect("nobody panics") += 1)),
        ),
        row(
            "mutex, two threads, real sections",
            "parking_lot",
            0.9,
            sections(Locks::three_states),
            sections(Locks::parking_lot),
        ),
        row("  the same without spinning", "parking_lot", 0.0, sections(Locks::no_spin), sections(Locks::parking_lot)),
        row("  the same, version 2, park", "parking_lot", 0.0, sections(Locks::park), sections(Locks::parking_lot)),
        row("  the same, version 1, spin", "parking_lot", 0.0, sections(Locks::spin), sections(Locks::parking_lot)),
        row("reentrant mutex, alone", "parking_lot", 0.95, reentrant().0, their_reentrant().0),
        row("reentrant mutex, two threads", "parking_lot", 0.75, reentrant().1, their_reentrant().1),
        python("reentrant mutex, alone", "threading.RLock", 0.0, reentrant().0, "rlock_1"),
        row(
            "condvar, ping-pong",
            "std",
            0.9,
            condition(),
            measure((StdMutex::new(0_usize), StdCondvar::new()), |(turn, changed)| {
                together(2, 1_000, |me| {
                    let turn = turn.lock().expect("nobody panics");
                    *changed.wait_while(turn, |turn| *turn % 2 != me).expect("nobody panics") += 1;
                    changed.notify_one();
                })
            }),
        ),
        python("condvar, ping-pong", "threading.Condition", 0.0, condition(), "condition"),
        row("barrier, 2 threads", "std", 10.0, barrier(2, 2_000), std_barrier(2, 2_000)),
        row("barrier, 8 threads", "std", 1.5, barrier(8, 200), std_barrier(8, 200)),
        python("barrier, 2 threads", "threading.Barrier", 0.0, barrier(2, 2_000), "barrier_2"),
        python("semaphore, alone", "threading.Semaphore", 20.0, semaphore(1), "semaphore_1"),
        python("semaphore, two threads", "threading.Semaphore", 20.0, semaphore(2), "semaphore_2"),
        row(
            "semaphore, fair, two threads",
            "ours, unfair",
            0.0,
            measure(Semaphore::<Fair>::new(1), |semaphore| together(2, 2_000, |_| drop(semaphore.acquire()))),
            semaphore(2),
        ),
        python("event, ping-pong", "threading.Event", 5.0, event(), "event"),
        row("queue of 100, one to one", "std sync_channel", 1.2, queue(), Box::new(sync_channel)),
        row("the same, version 1, one lock", "std sync_channel", 0.0, queue_with_one_lock(), Box::new(sync_channel)),
        python("queue of 100, one to one", "queue.Queue", 10.0, queue(), "queue"),
    ]
}

/// Re-entrant locks are looked at alone and by two threads.
fn measure_cell<T: Sync + 'static>(value: T, work: fn(&T)) -> (Measure, Measure) {
    let value: &'static T = Box::leak(Box::new(value)); // the bench ends with the process
    (Box::new(move || alone(MANY, || work(black_box(value)))), Box::new(move || together(2, MANY, |_| work(value))))
}

fn sync_channel() -> f64 {
    let (sender, receiver) = mpsc::sync_channel(100);
    let (sender, receiver) = (StdMutex::new(Some(sender)), StdMutex::new(Some(receiver)));
    let ends = (&sender, &receiver);
    const ITEMS: u32 = 50_000;
    // One step each, in which all items go through: an end of the channel belongs to one thread.
    together(2, 1, |me| {
        if me == 0 {
            let sender = ends.0.lock().expect("fine").take().expect("taken once");
            (0..ITEMS).for_each(|_| sender.send(1_u32).expect("the receiver stays"));
        } else {
            let receiver = ends.1.lock().expect("fine").take().expect("taken once");
            (0..ITEMS).for_each(|_| assert!(receiver.recv() == Ok(1)));
        }
    }) * f64::from(ITEMS)
        / 2.0
}

#[derive(Default)]
struct Locks {
    spin: Lazy<Spin>,
    park: Lazy<Park>,
    no_spin: Lazy<ThreeStates<0>>,
    three_states: Lazy<ThreeStates>,
    parking_lot: parking_lot::Mutex<()>,
}

struct Lazy<R>(Mutex<(), R>);

impl<R: lesson06_locks::primitives::mutex::RawMutex> Default for Lazy<R> {
    fn default() -> Self {
        Lazy(Mutex::new(()))
    }
}

impl Locks {
    fn spin(&self) {
        let _guard = self.spin.0.lock();
        section();
    }
    fn park(&self) {
        let _guard = self.park.0.lock();
        section();
    }
    fn no_spin(&self) {
        let _guard = self.no_spin.0.lock();
        section();
    }
    fn three_states(&self) {
        let _guard = self.three_states.0.lock();
        section();
    }
    fn parking_lot(&self) {
        let _guard = self.parking_lot.lock();
        section();
    }
}

/// What `python/locks.py` measures, by name; nothing where there is no Python.
fn python_figures() -> BTreeMap<String, f64> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/locks.py");
    python::run(&script, &["--runs", "7"], PYTHON_LIMIT).map(|run| run.figures).unwrap_or_default()
}

fn main() {
    if std::env::args().any(|argument| argument == "--test") {
        return; // `cargo test --benches` asks whether it starts
    }
    let filter = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let before = python_figures();
    let rows: Vec<Row> = rows().into_iter().filter(|row| row.what.contains(&filter)).collect();
    let mut results = vec![(Vec::new(), Vec::new()); rows.len()];
    pin(0);
    for _ in 0..ROUNDS {
        for (row, (ours, theirs)) in rows.iter().zip(&mut results) {
            ours.push((row.ours)());
            if let Theirs::Rust(measure) = &row.theirs {
                theirs.push(measure());
            }
        }
    }
    let after = python_figures();
    if cfg!(feature = "detector") {
        println!("parking_lot carries its deadlock detector here; leave it out with --no-default-features");
    }
    println!("{:36} {:>22} {:>12} {:>12} {:>8} {:>8}", "", "peer", "ours, 1/s", "peer, 1/s", "ratio", "goal");
    for (row, (ours, theirs)) in rows.iter().zip(results) {
        let rate = Summary::of(ours.iter().copied()).median;
        let (peer, ratio) = match row.theirs {
            Theirs::Rust(_) => {
                let ratios = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs);
                (Summary::of(theirs.iter().copied()).median, Summary::of(ratios).median)
            }
            Theirs::Python(figure) => {
                // The better of both runs: Python is to be seen at its best.
                let peer = [&before, &after].iter().filter_map(|run| run.get(figure)).copied().fold(f64::NAN, f64::max);
                (peer, rate / peer)
            }
        };
        let goal = if row.goal > 0.0 { format!("{:.2}x", row.goal) } else { String::new() };
        let count = |rate: f64| common::format::count(rate as u64);
        println!("{:36} {:>22} {:>12} {:>12} {ratio:7.2}x {goal:>8}", row.what, row.peer, count(rate), count(peer));
    }
}
