//! **Claim**: Idle workers are quick or cheap; asking for a moment first is nearly both.
//!
//! **Python**: `ThreadPoolExecutor`'s workers sleep at once; under the GIL one that asks would hold up the others.
//!
//! **Predict**: Workers that sleep at once against workers that ask 200 times first: how many more round trips a second?
//!
//! **Try**: Let `SPIN_YIELD_PARK` ask 20,000 times. What does that gain, and what does it cost while nobody submits?

use std::thread::sleep;
use std::time::Duration;

use common::blocks::{Bars, Table};
use common::format::{count, ratio};
use common::{Figure, Lab, Verdict, measure};
use cpu_time::ProcessTime;

use super::submit::one_by_one;
use crate::pool::{Idle, ThreadPool};

/// Workers of the pool.
const WORKERS: usize = 2;
/// Round trips: a job, its result, the next.
const JOBS: u32 = 1_000;
/// How long nobody submits anything.
const QUIET: Duration = Duration::from_millis(60);

/// Round trips a second, and cores in use while nothing happens.
pub fn policy(idle: Idle, jobs: u32) -> anyhow::Result<(f64, Option<f64>)> {
    let pool = ThreadPool::builder(WORKERS).idle(idle).build()?;
    one_by_one(&pool, 50)?; // the workers have started
    let burst = || one_by_one(&pool, jobs / 5).is_ok();
    let seconds = measure::repeat(5, || assert!(burst(), "a job of nothing has a result")).median;
    sleep(Duration::from_millis(2)); // those who will fall asleep, have
    let (before, start) = (ProcessTime::try_now().ok(), std::time::Instant::now());
    sleep(QUIET);
    let quiet = start.elapsed().as_secs_f64();
    let burned = before.and_then(|before| Some((before.try_elapsed().ok()?).as_secs_f64() / quiet));
    Ok((f64::from(jobs / 5) / seconds, burned))
}

/// Five policies.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let policies = [
        ("spin", Idle::SPIN),
        ("yield", Idle::YIELD),
        ("park", Idle::PARK),
        ("spin, park", Idle::SPIN_THEN_PARK),
        ("spin, yield, park", Idle::SPIN_YIELD_PARK),
    ];
    let jobs = lab.size(JOBS, 50 * JOBS);
    let mut table = Table::new(format!("{WORKERS} workers"), &["when idle", "round trips/s", "cores burned, idle"]);
    let mut results = Vec::new();
    for (name, idle) in policies {
        let (rate, burned) = policy(idle, jobs)?;
        let burned_cell = burned.map_or_else(|| "cannot tell".to_owned(), |cores| format!("{cores:.2}"));
        table.row(&[&name, &count(rate as u64), &burned_cell]);
        results.push((rate, burned));
    }
    lab.detail(table);
    let mut bars = Bars::new("Round trips a second", "when idle", policies.map(|(name, _)| name), "1/s");
    bars.series("pool", results.iter().map(|(rate, _)| *rate));
    lab.detail(bars);
    let gain = Figure::ratio("quicker", results[4].0 / results[2].0);
    lab.observe("asking before sleeping pays", Verdict::observed_on_cores(2, gain.value > 1.0), [gain]);
    let gain = Figure::ratio("quicker", results[4].0 / results[3].0);
    lab.observe("and letting others run in between costs nothing", Verdict::observed(gain.value > 0.9), [gain]);
    match (results[0].1, results[4].1) {
        (Some(spins), Some(sleeps)) => {
            let figures = [Figure::ratio("less", spins / sleeps.max(1e-3))];
            lab.observe("and costs little once it sleeps", Verdict::observed(sleeps < spins / 2.0), figures);
        }
        _ => {
            let verdict = Verdict::CannotTell("this system does not say what a process has used".to_owned());
            lab.observe("and costs little once it sleeps", verdict, []);
        }
    }
    if let Some(python) = lab.python("executors.py", &["submit"]) {
        let rate = python.figure("one_by_one");
        let text = format!("{}: {} round trips/s", python.name(), count(rate as u64));
        lab.show(format!("{text}; ours {}", ratio(results[4].0 / rate)));
    }
    Ok(())
}
