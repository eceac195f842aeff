//! Ours beside CPython's pools, in one run: `cargo bench -p lesson02-multiprocessing`.
//!
//! Ours and Python's take turns; a ratio is the median of the ratios of neighbouring rounds, so a machine that slows down
//! slows both. Two workers on each side. Then the ways of an argument, over its size.

#![allow(missing_docs, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use common::format;
use common::measure::{Summary, time};
use lesson02_multiprocessing::demos::shared_memory::{WAYS, measure};
use lesson02_multiprocessing::executor::{Executor, Options};
use lesson02_multiprocessing::jobs::{ECHO_BYTES, SQUARE};
use lesson02_multiprocessing::pool::in_flight::Shape;
use lesson02_multiprocessing::pool::{Program, in_flight, one_at_a_time};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Longer than Python takes for all of it on a busy machine.
const PYTHON_LIMIT: Duration = Duration::from_secs(600);
/// How often ours and Python's take turns.
const ROUNDS: usize = 7;
const WORKERS: usize = 2;
const MIB: usize = 1 << 20;

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_lesson02-multiprocessing"))
}

fn executor(workers: usize, in_flight: usize) -> Result<Executor> {
    let executor = Executor::start(Options { in_flight, ..Options::new(program(), workers) })?;
    executor.map(&SQUARE, 0..100, 1)?.try_for_each(|result| result.map(drop))?;
    Ok(executor)
}

/// Submit, wait, again. Jobs a second.
fn one_by_one() -> Result<f64> {
    let executor = executor(WORKERS, 1)?;
    let times = 20_000;
    let (result, seconds) = time(|| -> Result<()> {
        for number in 0..times {
            assert_eq!(executor.submit(&SQUARE, &number)?.result()?, number * number);
        }
        Ok(())
    });
    result?;
    Ok(times as f64 / seconds)
}

/// The executor's `map`. Jobs a second.
fn map(chunk: usize, in_flight: usize, numbers: u64) -> Result<f64> {
    let executor = executor(WORKERS, in_flight)?;
    let (sum, seconds) = time(|| -> Result<u64> {
        Ok(executor
            .map(&SQUARE, 0..numbers, chunk)?
            .try_fold(0, |sum: u64, result| result.map(|square| sum.wrapping_add(square)))?)
    });
    assert_eq!(sum?, (0..numbers).map(|number| number * number).fold(0, u64::wrapping_add));
    Ok(numbers as f64 / seconds)
}

/// Version 1's `map`. Jobs a second.
fn version_1(numbers: u64) -> Result<f64> {
    let mut pool = one_at_a_time::Pool::new(&program(), WORKERS)?;
    let numbers: Vec<u64> = (0..numbers).collect();
    pool.map(&SQUARE, &numbers[..100])?;
    let (results, seconds) = time(|| pool.map(&SQUARE, &numbers));
    Ok(results?.len() as f64 / seconds)
}

/// Version 2's `map`. Jobs a second.
fn version_2(chunk: usize, in_flight: usize, numbers: u64) -> Result<f64> {
    let shape = Shape { chunk, in_flight };
    let mut pool = in_flight::Pool::new(&program(), WORKERS)?;
    let numbers: Vec<u64> = (0..numbers).collect();
    pool.map(&SQUARE, &numbers[..100], shape)?;
    let (results, seconds) = time(|| pool.map(&SQUARE, &numbers, shape));
    Ok(results?.len() as f64 / seconds)
}

/// 100 MiB to a worker and back. Bytes a second.
fn large() -> Result<f64> {
    let executor = executor(1, 1)?;
    let data = Arc::new(vec![b'x'; 100 * MIB]);
    let call = |into| -> Result<Vec<u8>> { Ok(executor.submit_bytes(&ECHO_BYTES, data.clone(), into)?.result()?) };
    let into = call(Vec::new())?; // once beforehand, as Python's
    let (result, seconds) = time(|| call(into));
    assert!(result? == *data);
    Ok(2.0 * data.len() as f64 / seconds)
}

/// Pools a second, from nothing to the first eight results.
fn starts() -> Result<f64> {
    let (result, seconds) = time(|| -> Result<()> {
        let executor = Executor::start(Options::new(program(), WORKERS))?;
        let handles: Vec<_> =
            (0..8).map(|number| executor.submit(&SQUARE, &number)).collect::<std::result::Result<_, _>>()?;
        for (handle, number) in handles.into_iter().zip(0..) {
            assert_eq!(handle.result()?, number * number);
        }
        executor.shutdown(true, false);
        Ok(())
    });
    result?;
    Ok(1.0 / seconds)
}

/// A row: ours against one of Python's, with the least ratio that was set as the goal.
struct Row {
    what: &'static str,
    peer: &'static str,
    goal: f64,
    unit: &'static str,
    ours: fn() -> Result<f64>,
    theirs: &'static str,
}

const EXECUTOR: &str = "ProcessPoolExecutor";

const ROWS: [Row; 10] = [
    row("submit and wait, one by one", EXECUTOR, 3.0, one_by_one, "one_by_one"),
    row("map, chunk 1, 64 in flight", EXECUTOR, 25.0, || map(1, 64, 200_000), "map_executor_1"),
    row("map, chunk 1, 64 in flight", "Pool.map", 0.0, || map(1, 64, 200_000), "map_pool_1"),
    row("the same, one in flight", EXECUTOR, 0.0, || map(1, 1, 50_000), "map_executor_1"),
    row("the same, version 1", EXECUTOR, 0.0, || version_1(50_000), "map_executor_1"),
    row("the same, version 2, 64 in flight", EXECUTOR, 0.0, || version_2(1, 64, 200_000), "map_executor_1"),
    row("map, chunk 100", EXECUTOR, 10.0, || map(100, 64, 2_000_000), "map_executor_100"),
    row("map, chunk 100", "Pool.map", 4.0, || map(100, 64, 2_000_000), "map_pool_100"),
    Row { unit: "MB/s", ..row("100 MiB there and back", EXECUTOR, 10.0, large, "both_100m") },
    row("pools started, to eight results", EXECUTOR, 0.0, starts, "started_pool"),
];

const fn row(
    what: &'static str,
    peer: &'static str,
    goal: f64,
    ours: fn() -> Result<f64>,
    theirs: &'static str,
) -> Row {
    Row { what, peer, goal, unit: "1/s", ours, theirs }
}

/// What `python/processes.py` measures, by name, once; not a number where there is no Python.
fn python(name: &str) -> f64 {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/processes.py");
    let run = common::python::run(&script, &["--runs", "1", "--only", name], PYTHON_LIMIT);
    let value = run.map_or(f64::NAN, |run| run.figure(name));
    if name == "started_pool" { 1.0 / value } else { value }
}

fn main() -> Result<()> {
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(()); // `cargo test --benches` asks whether it starts
    }
    let filter = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let mut results: BTreeMap<usize, Vec<(f64, f64)>> = BTreeMap::new();
    for _ in 0..ROUNDS {
        let mut heard: BTreeMap<&str, f64> = BTreeMap::new();
        for (number, row) in ROWS.iter().enumerate().filter(|(_, row)| row.what.contains(&filter)) {
            let theirs = *heard.entry(row.theirs).or_insert_with(|| python(row.theirs));
            results.entry(number).or_default().push(((row.ours)()?, theirs));
        }
    }
    println!("| | peer | ours | peer's | ratio | goal |\n|---|---|---|---|---|---|");
    for (number, rounds) in results {
        let row = &ROWS[number];
        let median = |value: fn(&(f64, f64)) -> f64| Summary::of(rounds.iter().map(value)).median;
        let (ours, theirs, ratio) =
            (median(|round| round.0), median(|round| round.1), median(|round| round.0 / round.1));
        let goal = if row.goal > 0.0 { format!("{:.0}x", row.goal) } else { String::new() };
        let cell = |rate: f64| format::quantity(if row.unit == "1/s" { rate } else { rate / 1e6 }, row.unit);
        println!("| {} | {} | {} | {} | {ratio:.1}x | {goal} |", row.what, row.peer, cell(ours), cell(theirs));
    }
    if "argument".contains(&filter) {
        arguments()?;
    }
    Ok(())
}

/// Each way of an argument over its size.
fn arguments() -> Result<()> {
    println!("\n| an argument of | {} |\n|---|---|---|---|---|", WAYS.join(" | "));
    for size in [1 << 10, 16 << 10, 256 << 10, MIB, 4 * MIB, 16 * MIB, 100 * MIB] {
        let (measured, same) = measure(&program(), &[size], 9)?;
        assert!(same);
        let cells = measured.iter().map(|line| format!("{:.2} GB/s", size as f64 / line[0].1 / 1e9));
        println!("| {} | {} |", format::bytes(size as f64), cells.collect::<Vec<_>>().join(" | "));
    }
    Ok(())
}
