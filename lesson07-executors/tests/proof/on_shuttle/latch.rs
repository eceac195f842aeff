#![allow(unsafe_code, clippy::arc_with_non_send_sync)]

use std::mem::ManuallyDrop;

use shuttle::sync::Arc;

use super::steps::latch::StackJob;
use super::steps::sleep::{Idle, Sleep};
use super::{in_every_schedule, together, work};

type Job = StackJob<fn() -> u32, u32>;

/// The place of a frame. Its memory stays when the frame ends, so that a late access can be seen.
struct Place(Arc<ManuallyDrop<Job>>);

fn place(job: fn() -> u32) -> (Place, Place) {
    let frame = Arc::new(ManuallyDrop::new(StackJob::new(job)));
    (Place(frame.clone()), Place(frame))
}

// SAFETY: shuttle runs one thread at a time, and the cells are what is being proved.
unsafe impl Send for Place {}

/// The frame ends as soon as the job is done. Nothing of it may be touched after that.
fn ends_at_once(job: fn() -> u32, check: fn(std::thread::Result<u32>)) {
    in_every_schedule(move || {
        let (owner, thief) = place(job);
        let sleep = Arc::new(Sleep::new());
        let woken = sleep.clone();
        let owner = work(move || {
            let owner = owner;
            let frame: &Job = &owner.0;
            sleep.until(Idle::PARK, || frame.is_done().then_some(()));
            // SAFETY: the job is done, so the owner has the frame back; this moves it out, and what is left is a place.
            let frame = unsafe { std::ptr::read(frame) };
            check(frame.into_result());
        });
        let thief = work(move || {
            let thief = thief;
            // SAFETY: the owner waits for it, and nobody else runs it.
            unsafe { StackJob::run(std::ptr::from_ref::<Job>(&thief.0)) };
            woken.wake_all();
        });
        together(vec![owner, thief]);
    });
}

#[test]
fn the_result_is_there_and_the_frame_is_not_touched_again() {
    ends_at_once(|| 42, |result| assert_eq!(result.ok(), Some(42)));
}

#[test]
fn a_panic_is_a_result() {
    ends_at_once(
        || std::panic::resume_unwind(Box::new("words")),
        |result| assert_eq!(result.expect_err("it panicked").downcast_ref(), Some(&"words")),
    );
}
