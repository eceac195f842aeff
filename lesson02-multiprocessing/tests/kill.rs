//! Workers are killed at random while jobs run. Every job ends exactly once: with its result, or with an error of its own.

use std::time::Duration;

use common::within;
use lesson02_multiprocessing::executor::{Executor, Handle, Options, as_completed};
use lesson02_multiprocessing::jobs::SQUARE;
use lesson02_multiprocessing::pool::{JobError, Program};

const SEEDS: u64 = 20;
const JOBS: u64 = 10_000;
const WORKERS: usize = 3;
const IN_FLIGHT: usize = 8;

/// Numbers by seed (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// How many jobs were lost and how many workers killed.
fn run(seed: u64) -> (u64, u64) {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let program = Program::at(env!("CARGO_BIN_EXE_lesson02-multiprocessing")).silent();
    let options = Options { in_flight: IN_FLIGHT, ..Options::new(program, WORKERS) };
    let executor = Executor::start(options).expect("workers start");
    let handles: Vec<_> = (0..JOBS).map(|number| executor.submit(&SQUARE, &number).expect("open")).collect();
    let numbers: Vec<_> = handles.iter().map(Handle::job).collect();
    let mut ended = vec![false; JOBS as usize];
    let (mut lost, mut killed, mut next_kill) = (0, 0, random.below(100));
    for (count, handle) in (0..).zip(as_completed(handles)) {
        // By progress, not by time: the seed decides.
        if count >= next_kill {
            killed += u64::from(executor.kill_worker(random.below(WORKERS as u64) as usize));
            next_kill = count + 1 + random.below(600);
        }
        let job = handle.job();
        let index = job.number as usize - 1;
        assert_eq!(numbers[index], job);
        assert!(!std::mem::replace(&mut ended[index], true), "{job} ended twice");
        match handle.result() {
            Ok(square) => assert_eq!(square, (index * index) as u64, "{job}"),
            Err(error) => {
                let named = matches!(&error, JobError::WorkerDied { job: lost, status, .. }
                    if *lost == job && !status.success());
                assert!(named, "{error}");
                lost += 1;
            }
        }
    }
    assert!(ended.iter().all(|&ended| ended), "a job did not end");
    assert!(lost <= killed * IN_FLIGHT as u64, "{lost} lost by {killed} deaths");
    (lost, killed)
}

#[test]
fn ten_thousand_jobs_end_once_each_while_workers_are_killed() {
    let runs: Vec<_> = (1..=SEEDS).map(|seed| within(Duration::from_secs(100), move || run(seed))).collect();
    let (lost, killed) = runs.iter().fold((0, 0), |sum, run| (sum.0 + run.0, sum.1 + run.1));
    // That it was tested at all: some died at work, and most jobs got through.
    assert!(killed > SEEDS * 10, "only {killed} were killed");
    assert!(lost > 0 && lost < SEEDS * JOBS / 10, "{lost} lost by {killed} deaths");
}
