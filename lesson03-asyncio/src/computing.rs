//! Two computations at once, as one task and as two.

use std::io;
use std::time::Duration;

use common::measure;
use common::work::Work;
use tokio::runtime::Builder;

/// The seconds of both: `join!` overlaps waiting, not computing, for its futures are one task, and one task runs on one
/// core. Two tasks run on two.
///
/// # Errors
/// If the system has no thread or file descriptor left.
pub fn two() -> io::Result<[f64; 2]> {
    let work = Work::taking(Duration::from_millis(15));
    let runtime = Builder::new_multi_thread().worker_threads(2).build()?;
    let job = move || async move { work.run() };
    let joined = || runtime.block_on(async { tokio::join!(job(), job()) });
    let spawned = || runtime.block_on(async { tokio::join!(tokio::spawn(job()), tokio::spawn(job())) });
    let both = measure::interleave(3, [&mut || measure::time(joined).1, &mut || measure::time(spawned).1]);
    Ok(both.map(|it| it.median))
}
