use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use shuttle::sync::Arc;

use super::primitives::barrier::{Barrier, Broken, MAX_THREADS, UnderALock};
use super::{floor::futex, in_every_schedule, in_many_schedules, together};

/// What the versions have in common.
trait Meet: Send + Sync + 'static {
    fn of(threads: u32) -> Self;
    fn wait(&self) -> Result<bool, Broken>;
    fn abort(&self);
}

impl Meet for UnderALock {
    fn of(threads: u32) -> Self {
        UnderALock::new(threads)
    }
    fn wait(&self) -> Result<bool, Broken> {
        self.wait()
    }
    fn abort(&self) {
        self.abort();
    }
}

impl<const SPIN: u32> Meet for Barrier<SPIN> {
    fn of(threads: u32) -> Self {
        Barrier::with_spin(threads)
    }
    fn wait(&self) -> Result<bool, Broken> {
        self.wait()
    }
    fn abort(&self) {
        self.abort();
    }
}

/// Nobody leaves round N before all have come to it, and each round has one leader.
fn meets<B: Meet>(threads: usize, rounds: u32) -> impl Fn() + Send + Sync + 'static {
    move || {
        let shared = Arc::new((B::of(threads as u32), AtomicU32::new(0), AtomicU32::new(0)));
        let meeting = shared.clone();
        together(threads, move |_| {
            let (barrier, came, leaders) = &*meeting;
            for round in 1..=rounds {
                came.fetch_add(1, SeqCst);
                leaders.fetch_add(u32::from(barrier.wait().expect("nobody breaks it")), SeqCst);
                assert!(came.load(SeqCst) >= round * threads as u32, "left before all had come");
            }
        });
        assert_eq!(shared.2.load(SeqCst), rounds, "one leader a round");
    }
}

#[test]
fn two_meet_again_and_again() {
    in_many_schedules(3_000, meets::<UnderALock>(2, 1));
    in_every_schedule(meets::<Barrier<0>>(2, 2));
    in_every_schedule(meets::<Barrier<1>>(2, 1));
    in_many_schedules(5_000, meets::<UnderALock>(2, 3));
}

#[test]
fn three_meet_again_and_again() {
    for newest_first in [false, true] {
        let (one, two, three) = (meets::<UnderALock>(3, 2), meets::<Barrier<0>>(3, 2), meets::<Barrier<100>>(3, 2));
        in_many_schedules(3_000, move || (futex::wake_newest_first(newest_first), one()).1);
        in_many_schedules(3_000, move || (futex::wake_newest_first(newest_first), two()).1);
        in_many_schedules(500, move || (futex::wake_newest_first(newest_first), three()).1);
    }
}

/// More threads than the barrier is for: they meet in pairs, whoever they are.
#[test]
fn four_meet_in_pairs() {
    fn with<B: Meet>() {
        in_many_schedules(4_000, || {
            let shared = Arc::new((B::of(2), AtomicU32::new(0)));
            let meeting = shared.clone();
            together(4, move |_| {
                meeting.1.fetch_add(u32::from(meeting.0.wait().expect("nobody breaks it")), SeqCst);
            });
            assert_eq!(shared.1.load(SeqCst), 2);
        });
    }
    with::<UnderALock>();
    with::<Barrier<0>>();
}

#[test]
fn a_broken_barrier_lets_everybody_go() {
    fn with<B: Meet>() {
        in_every_schedule(|| {
            let barrier = Arc::new(B::of(2));
            let shared = barrier.clone();
            together(2, move |number| {
                if number == 0 {
                    assert_eq!(shared.wait(), Err(Broken));
                } else {
                    shared.abort();
                }
            });
            assert_eq!(barrier.wait(), Err(Broken), "who comes later does not wait");
        });
    }
    with::<UnderALock>();
    with::<Barrier<0>>();
    with::<Barrier<1>>();
}

#[test]
fn breaking_wakes_all_who_sleep() {
    fn with<B: Meet>() {
        in_many_schedules(3_000, || {
            let barrier = Arc::new(B::of(3));
            together(3, move |number| match number {
                0 => barrier.abort(),
                _ => assert_eq!(barrier.wait(), Err(Broken)),
            });
        });
    }
    with::<UnderALock>();
    with::<Barrier<0>>();
}

/// Two threads complete a round while a third breaks the barrier: they agree on whether it was complete.
#[test]
fn a_complete_round_stays_complete() {
    fn with<B: Meet>() {
        in_many_schedules(5_000, || {
            let shared = Arc::new((B::of(2), AtomicU32::new(0)));
            let meeting = shared.clone();
            together(3, move |number| {
                if number == 0 {
                    meeting.0.abort();
                } else {
                    meeting.1.fetch_add(u32::from(meeting.0.wait().is_ok()), SeqCst);
                }
            });
            assert!([0, 2].contains(&shared.1.load(SeqCst)), "one of two has met somebody");
        });
    }
    with::<UnderALock>();
    with::<Barrier<0>>();
}

#[test]
fn a_reset_makes_it_whole() {
    in_every_schedule(|| {
        let mut barrier = Barrier::<0>::with_spin(1);
        barrier.abort();
        assert_eq!(barrier.wait().expect_err("broken").to_string(), "the barrier is broken: not all threads will come");
        barrier.reset();
        assert_eq!(barrier.wait(), Ok(true));
    });
}

#[test]
fn it_is_for_as_many_as_fourteen_bits_can_count() {
    in_every_schedule(|| {
        assert_eq!(MAX_THREADS, (1 << 14) - 1, "one more who comes would begin the next round");
        for (threads, possible) in [(0, false), (MAX_THREADS, true), (MAX_THREADS + 1, false)] {
            let made = std::panic::catch_unwind(|| Barrier::<0>::with_spin(threads));
            assert_eq!(made.is_ok(), possible, "{threads} threads");
        }
    });
}
