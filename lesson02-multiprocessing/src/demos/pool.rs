//! **Claim**: A process pool is a stream of frames to a copy of this program; small jobs are quick once several are on
//! their way at a time, or many go into one frame.
//!
//! **Python**:
//! ```python
//! with Pool(2) as pool:
//!     pool.map(square, range(1000), chunksize=100)
//!     pool.imap_unordered(square, range(1000))     # a lambda: PicklingError
//! ```
//!
//! **Predict**: Squaring a number takes a nanosecond. How long does it take in another process, one at a time?
//!
//! **Try**: Set IN_FLIGHT to 2, 8, 1000. Submit a job that `jobs::registry` does not list.

use anyhow::Context;
use common::blocks::{Bars, Table};
use common::{Figure, Lab, Verdict, format, measure};

use crate::jobs::{EVEN, SLEEP, SQUARE};
use crate::pool::in_flight::Shape;
use crate::pool::job::Request;
use crate::pool::{JobError, Program, frames, in_flight, one_at_a_time};

/// How many workers.
const WORKERS: usize = 2;
/// How many numbers are squared.
const NUMBERS: u64 = 5_000;
/// How many requests are on their way to a worker at a time.
const IN_FLIGHT: usize = 64;

/// The bytes that ask a worker for the square of a number: prefix, head, body.
pub fn frame_of(number: u64) -> anyhow::Result<[Vec<u8>; 3]> {
    let mut body = Vec::new();
    crate::pool::job::add_argument(&number, &mut body)?;
    let mut frame = Vec::new();
    frames::open(&Request { number: 1, job: SQUARE.name, count: 1 }, body.len(), &mut frame)?;
    let head = frame.split_off(frames::PREFIX);
    Ok([frame, head, body])
}

/// Squares by version 1 and by version 2 in a shape. The results, or what went wrong.
pub fn squares(program: &Program, shape: Option<Shape>) -> anyhow::Result<(Vec<u64>, f64)> {
    let numbers: Vec<u64> = (0..NUMBERS).collect();
    let (results, seconds) = match shape {
        None => {
            let mut pool = one_at_a_time::Pool::new(program, WORKERS)?;
            pool.map(&SQUARE, &numbers[..100])?; // the workers have started
            measure::time(|| pool.map(&SQUARE, &numbers))
        }
        Some(shape) => {
            let mut pool = in_flight::Pool::new(program, WORKERS)?;
            pool.map(&SQUARE, &numbers[..100], shape)?;
            measure::time(|| pool.map(&SQUARE, &numbers, shape))
        }
    };
    Ok((results?, seconds))
}

/// The order in which results come, of jobs that sleep so many milliseconds.
pub fn as_they_come(program: &Program, naps: &[u64]) -> anyhow::Result<Vec<usize>> {
    let mut pool = in_flight::Pool::new(program, WORKERS)?;
    let mut order = Vec::new();
    pool.map_unordered(&SLEEP, naps, Shape { chunk: 1, in_flight: 1 }, |index, _| order.push(index))?;
    Ok(order)
}

/// A panic in one job of a chunk: which results are there all the same.
pub fn one_panics(program: &Program) -> anyhow::Result<(Vec<usize>, Option<JobError>)> {
    let mut pool = in_flight::Pool::new(program, WORKERS)?;
    let (mut there, mut error) = (Vec::new(), None);
    pool.map_unordered(&EVEN, &[2, 4, 5, 6], Shape { chunk: 4, in_flight: 1 }, |index, result| match result {
        Ok(_) => there.push(index),
        Err(failed) => error = Some(failed),
    })?;
    Ok((there, error))
}

/// A frame, two versions, three shapes.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let program = Program::this()?;
    let mut table = Table::new("The frame that asks for the square of 300", &["part", "bytes"]);
    for (part, bytes) in ["two lengths, their check", "head: 1, name, count", "body: 300"].iter().zip(frame_of(300)?) {
        table.row(&[part, &bytes.iter().map(|byte| format!("{byte:02x} ")).collect::<String>().trim()]);
    }
    lab.detail(table);
    let shapes = [
        ("v1, one at a time", None),
        ("v2, 64 in flight", Some(Shape { chunk: 1, in_flight: IN_FLIGHT })),
        ("v2, chunks of 100", Some(Shape { chunk: 100, in_flight: 4 })),
    ];
    let expected: Vec<u64> = (0..NUMBERS).map(|number| number * number).collect();
    let (mut right, mut rates) = (true, Vec::new());
    for (_, shape) in shapes {
        let (results, seconds) = squares(&program, shape)?;
        right &= results == expected;
        rates.push(NUMBERS as f64 / seconds);
    }
    let mut bars = Bars::new("Squares a second", "version", shapes.map(|(name, _)| name), "1/s");
    bars.series("two workers", rates.iter().copied());
    lab.detail(bars);
    lab.prove("every shape: all results, in order", right, []);
    let (there, error) = one_panics(&program)?;
    let error = error.context("5 is odd")?;
    lab.detail(format!("The third of a chunk of four: \"{error}\""));
    let message = error.to_string().contains("even #3 panicked") && error.to_string().contains("5 is odd");
    lab.prove("a panic is its own job's error, not its chunk's", there == [0, 1, 3] && message, []);
    let order = as_they_come(&program, &[60, 0, 0, 0])?;
    lab.observe("as they come: the slow first is last", Verdict::observed(order == [1, 2, 3, 0]), []);
    let figures = [Figure::seconds("alone", WORKERS as f64 / rates[0]), Figure::ratio("quicker", rates[1] / rates[0])];
    lab.observe("several on their way are quicker", Verdict::observed(rates[1] > rates[0]), figures);
    if let Some(python) = lab.python("processes.py", &["--only", "map"]) {
        let mut table = Table::new(format!("{}, squares a second", python.name()), &["", "chunk 1", "chunk 100"]);
        for (name, figure) in [("Pool.map", "map_pool"), ("ProcessPoolExecutor.map", "map_executor")] {
            let rate = |chunk: u32| format::count(python.figure(&format!("{figure}_{chunk}")) as u64);
            table.row(&[&name, &rate(1), &rate(100)]);
        }
        lab.show(table);
    }
    Ok(())
}
