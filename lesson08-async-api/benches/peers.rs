//! The actor beside the mutex and beside Python: `cargo bench -p lesson08-async-api`.
//!
//! 64 clients each; the peers take turns in short bursts, and a ratio is the median of the ratios of neighbours: a
//! machine that slows down slows both. Python's rows come from `python/peers.py` (`PYTHON` names another interpreter;
//! with Pillow in it, its thumbnail too). Nothing is pinned: clients, readers and writer share the cores as in a service.

#![allow(missing_docs, clippy::print_stdout)]

use std::env;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use common::Scratch;
use common::format::{count, ratio, seconds};
use common::measure::Summary;
use lesson08_async_api::cpu::thumbnail;
use lesson08_async_api::demos::two_workers;
use lesson08_async_api::store::trials::{inserts, measured};
use lesson08_async_api::store::{Actor, NewNote, OneMutex, Store};

/// Longer than Python takes for all of it on a busy machine.
const PYTHON_LIMIT: Duration = Duration::from_secs(600);
const ROUNDS: usize = 5;
const BURST: Duration = Duration::from_millis(300);

/// Python's figure of that name; NaN where there is none.
fn python(figure: &str) -> f64 {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/peers.py");
    common::python::run(&script, &[figure], PYTHON_LIMIT).map_or(f64::NAN, |run| run.figure(figure))
}

/// One row: ours, the peer's, and the median of the ratios of neighbours.
fn row(what: &str, show: impl Fn(f64) -> String, mut ours: impl FnMut() -> f64, mut theirs: impl FnMut() -> f64) {
    let rounds: Vec<(f64, f64)> = (0..ROUNDS).map(|_| (ours(), theirs())).collect();
    let median = |of: fn(&(f64, f64)) -> f64| Summary::of(rounds.iter().map(of)).median;
    let quotient = median(|round| round.0 / round.1);
    let text = |value: f64| if value.is_finite() { show(value) } else { "-".to_owned() };
    let quotient = if quotient.is_finite() { ratio(quotient) } else { "-".to_owned() };
    println!("| {what} | {} | {} | {quotient} |", text(median(|round| round.0)), text(median(|round| round.1)));
}

fn fill(store: &Store) {
    let runtime = two_workers().expect("a runtime");
    let note = || NewNote { title: "a note".into(), text: "x".repeat(100) };
    runtime.block_on(async { store.create(note()).await }).expect("it is kept");
}

fn main() {
    if env::args().any(|argument| argument == "--test") {
        return; // `cargo test --benches` asks whether it starts
    }
    let scratch = Scratch::new().expect("a folder");
    let file = |name: &str| scratch.path().join(name);
    let actor = |file: &Path, readers| Store::Actor(Actor::open(file, readers).expect("it opens"));
    let (mutex, actor) = (Store::OneMutex(OneMutex::open(&file("a.db")).expect("it opens")), actor(&file("b.db"), 2));
    fill(&mutex);
    fill(&actor);
    let runtime = two_workers().expect("a runtime");
    let insert = |store: &Store| runtime.block_on(inserts(store, BURST));
    let read = |store: &Store| runtime.block_on(measured(store, BURST)).0;
    let late = |store: &Store| runtime.block_on(measured(store, BURST)).1;
    let rate = |value: f64| count(value as u64);
    println!("| | ours | peer | ratio |\n|---|---|---|---|");
    row("durable inserts a second: actor, mutex", rate, || insert(&actor), || insert(&mutex));
    row("the same beside Python's sqlite3", rate, || insert(&actor), || python("inserts_per_second"));
    row("reads a second: actor, mutex", rate, || read(&actor), || read(&mutex));
    row("reads, p99", seconds, || late(&actor), || late(&mutex));
    row("reads beside Python's sqlite3", rate, || read(&actor), || python("reads_per_second"));
    let picture = thumbnail::picture(1600, 1200).expect("a picture");
    let thumbnails = || {
        let start = Instant::now();
        for _ in 0..10 {
            black_box(thumbnail::thumbnail(&picture, 256).expect("a thumbnail"));
        }
        start.elapsed().as_secs_f64() / 10.0
    };
    row("thumbnail of 1600 x 1200, one thread, beside Pillow", seconds, thumbnails, || python("thumbnail_seconds"));
}
