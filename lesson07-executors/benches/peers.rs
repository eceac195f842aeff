//! Ours beside their peers, in one run: `cargo bench -p lesson07-executors`.
//!
//! The peers take turns in short bursts, and a ratio is the median of the ratios of neighbouring bursts: a machine that
//! slows down slows both. Python's rows come from `python/executors.py`, run before and after, the better one counts.
//! Nothing is pinned: a pool leaves it to the system where its workers run, and so do its peers.

#![allow(missing_docs, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use common::format::count;
use common::measure::Summary;
use common::python;
use lesson07_executors::pool::condvar_queue::CondvarQueue;
use lesson07_executors::pool::shared_receiver::SharedReceiver;
use lesson07_executors::pool::{Executor, Idle, JoinHandle, ThreadPool, bytes_of_a_queued_job};

/// Longer than Python takes for all of it on a busy machine.
const PYTHON_LIMIT: Duration = Duration::from_secs(600);
/// How often the peers take turns.
const ROUNDS: usize = 25;
/// Workers of each pool, Python's and rayon's as well.
const WORKERS: usize = 2;
/// Jobs of a burst, one by one.
const SINGLE: u32 = 2_000;
/// Jobs of a burst, all at once.
const BATCH: u32 = 20_000;
/// `fib` of this makes 121,392 joins.
const FIB: u32 = 25;

fn rate(times: u32, work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    f64::from(times) / start.elapsed().as_secs_f64()
}

fn one_by_one(pool: &impl Executor) -> f64 {
    rate(SINGLE, || {
        for number in 0..SINGLE {
            assert_eq!(pool.submit(move || black_box(number)).expect("it is open").result(), Ok(number));
        }
    })
}

fn batch(pool: &impl Executor) -> f64 {
    rate(BATCH, || {
        let submit = |number| pool.submit(move || black_box(number)).expect("it is open");
        let handles: Vec<JoinHandle<u32>> = (0..BATCH).map(submit).collect();
        let sum: u64 = handles.into_iter().map(|handle| u64::from(handle.result().expect("no panic"))).sum();
        assert_eq!(sum, u64::from(BATCH) * u64::from(BATCH - 1) / 2);
    })
}

/// rayon has no future: a channel for each job is the usual way.
fn rayon_one_by_one(pool: &rayon::ThreadPool) -> f64 {
    rate(SINGLE, || {
        for number in 0..SINGLE {
            let (result, received) = mpsc::sync_channel(1);
            pool.spawn(move || result.send(black_box(number)).expect("it is waited for"));
            assert_eq!(received.recv(), Ok(number));
        }
    })
}

/// The same with crossbeam's channel, whose receiver asks for a moment before it sleeps: rayon at its best.
fn rayon_one_by_one_crossbeam(pool: &rayon::ThreadPool) -> f64 {
    rate(SINGLE, || {
        for number in 0..SINGLE {
            let (result, received) = crossbeam::channel::bounded(1);
            pool.spawn(move || result.send(black_box(number)).expect("it is waited for"));
            assert_eq!(received.recv(), Ok(number));
        }
    })
}

fn rayon_install(pool: &rayon::ThreadPool) -> f64 {
    rate(SINGLE, || (0..SINGLE).for_each(|number| assert_eq!(pool.install(|| black_box(number)), number)))
}

/// One channel for all results: cheaper than one for each, and then a result no longer says whose it is.
fn rayon_batch(pool: &rayon::ThreadPool) -> f64 {
    rate(BATCH, || {
        let (results, received) = mpsc::channel();
        for number in 0..BATCH {
            let results = results.clone();
            pool.spawn(move || results.send(black_box(number)).expect("it is waited for"));
        }
        drop(results);
        assert_eq!(received.iter().map(u64::from).sum::<u64>(), u64::from(BATCH) * u64::from(BATCH - 1) / 2);
    })
}

/// A channel for each result, as our handles are.
fn rayon_batch_each(pool: &rayon::ThreadPool) -> f64 {
    rate(BATCH, || {
        let submit = |number| {
            let (result, received) = mpsc::sync_channel(1);
            pool.spawn(move || result.send(black_box(number)).expect("it is waited for"));
            received
        };
        let results: Vec<mpsc::Receiver<u32>> = (0..BATCH).map(submit).collect();
        let sum: u64 = results.into_iter().map(|result| u64::from(result.recv().expect("no panic"))).sum();
        assert_eq!(sum, u64::from(BATCH) * u64::from(BATCH - 1) / 2);
    })
}

fn fib_stack(pool: &ThreadPool, n: u32) -> u64 {
    if n < 2 {
        return n.into();
    }
    let (a, b) = pool.join(|| fib_stack(pool, n - 1), || fib_stack(pool, n - 2));
    a + b
}

fn fib_boxed(pool: &Arc<ThreadPool>, n: u32) -> u64 {
    if n < 2 {
        return n.into();
    }
    let inner = Arc::clone(pool);
    let b = pool.submit(move || fib_boxed(&inner, n - 2)).expect("it is open");
    fib_boxed(pool, n - 1) + b.result().expect("no panic")
}

fn fib_rayon(n: u32) -> u64 {
    if n < 2 {
        return n.into();
    }
    let (a, b) = rayon::join(|| fib_rayon(n - 1), || fib_rayon(n - 2));
    a + b
}

const JOINS: u32 = 121_392;

type Measure = Box<dyn Fn() -> f64>;

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

fn rows() -> Vec<Row> {
    let one = Arc::new(SharedReceiver::new(WORKERS).expect("it starts"));
    let two = Arc::new(CondvarQueue::new(WORKERS).expect("it starts"));
    let park = Arc::new(ThreadPool::builder(WORKERS).idle(Idle::PARK).build().expect("it starts"));
    let four = Arc::new(ThreadPool::new(WORKERS).expect("it starts"));
    let rayon = Arc::new(rayon::ThreadPoolBuilder::new().num_threads(WORKERS).build().expect("it starts"));
    fn on<P: 'static>(pool: &Arc<P>, measure: impl Fn(&P) -> f64 + 'static) -> Measure {
        let pool = Arc::clone(pool);
        Box::new(move || measure(&pool))
    }
    let mut rows = Vec::new();
    let mut row = |what, peer, goal, ours, theirs| rows.push(Row { what, peer, goal, ours, theirs });
    let single = || on(&rayon, rayon_one_by_one_crossbeam);
    let spins = Arc::new(ThreadPool::builder(WORKERS).idle(Idle::SPIN_THEN_PARK).build().expect("it starts"));
    let what = "submit and wait, one by one";
    row(
        "v1, shared receiver: one by one",
        "rayon, crossbeam channel",
        0.0,
        on(&one, one_by_one),
        Theirs::Rust(single()),
    );
    row("v2, condvar queue: one by one", "rayon, crossbeam channel", 0.0, on(&two, one_by_one), Theirs::Rust(single()));
    row(
        "v3, parking at once: one by one",
        "rayon, crossbeam channel",
        0.0,
        on(&park, one_by_one),
        Theirs::Rust(single()),
    );
    let name = "v3, spin, park: one by one";
    row(name, "rayon, crossbeam channel", 0.0, on(&spins, one_by_one), Theirs::Rust(single()));
    row(what, "rayon, crossbeam channel", 0.9, on(&four, one_by_one), Theirs::Rust(single()));
    row(what, "rayon, install", 0.0, on(&four, one_by_one), Theirs::Rust(on(&rayon, rayon_install)));
    row(what, "rayon, std channel", 0.0, on(&four, one_by_one), Theirs::Rust(on(&rayon, rayon_one_by_one)));
    row(what, "ThreadPoolExecutor", 30.0, on(&four, one_by_one), Theirs::Python("one_by_one"));
    let all = || Theirs::Rust(on(&rayon, rayon_batch));
    let what = "a batch of 20,000";
    row("v1, shared receiver: a batch", "rayon, one channel", 0.0, on(&one, batch), all());
    row("v2, condvar queue: a batch", "rayon, one channel", 0.0, on(&two, batch), all());
    row(what, "rayon, one channel", 1.0, on(&four, batch), all());
    let each = Theirs::Rust(on(&rayon, rayon_batch_each));
    row(what, "rayon, a channel each", 0.0, on(&four, batch), each);
    row(what, "ThreadPoolExecutor", 25.0, on(&four, batch), Theirs::Python("batch"));
    let theirs = || {
        Theirs::Rust(on(&rayon, |pool| rate(JOINS, || assert_eq!(pool.install(|| fib_rayon(black_box(FIB))), 75_025))))
    };
    let boxed = Arc::clone(&four);
    let boxed = Box::new(move || {
        let inner = Arc::clone(&boxed);
        rate(JOINS, || {
            assert_eq!(boxed.submit(move || fib_boxed(&inner, black_box(FIB))).unwrap().result(), Ok(75_025));
        })
    });
    row("v3, jobs in boxes: fork-join", "rayon::join", 0.0, boxed, theirs());
    let stack =
        on(&four, |pool| rate(JOINS, || assert_eq!(pool.install(|| fib_stack(pool, black_box(FIB))), Ok(75_025))));
    row("v4, jobs on the stack: fork-join", "rayon::join", 0.6, stack, theirs());
    rows
}

/// What `python/executors.py` measures, by name; nothing where there is no Python.
fn python_figures() -> BTreeMap<String, f64> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/executors.py");
    python::run(&script, &["submit", "--runs", "7"], PYTHON_LIMIT).map(|run| run.figures).unwrap_or_default()
}

fn main() {
    if std::env::args().any(|argument| argument == "--test") {
        return; // `cargo test --benches` asks whether it starts
    }
    let filter = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let before = python_figures();
    let rows: Vec<Row> = rows().into_iter().filter(|row| row.what.contains(&filter)).collect();
    let mut results = vec![(Vec::new(), Vec::new()); rows.len()];
    for _ in 0..ROUNDS {
        for (row, (ours, theirs)) in rows.iter().zip(&mut results) {
            ours.push((row.ours)());
            if let Theirs::Rust(measure) = &row.theirs {
                theirs.push(measure());
            }
        }
    }
    let after = python_figures();
    let python =
        |name: &str| [&before, &after].iter().filter_map(|run| run.get(name)).copied().fold(f64::NAN, f64::max);
    println!("| | peer | ours, 1/s | peer, 1/s | ratio | goal |\n|---|---|---|---|---|---|");
    for (row, (ours, theirs)) in rows.iter().zip(results) {
        let rate = Summary::of(ours.iter().copied()).median;
        let (peer, ratio) = match row.theirs {
            Theirs::Rust(_) => {
                let ratios = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs);
                (Summary::of(theirs.iter().copied()).median, Summary::of(ratios).median)
            }
            Theirs::Python(figure) => (python(figure), rate / python(figure)),
        };
        let goal = if row.goal > 0.0 { format!("{:.2}x", row.goal) } else { String::new() };
        let [ours, theirs] = [rate, peer].map(|rate| count(rate as u64));
        println!("| {} | {} | {ours} | {theirs} | {ratio:.2}x | {goal} |", row.what, row.peer);
    }
    println!("\nA queued job that captures and returns 4 bytes: {} B;", bytes_of_a_queued_job::<u32, u32>());
    println!("in Python {:.0} B.", python("queued_bytes"));
}
