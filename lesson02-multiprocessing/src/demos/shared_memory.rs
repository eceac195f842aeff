//! **Claim**: For large arguments, a shared mapping that is used again beats every stream; a new one beats none, because its
//! pages are touched for the first time.
//!
//! **Python**:
//! ```python
//! memory = shared_memory.SharedMemory(create=True, size=len(data))
//! memory.buf[:] = data                    # a page fault every 4 KiB
//! executor.submit(look_at, memory.name)   # and again in the worker
//! ```
//!
//! **Predict**: 16 MiB, copied into new shared memory: is that quicker than sending them through a socket?
//!
//! **Try**: Add 64 MiB to SIZES. Let `way` make a new arena for every other call only.

use anyhow::{Context, ensure};
use common::blocks::Lines;
use common::measure::{Summary, time};
use common::{Figure, Lab, Verdict, format};

use crate::jobs::{LOOK, LOOK_BYTES, LOOK_SHARED, look};
use crate::pool::job::{self, Request};
use crate::pool::{Connection, Job, Program};
use crate::shared::Arena;

/// How much is sent.
pub const SIZES: [usize; 5] = [1 << 10, 16 << 10, 256 << 10, 2 << 20, 16 << 20];
/// The same with `--full`.
const FULL: [usize; 6] = [1 << 10, 16 << 10, 256 << 10, 4 << 20, 32 << 20, 100 << 20];
/// Serde looks at each byte. Unoptimised, that takes long.
const SERDE_MOST: usize = if cfg!(debug_assertions) { 256 << 10 } else { usize::MAX };
/// The ways, in the order of the legend.
pub const WAYS: [&str; 4] = ["serde", "borrowed bytes", "new mapping", "mapping used again"];

/// One call: the argument goes to the worker, a number comes back.
fn call<A: serde::Serialize>(connection: &mut Connection, job: &Job<A, u64>, argument: &A) -> anyhow::Result<u64> {
    let mut body = Vec::new();
    job::add_argument(argument, &mut body)?;
    connection.send(&Request { number: 0, job: job.name, count: 1 }, &body)?;
    connection.flush()?;
    connection.receive()?.context("the worker is gone")?.outcome?;
    Ok(job::results(&connection.results, 1).next().context("one result")??)
}

/// Shows `data` to a worker in one of the ways. The arena is for those that use one.
pub fn way(way: usize, connection: &mut Connection, data: &Vec<u8>, arena: &mut Arena) -> anyhow::Result<u64> {
    match way {
        0 => call(connection, &LOOK, data),
        1 => {
            connection.call(&LOOK_BYTES, data)??;
            Ok(u64::from_le_bytes(connection.results[..].try_into().context("eight bytes")?))
        }
        2 => {
            let mut fresh = Arena::new(data.len())?;
            fresh.bytes().copy_from_slice(data);
            call(connection, &LOOK_SHARED, &(fresh.name().clone(), data.len() as u64))
        }
        _ => {
            arena.bytes()[..data.len()].copy_from_slice(data);
            call(connection, &LOOK_SHARED, &(arena.name().clone(), data.len() as u64))
        }
    }
}

/// For each size in bytes, the seconds of a call.
pub type Line = Vec<(f64, f64)>;

/// Seconds of a call by size, for each way that is tried at that size; and whether the worker always saw the same bytes.
pub fn measure(program: &Program, sizes: &[usize], rounds: usize) -> anyhow::Result<(Vec<Line>, bool)> {
    // A worker for each way: it keeps its last mapping, which another way would take from it.
    let mut workers = (0..WAYS.len()).map(|_| program.start()).collect::<Result<Vec<_>, _>>()?;
    let mut arena = Arena::new(*sizes.iter().max().context("some size")?)?;
    let (mut lines, mut same) = (vec![Vec::new(); WAYS.len()], true);
    for &size in sizes {
        let data: Vec<u8> = (0..size).map(|index| (index >> 12) as u8).collect();
        let expected = look(&data);
        let mut seconds = vec![Vec::new(); WAYS.len()];
        for round in 0..=rounds {
            for (number, seconds) in
                seconds.iter_mut().enumerate().filter(|(number, _)| *number > 0 || size <= SERDE_MOST)
            {
                let (seen, took) = time(|| way(number, &mut workers[number].1, &data, &mut arena));
                same &= seen? == expected;
                if round > 0 {
                    seconds.push(took); // the first time, all is touched for the first time
                }
            }
        }
        for (line, seconds) in lines.iter_mut().zip(seconds).filter(|(_, seconds)| !seconds.is_empty()) {
            line.push((size as f64, Summary::of(seconds).median));
        }
    }
    Ok((lines, same))
}

/// Every way over every size.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let sizes = lab.size(SIZES.to_vec(), FULL.to_vec());
    let (measured, same) = measure(&Program::this()?, &sizes, lab.runs(5))?;
    ensure!(measured.iter().all(|line| !line.is_empty()), "every way was measured");
    let mut lines = Lines::new("An argument to a worker, and an answer", "bytes", "bytes a second").log_x().log_y();
    for (name, line) in WAYS.iter().zip(&measured) {
        lines.series(name, line.iter().map(|&(size, seconds)| (size, size / seconds)));
    }
    lab.detail(lines);
    lab.prove("all four ways, the worker sees the same bytes", same, []);
    let last = |way: usize| measured[way].last().map_or(f64::NAN, |&(size, seconds)| size / seconds / 1e9);
    let first = |way: usize| measured[way][0].1;
    let rate = |name: &str, way: usize| Figure::new(name, last(way), "GB/s");
    let size = format::bytes(sizes[sizes.len() - 1] as f64);
    let figures = [rate("it", 3), rate("stream", 1)];
    lab.observe(format!("{size}: used again, it wins"), Verdict::observed(last(3) > last(1)), figures);
    let figures = [rate("it", 2), rate("stream", 1)];
    lab.observe(format!("{size}: a new one does not"), Verdict::observed(last(2) < last(1) * 1.1), figures);
    let figures = [Figure::seconds("mapping", first(3)), Figure::seconds("stream", first(1))];
    lab.observe("1 KiB: it hardly matters", Verdict::observed((0.4..2.5).contains(&(first(1) / first(3)))), figures);
    if !cfg!(target_os = "linux") {
        lab.show("memfd is Linux's; here the mapping is of a temporary file.");
    }
    if let Some(python) = lab.python("processes.py", &["--only", "bytes"]) {
        let rate = format!("{:.2} GB/s", python.figure("bytes_16m") / 1e9);
        lab.show(format!("{}, 16 MiB as an argument, pickled: {rate}", python.name()));
    }
    Ok(())
}
