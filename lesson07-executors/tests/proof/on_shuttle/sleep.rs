use shuttle::sync::Arc;
use shuttle::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use super::steps::sleep::{Idle, Sleep};
use super::{in_every_schedule, in_many_schedules, in_many_schedules_with_long_pauses, together, work};

const fn parks_after(spins: u32, yields: u32) -> Idle {
    Idle { spins, yields, park: true }
}

/// A pool in small: jobs are a number.
struct Pool {
    sleep: Sleep,
    jobs: AtomicUsize,
    /// Something else that one waiter waits for: a handle, say.
    done: AtomicUsize,
}

impl Pool {
    fn new(jobs: usize) -> Arc<Self> {
        Arc::new(Pool { sleep: Sleep::new(), jobs: AtomicUsize::new(jobs), done: AtomicUsize::new(0) })
    }

    fn take(&self) -> Option<()> {
        self.jobs.fetch_update(SeqCst, SeqCst, |jobs| jobs.checked_sub(1)).ok().map(drop)
    }

    fn bring(&self) {
        self.jobs.fetch_add(1, SeqCst);
        self.sleep.wake_one();
    }

    /// A worker that takes so many jobs.
    fn works(self: &Arc<Self>, jobs: usize, idle: Idle) -> Box<dyn FnOnce() + Send> {
        let pool = Arc::clone(self);
        work(move || (0..jobs).for_each(|_| pool.sleep.until(idle, || pool.take())))
    }

    fn brings(self: &Arc<Self>, jobs: usize) -> Box<dyn FnOnce() + Send> {
        let pool = Arc::clone(self);
        work(move || (0..jobs).for_each(|_| pool.bring()))
    }

    /// A worker that helps until it is done, and hands on what is not its own.
    fn helps(self: &Arc<Self>, idle: Idle) -> Box<dyn FnOnce() + Send> {
        let pool = Arc::clone(self);
        work(move || {
            let (ready, more) = (|| pool.done.load(SeqCst) > 0, || pool.jobs.load(SeqCst) > 0);
            pool.sleep.help_until(idle, ready, || pool.take(), |()| (), more);
        })
    }

    fn finishes(self: &Arc<Self>) -> Box<dyn FnOnce() + Send> {
        let pool = Arc::clone(self);
        work(move || {
            pool.done.store(1, SeqCst);
            pool.sleep.wake_all();
        })
    }
}

fn one_worker(jobs: usize, idle: Idle) -> impl Fn() + Send + Sync + 'static {
    move || {
        let pool = Pool::new(0);
        together(vec![pool.works(jobs, idle), pool.brings(jobs)]);
        assert_eq!(pool.sleep.sleepers(), 0, "nobody sleeps, and somebody is still counted as asleep");
    }
}

#[test]
fn no_wake_up_is_lost_parking_at_once() {
    in_every_schedule(one_worker(2, parks_after(0, 0)));
}

#[test]
fn no_wake_up_is_lost_after_a_look() {
    in_every_schedule(one_worker(1, parks_after(1, 0)));
    in_every_schedule(one_worker(1, parks_after(0, 1)));
    in_many_schedules(3_000, one_worker(3, parks_after(1, 1)));
}

#[test]
fn no_wake_up_is_lost_after_a_hundred_looks() {
    in_many_schedules(500, one_worker(3, parks_after(100, 0)));
    in_many_schedules(500, one_worker(3, parks_after(100, 10)));
}

fn two_workers(jobs: usize, idle: Idle) -> impl Fn() + Send + Sync + 'static {
    move || {
        let pool = Pool::new(0);
        together(vec![pool.works(jobs, idle), pool.works(jobs, idle), pool.brings(2 * jobs)]);
    }
}

#[test]
fn two_jobs_wake_two_sleepers() {
    in_many_schedules(5_000, two_workers(1, parks_after(0, 0)));
    in_many_schedules(3_000, two_workers(2, parks_after(1, 0)));
    in_many_schedules(300, two_workers(2, parks_after(100, 0)));
}

#[test]
fn two_bring_and_two_take() {
    for spins in [0, 1, 100] {
        in_many_schedules(if spins == 100 { 300 } else { 5_000 }, move || {
            let pool = Pool::new(0);
            let idle = parks_after(spins, 0);
            together(vec![pool.works(1, idle), pool.works(1, idle), pool.brings(1), pool.brings(1)]);
            assert_eq!(
                pool.sleep.sleepers(),
                0,
                "two were quick at once, and one sleeper was taken off the count twice"
            );
        });
    }
}

#[test]
fn everybody_is_woken() {
    for spins in [0, 1] {
        in_many_schedules(5_000, move || {
            let pool = Pool::new(0);
            let idle = parks_after(spins, 0);
            together(vec![pool.helps(idle), pool.helps(idle), pool.finishes()]);
            assert_eq!(pool.sleep.sleepers(), 0, "all are awake, and somebody is still counted as asleep");
        });
    }
    in_every_schedule(|| {
        let pool = Pool::new(0);
        together(vec![pool.helps(parks_after(0, 0)), pool.finishes()]);
    });
}

/// A wake-up for a job may reach one who waits for something else and has just got it. The job must not stay behind.
#[test]
fn a_wake_up_is_handed_on() {
    for spins in [0, 1, 100] {
        in_many_schedules(if spins == 100 { 300 } else { 5_000 }, move || {
            let pool = Pool::new(0);
            let idle = parks_after(spins, 0);
            // The worker takes all jobs that the helper does not: it ends when it finds the last one or is told.
            let worker = {
                let pool = Arc::clone(&pool);
                work(move || {
                    let all_gone = || (pool.done.load(SeqCst) == 2).then_some(());
                    pool.sleep.until(idle, || all_gone().or_else(|| pool.take()));
                })
            };
            let end = {
                let pool = Arc::clone(&pool);
                work(move || {
                    pool.done.store(1, SeqCst);
                    pool.sleep.wake_all();
                })
            };
            let bring = pool.brings(1);
            let helper = {
                let pool = Arc::clone(&pool);
                work(move || {
                    let (ready, more) = (|| pool.done.load(SeqCst) > 0, || pool.jobs.load(SeqCst) > 0);
                    let took = std::cell::Cell::new(false);
                    pool.sleep.help_until(idle, ready, || pool.take(), |()| took.set(true), more);
                    if took.get() {
                        // It ran the job itself; then nobody else has to.
                        pool.done.store(2, SeqCst);
                        pool.sleep.wake_all();
                    }
                })
            };
            together(vec![worker, helper, bring, end]);
        });
    }
}

/// One who was woken and has not run yet is not counted as asleep. The next job wakes another.
#[test]
fn late_comers_take_nobodys_wake_up() {
    in_many_schedules(5_000, || {
        let pool = Pool::new(0);
        let idle = parks_after(0, 0);
        together(vec![pool.helps(idle), pool.helps(idle), pool.works(1, idle), pool.brings(3), pool.finishes()]);
    });
}

/// A late-comer may take the wake-up that was meant for another, who then sleeps on. What that one waits for must wake it all
/// the same: here the first, and the second waits for the first.
#[test]
fn who_lost_its_wake_up_to_another_is_woken_by_what_it_waits_for() {
    for spins in [0, 1] {
        let scenario = move || {
            let (pool, idle) = (Pool::new(0), parks_after(spins, 0));
            let waits_for = |stage: usize| {
                let pool = Arc::clone(&pool);
                work(move || {
                    let (ready, more) = (|| pool.done.load(SeqCst) >= stage, || pool.jobs.load(SeqCst) > 0);
                    pool.sleep.help_until(idle, ready, || pool.take(), |()| (), more);
                    pool.done.fetch_add(1, SeqCst);
                    pool.sleep.wake_all();
                })
            };
            let begins = {
                let pool = Arc::clone(&pool);
                work(move || {
                    pool.bring();
                    pool.done.fetch_add(1, SeqCst);
                    pool.sleep.wake_all();
                })
            };
            together(vec![waits_for(1), waits_for(2), begins]);
        };
        in_many_schedules(5_000, scenario);
        in_many_schedules_with_long_pauses(5_000, scenario);
    }
}
