//! **Claim**: A bound costs no throughput; it saves queueing and memory.
//!
//! **Python**:
//! ```python
//! asyncio.Semaphore(20); asyncio.Queue(maxsize=10)    # await queue.put(item) waits while it is full
//! ```
//!
//! **Predict**: 2,000 jobs of 1 ms, and a service that takes ten at once. All started together, or 20 at a time: which
//! is done earlier?
//!
//! **Try**: Set BOUND to 5, below what the service can take; and to 500.

use std::io;
use std::rc::Rc;
use std::sync::Arc;

use common::{Figure, Lab, measure};
use futures::future::join_all;
use futures::stream::{self, StreamExt};
use tokio::sync::{Mutex, Semaphore, mpsc};
use tokio::task::{JoinSet, LocalSet};
use tokio::time::Instant;

use super::on_virtual_time;
use crate::heap;
use crate::service::{Fed, Service, workers};
use crate::shown::back_pressure as shown;

/// How many jobs there are.
pub const JOBS: usize = 2_000;
/// How many the service works on at once; the others queue in front of it.
const CAPACITY: usize = 10;
/// How many jobs may be under way where there is a bound.
pub const BOUND: usize = 20;
/// The ways to feed it; those without a bound come first.
pub const WAYS: [&str; 6] = [
    "join_all",
    "spawn, then a permit",
    "unbounded channel",
    "buffer_unordered",
    "a permit, then spawn",
    "bounded channel",
];

async fn feed(way: &str, service: &Rc<Service>) {
    let (permits, mut tasks) = (Arc::new(Semaphore::new(BOUND)), JoinSet::new());
    match way {
        "join_all" => drop(join_all((0..JOBS).map(|_| service.job().done())).await),
        "spawn, then a permit" => {
            for _ in 0..JOBS {
                let (job, permits) = (service.job(), Arc::clone(&permits));
                tasks.spawn_local(async move {
                    let _permit = permits.acquire_owned().await; // too late: the job and its task are there already
                    job.done().await
                });
            }
        }
        "unbounded channel" => {
            let (sender, queue) = mpsc::unbounded_channel();
            (0..JOBS).for_each(|_| drop(sender.send(service.job())));
            drop(sender);
            workers(CAPACITY, Mutex::new(queue), async |queue| queue.lock().await.recv().await).await;
        }
        "buffer_unordered" => {
            // The stream makes a job when it is asked for one, and is asked when there is room.
            let jobs = stream::iter(0..JOBS).map(|_| service.job().done());
            jobs.buffer_unordered(BOUND).for_each(async |_| {}).await;
        }
        "a permit, then spawn" => {
            for _ in 0..JOBS {
                let permit = Arc::clone(&permits).acquire_owned().await;
                let job = service.job();
                tasks.spawn_local(async move {
                    let _permit = permit;
                    job.done().await
                });
                while tasks.try_join_next().is_some() {} // a set keeps the task of whoever is not joined
            }
        }
        _ => {
            let (sender, queue) = mpsc::channel(BOUND - CAPACITY);
            let producer = async {
                for _ in 0..JOBS {
                    let Ok(room) = sender.reserve().await else { return };
                    room.send(service.job()); // made when there is room for it
                }
                drop(sender);
            };
            let workers = workers(CAPACITY, Mutex::new(queue), async |queue| queue.lock().await.recv().await);
            tokio::join!(producer, workers);
        }
    }
    while tasks.join_next().await.is_some() {}
}

/// Feeds the service in one of the ways, on a virtual clock and one thread: every figure is exact.
pub fn fed(way: &str) -> io::Result<Fed> {
    let (runtime, local, service) = (on_virtual_time()?, LocalSet::new(), Service::new(CAPACITY, JOBS));
    let experiment = local.run_until(async {
        let start = Instant::now();
        feed(way, &service).await;
        start.elapsed().as_secs_f64()
    });
    let (seconds, bytes) = heap::peak(|| runtime.block_on(experiment));
    Ok(Fed { most: service.most(), bytes, latencies: service.latencies(), seconds })
}

/// Feeds it in all ways.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let all = WAYS.iter().map(|way| fed(way)).collect::<io::Result<Vec<Fed>>>()?;
    let title = format!("{JOBS} jobs of 1 KiB and 1 ms, {CAPACITY} at once, on a virtual clock");
    lab.detail(shown::costs(title, &all));
    lab.detail(shown::memory(&all));
    lab.detail(shown::waiting(&all));
    let late = |fed: &Fed, share| measure::percentile(&fed.latencies, share);
    let (without, with) = all.split_at(3);
    let bounded = with.iter().all(|fed| fed.most <= BOUND) && without.iter().all(|fed| fed.most == JOBS);
    lab.prove(format!("a bound of {BOUND} is never passed; a late permit is none"), bounded, []);
    let same = all.iter().all(|fed| (fed.seconds - all[0].seconds).abs() < 0.004);
    let [unbounded, bounded] = [0, 3].map(|way| late(&all[way], 0.99));
    let figures = [Figure::seconds("without", unbounded), Figure::seconds("with", bounded)];
    lab.prove("the same throughput, p99 less", same && bounded * 50.0 <= unbounded, figures);
    let most = |ways: &[Fed]| ways.iter().map(|fed| fed.bytes).max().unwrap_or_default();
    let figures = [("without", most(without)), ("with", most(with))];
    let figures = figures.map(|(name, bytes)| Figure::bytes(name, bytes as u64));
    lab.prove("and a tenth of the memory", most(with) * 10 <= most(without), figures);
    let rows = [
        ("most memory, all at once", all[0].bytes as f64, "gather_bytes", "B"),
        ("most memory, a permit first", all[4].bytes as f64, "permit_bytes", "B"),
        ("p99, all at once", late(&all[0], 0.99), "gather_p99_seconds", "s"),
        ("p99, a permit first", late(&all[4], 0.99), "permit_p99_seconds", "s"),
    ];
    lab.beside_python("back_pressure.py", &[], rows);
    Ok(())
}
