//! A thousand executors started and ended in every way there is: no process stays, and no file descriptor. Alone in its program,
//! because both are counted for the whole of it.

#![cfg(unix)]

use std::panic::{self, AssertUnwindSafe};
use std::time::Duration;

use common::within;
use lesson02_multiprocessing::executor::{Executor, OnDeath, Options};
use lesson02_multiprocessing::jobs::{EXIT, SLEEP, SQUARE};
use lesson02_multiprocessing::pool::{Program, in_flight, one_at_a_time};
use rustix::io::Errno;
use rustix::process::{WaitId, WaitIdOptions, waitid};

const STARTS: usize = 1000;

fn descriptors() -> usize {
    std::fs::read_dir("/dev/fd").expect("every Unix has it").count()
}

/// Whether this process has a child of any kind, a zombie included.
fn has_children() -> bool {
    let look_only = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    !matches!(waitid(WaitId::All, look_only), Err(Errno::CHILD))
}

fn start_and_end(program: &Program, way: usize) {
    let options = Options::new(program.clone(), 1);
    let start = |options| Executor::start(options).expect("a worker starts");
    match way {
        0 => drop(start(options)),
        1 => {
            let executor = start(options);
            let handle = executor.submit(&SLEEP, &1_000_000).expect("open");
            drop(executor);
            handle.result().expect_err("cancelled");
        }
        2 => {
            let executor = start(options);
            executor.submit(&EXIT, &1).expect("open").result().expect_err("it exits");
            executor.submit(&SQUARE, &1).expect("open").result().expect("replaced");
        }
        3 => {
            let executor = start(options);
            let handle = executor.submit(&SQUARE, &1).expect("open");
            executor.shutdown(true, false);
            handle.result().expect("it was queued in time");
        }
        4 => {
            let executor = start(options);
            let unwound = panic::catch_unwind(AssertUnwindSafe(|| {
                let _executor = executor;
                panic::resume_unwind(Box::new("the parent panics"));
            }));
            assert!(unwound.is_err());
        }
        5 => {
            let executor = start(Options { on_death: OnDeath::BreakThePool, ..options });
            executor.submit(&EXIT, &1).expect("open").result().expect_err("it exits");
        }
        6 => {
            let executor = start(options);
            let limit = Duration::from_millis(1);
            executor.submit_within(limit, &SLEEP, &1_000_000).expect("open").result().expect_err("too slow");
        }
        7 => drop(in_flight::Pool::new(program, 1).expect("a worker starts")),
        8 => drop(one_at_a_time::Pool::new(program, 1).expect("a worker starts").map(&EXIT, &[1])),
        _ => {
            // The second worker cannot be started: the first must go.
            let executor = Executor::start(Options::new(Program::at("/no/such/program"), 2));
            assert!(executor.is_err());
        }
    }
}

#[test]
fn a_thousand_starts_leave_no_process_and_no_descriptor() {
    within(Duration::from_secs(100), || {
        let program = Program::at(env!("CARGO_BIN_EXE_lesson02-multiprocessing")).silent();
        start_and_end(&program, 0); // what the first one opens for good is not counted
        let before = descriptors();
        for number in 0..STARTS {
            start_and_end(&program, number % 10);
            assert!(!has_children(), "start {number} left a process");
        }
        assert_eq!(descriptors(), before, "descriptors were left open");
    });
}
