//! **Claim**: Processes compute at the same time, lock or no lock; but each job pays a round trip, and a small one is done
//! sooner alone.
//!
//! **Python**:
//! ```python
//! ThreadPoolExecutor(2).map(compute, jobs)     # one at a time, under the GIL
//! ProcessPoolExecutor(2).map(compute, jobs)    # two at a time
//! ```
//!
//! **Predict**: Two workers. How long must a job take before a process pool beats doing it yourself?
//!
//! **Try**: Set IN_FLIGHT to 64: where do processes lose now? Make a job of a hundred STEPS one of a single step.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use common::blocks::{Bars, Table};
use common::measure::{Summary, cores, time};
use common::work::Work;
use common::{Figure, Lab, Verdict, format};
use rayon::prelude::*;

use crate::jobs::COMPUTE;
use crate::pool::in_flight::{Pool, Shape};
use crate::pool::{JobError, Program};

/// How long the jobs of the first picture take.
const JOB: Duration = Duration::from_millis(2);
/// How the job shrinks.
const SIZES: [Duration; 5] = [
    Duration::from_millis(2),
    Duration::from_micros(200),
    Duration::from_micros(20),
    Duration::from_micros(2),
    Duration::from_nanos(200),
];
/// In how many steps an interpreter under a lock does a job.
const STEPS: u64 = 100;
/// How many requests a worker process is given at a time.
const IN_FLIGHT: usize = 1;

/// Does each job on one of so many threads.
fn threads(workers: usize, jobs: &[u64], compute: impl Fn(u64) + Sync) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                // Relaxed: each index is given out once, and the scope's end orders the rest.
                while let Some(&rounds) = jobs.get(next.fetch_add(1, Relaxed)) {
                    compute(rounds);
                }
            });
        }
    });
}

/// A job without an interpreter.
fn free(rounds: u64) {
    Work::rounds(rounds).run();
}

/// A job under an interpreter's lock: each step needs it, as each of Python's instructions does.
fn under_a_lock(lock: &Mutex<()>, rounds: u64) {
    for _ in 0..STEPS {
        let _gil = lock.lock().expect("nobody panics under this lock");
        Work::rounds(rounds / STEPS).run();
    }
}

/// A way to do jobs: its name, and what does them.
pub type Way = (&'static str, Box<dyn FnMut(&[u64])>);

/// The four ways with so many workers, each as a function of the jobs.
pub fn ways(program: &Program, workers: usize) -> anyhow::Result<[Way; 4]> {
    let (lock, mut pool) = (Mutex::new(()), Pool::new(program, workers)?);
    let rayon = rayon::ThreadPoolBuilder::new().num_threads(workers).build()?;
    let shape = Shape { chunk: 1, in_flight: IN_FLIGHT };
    let processes = move |jobs: &[u64]| {
        let results: Result<Vec<u64>, JobError> = pool.map(&COMPUTE, jobs, shape);
        assert_eq!(results.map_or(0, |results| results.len()), jobs.len(), "a worker died");
    };
    Ok([
        ("threads, a lock", Box::new(move |jobs| threads(workers, jobs, |rounds| under_a_lock(&lock, rounds)))),
        ("threads", Box::new(move |jobs| threads(workers, jobs, free))),
        ("rayon", Box::new(move |jobs| rayon.install(|| jobs.par_iter().for_each(|&rounds| free(rounds))))),
        ("processes", Box::new(processes)),
    ])
}

/// How much sooner each way has done the jobs than one thread alone: medians of neighbouring ratios.
fn speedups(lab: &Lab, workers: usize, rounds: u64, count: usize) -> anyhow::Result<[f64; 4]> {
    let jobs = vec![rounds; count];
    let mut ways = ways(&Program::this()?, workers)?;
    ways.iter_mut().for_each(|(_, run)| run(&jobs[..count.min(4)])); // threads and workers have started
    let mut ratios: [Vec<f64>; 4] = Default::default();
    for _ in 0..lab.runs(3) {
        let alone = time(|| jobs.iter().for_each(|&rounds| free(rounds))).1;
        for ((_, run), ratios) in ways.iter_mut().zip(&mut ratios) {
            ratios.push(alone / time(|| run(&jobs)).1);
        }
    }
    Ok(ratios.map(|ratios| Summary::of(ratios).median))
}

/// How many rounds of work a thread alone does in a second: the best of a few trials.
fn rounds_per_second() -> f64 {
    let seconds = (0..5).map(|_| time(|| free(200_000)).1).fold(f64::INFINITY, f64::min);
    200_000.0 / seconds
}

/// The speedup over the number of workers, and over the size of the job.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let unit = rounds_per_second();
    let work = |size: Duration| ((unit * size.as_secs_f64()) as u64).max(1);
    let names = ["threads, a lock", "threads", "rayon", "processes"];
    let most = cores().clamp(2, 8);
    let counts: Vec<usize> = (1..=most).filter(|workers| workers.is_power_of_two() || *workers == most).collect();
    let over: Vec<[f64; 4]> =
        counts.iter().map(|&workers| speedups(lab, workers, work(JOB), 8 * workers)).collect::<Result<_, _>>()?;
    let mut bars = Bars::new("Speedup over one thread alone", "workers", &counts, "x");
    names.iter().enumerate().for_each(|(way, name)| bars.series(name, over.iter().map(|speedups| speedups[way])));
    lab.detail(bars);
    let [locked, .., processes] = over[over.len() - 1];
    let figures = [Figure::ratio("", processes), Figure::ratio("", locked)];
    let parallel = locked < 1.2 && processes > 1.5;
    lab.observe("processes: a speedup; a lock: none", Verdict::observed_on_cores(2, parallel), figures);
    let mut table = Table::new(format!("The job shrinks; {most} workers"), &["a job of", names[1], names[2], names[3]]);
    let mut loses = None;
    for size in SIZES {
        let count = (0.02 / size.as_secs_f64()) as usize;
        let [_, threads, rayon, processes] = speedups(lab, most, work(size), count.clamp(8 * most, 2_000))?;
        let size = format::seconds(size.as_secs_f64());
        table.row(&[&size, &format::ratio(threads), &format::ratio(rayon), &format::ratio(processes)]);
        if processes < 1.0 && loses.is_none() {
            loses = Some(size);
        }
    }
    lab.detail(table);
    let text = format!("processes lose at jobs of {}", loses.as_deref().unwrap_or("no size tried"));
    lab.observe(text, Verdict::observed_on_cores(2, loses.is_some()), []);
    if let Some(python) = lab.python("processes.py", &["--only", "compute"]) {
        let ratio = |name| format::ratio(python.figure(name));
        let mut table = Table::new(format!("{}, two workers", python.name()), &["threads", "processes"]);
        table.row(&[&ratio("compute_threads"), &ratio("compute_processes")]);
        lab.show(table);
    }
    Ok(())
}
