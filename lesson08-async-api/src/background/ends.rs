//! What becomes of tasks at the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{Background, Counts};
use crate::demos::on_virtual_time;
use crate::service::Error;

/// A task of a second and one of an hour, and five seconds to finish: what became of them, and when it was over.
///
/// # Errors
/// If the system has no file descriptor left.
pub fn at_the_end() -> std::io::Result<(Counts, Duration)> {
    on_virtual_time()?.block_on(async {
        let (background, start) = (Background::new(2), Instant::now());
        for seconds in [1, 3600] {
            let Ok(place) = background.reserve() else { continue };
            place.spawn("sleep", async move {
                sleep(Duration::from_secs(seconds)).await;
                Ok::<_, Error>(())
            });
        }
        let counts = background.finish(start + Duration::from_secs(5)).await;
        Ok((counts, start.elapsed()))
    })
}

/// Tasks that are only spawned, and a runtime that ends: how many were done.
///
/// # Errors
/// As above.
pub fn left_behind(tasks: usize) -> std::io::Result<u64> {
    let (runtime, done) = (on_virtual_time()?, Arc::new(AtomicU64::new(0)));
    runtime.block_on(async {
        for _ in 0..tasks {
            let done = Arc::clone(&done);
            tokio::spawn(async move {
                sleep(Duration::from_millis(10)).await;
                done.fetch_add(1, Ordering::Relaxed);
            });
        }
    });
    drop(runtime);
    Ok(done.load(Ordering::Relaxed))
}
