//! Whether others have a turn while a task computes.

use std::cell::Cell;
use std::hint::black_box;
use std::io;
use std::rc::Rc;

use common::work::Work;
use tokio::runtime::Builder;
use tokio::task::{LocalSet, spawn_local, yield_now};

/// How many turns others had while a task computed 50 slices on their thread, with a yield after each slice or without.
/// Counted in turns, not in time: this is so on every machine.
///
/// # Errors
/// If the system has no file descriptor left.
pub fn turns_of_others(yields: bool) -> io::Result<u32> {
    let (turns, over) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(false)));
    let other = {
        let (turns, over) = (Rc::clone(&turns), Rc::clone(&over));
        async move {
            while !over.get() {
                turns.set(turns.get() + 1);
                yield_now().await;
            }
        }
    };
    let experiment = async {
        spawn_local(other);
        let before = turns.get();
        for _ in 0..50 {
            black_box(Work::rounds(100).run());
            if yields {
                yield_now().await;
            }
        }
        over.set(true);
        turns.get() - before
    };
    Ok(Builder::new_current_thread().build()?.block_on(LocalSet::new().run_until(experiment)))
}
