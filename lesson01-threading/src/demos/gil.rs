//! **Claim**: Under a global interpreter lock, threads compute in turn and wait together; whoever waits beside one that
//! computes waits two switch intervals.
//!
//! **Python**:
//! ```python
//! sys.setswitchinterval(0.005)    # a waiter waits so long, then asks
//! sys._is_gil_enabled()           # False on a free-threaded 3.13
//! ```
//!
//! **Predict**: A reply takes 0.2 ms. Beside it, another thread computes. How long does the reply take now?
//!
//! **Try**: Set SWITCH_INTERVAL to 500 µs: what becomes of the reply, and what of the throughput?

use std::time::Duration;

use common::blocks::Table;
use common::{Figure, Lab, Verdict, format};

use crate::interpreter::picture::timeline;
use crate::interpreter::programs::{counting, serving, sleeping};
use crate::interpreter::{Atomic, Biased, Checks, Interpreter, Plain, Report};

/// CPython's default.
const SWITCH_INTERVAL: Duration = Duration::from_millis(5);
/// How long one CPU-bound thread takes for its part.
const COMPUTE: Duration = Duration::from_millis(60);
/// How long the network takes for a message, each way.
const LATENCY: Duration = Duration::from_micros(100);

/// An interpreter as CPython 3.11 and later have it.
pub fn with_gil() -> Interpreter<Plain> {
    Interpreter::with_gil(SWITCH_INTERVAL, Checks::BackEdgesAndCalls)
}

/// Three experiments, with the lock and without.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let speedup = cpu_bound(lab);
    let nap = sleeping(2, Duration::from_millis(50));
    let overlap = [with_gil().run(&nap), Interpreter::<Biased>::free_threaded().run(&nap)];
    let longest = overlap.iter().map(|report| report.elapsed.as_secs_f64()).fold(0.0, f64::max);
    let figures = [Figure::seconds("2 x 50 ms", longest)];
    lab.observe("threads that sleep overlap either way", Verdict::observed(longest < 0.09), figures);
    let convoy = convoy(lab);
    let rows = [
        ("two CPU-bound threads against one", speedup, "cpu_two_threads_speedup", "x"),
        ("p99 of a reply beside one that computes", convoy, "convoy_p99_seconds", "s"),
    ];
    lab.beside_python("gil.py", &[], rows);
    Ok(())
}

/// Two threads that compute: what they get done, against one. Returns the figure under the lock.
fn cpu_bound(lab: &mut Lab) -> f64 {
    let free = Interpreter::<Biased>::free_threaded();
    let atomic = Interpreter::<Atomic>::free_threaded();
    let trial = with_gil().run(&counting(1, 10_000)).elapsed.as_secs_f64();
    let count_to = (10_000.0 * COMPUTE.as_secs_f64() / trial) as u32;
    let (one, two) = (counting(1, count_to), counting(2, count_to));
    let mut rows: [(&str, Vec<(Report, Report)>); 3] =
        [("GIL, plain counts", vec![]), ("no GIL, biased counts", vec![]), ("no GIL, atomic counts", vec![])];
    for _ in 0..lab.runs(3) {
        rows[0].1.push((with_gil().run(&one), with_gil().run(&two)));
        rows[1].1.push((free.run(&one), free.run(&two)));
        rows[2].1.push((atomic.run(&one), atomic.run(&two)));
    }
    let mut table = Table::new("Two CPU-bound threads", &["", "one thread, M instr/s", "two against one", "switches"]);
    let median = |figures: Vec<f64>| common::measure::Summary::of(figures).median;
    let rate = |report: &Report| report.instructions as f64 / report.elapsed.as_secs_f64() / 1e6;
    let mut speedups = Vec::new();
    for (name, runs) in &rows {
        let alone = median(runs.iter().map(|(one, _)| rate(one)).collect());
        let speedup = median(runs.iter().map(|(one, two)| two.throughput_over(one)).collect());
        let switches = runs.last().map_or(0, |(_, two)| two.gil.switches);
        table.row(&[name, &format!("{alone:.1}"), &format::ratio(speedup), &switches]);
        speedups.push(speedup);
    }
    lab.detail(table);
    let figure = |index: usize| [Figure::ratio("", speedups[index])];
    let in_turn = Verdict::observed((0.85..1.15).contains(&speedups[0]));
    lab.observe("under the lock, two threads do the work of one", in_turn, figure(0));
    let both = Verdict::observed_on_cores(2, speedups[1] > 1.5);
    lab.observe("without it, nearly twice as much", both, figure(1));
    let runs = || rows.iter().flat_map(|(_, runs)| runs).flat_map(|(one, two)| [&one.objects, &two.objects]);
    let balance = runs().all(|books| books.allocated == books.freed + books.live && books.leaked == 0);
    let allocated = Figure::count("allocated", runs().map(|books| books.allocated).sum());
    lab.prove("no object leaks, whatever counts them", balance, [allocated]);
    speedups[0]
}

/// A thread that answers messages beside one that computes. Returns the 99th percentile of a reply.
fn convoy(lab: &mut Lab) -> f64 {
    let p99 = |report: &Report| report.latency(99).unwrap_or_default();
    let program = serving(20, LATENCY, 1);
    let virtually = p99(&with_gil().run_on_virtual_clock(&program, lab.seed()));
    let report = with_gil().run(&program);
    let intervals = p99(&report).as_secs_f64() / SWITCH_INTERVAL.as_secs_f64();
    let alone = p99(&with_gil().run(&serving(20, LATENCY, 0))).as_secs_f64();
    let beside = p99(&report).as_secs_f64();
    // A slower network for the picture: the usual one would be too short to be seen.
    let picture = with_gil().run(&serving(2, Duration::from_millis(2), 1));
    lab.show(timeline("Who holds the lock: `serve` answers, `spin` computes", &picture, &["serve", "spin"]));
    let two = 2.0 * SWITCH_INTERVAL.as_secs_f64();
    let holds = (two..two * 1.1).contains(&virtually.as_secs_f64());
    let figure = Figure::seconds("p99", virtually.as_secs_f64());
    lab.prove("on a virtual clock, a reply takes two intervals", holds, [figure]);
    let figures = [Figure::seconds("alone", alone), Figure::seconds("beside", beside)];
    lab.observe("and about two here", Verdict::observed((1.5..4.0).contains(&intervals)), figures);
    beside
}
