use shuttle::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use shuttle::sync::{Arc, Condvar, Mutex};

use super::steps::arrivals::Arrivals;
use super::steps::completion::Wake;
use super::steps::sleep::{Idle, Sleep};
use super::{in_every_schedule, in_many_schedules, together, work};

/// `park` and `unpark` of one thread: a token that stays until it is used. (The runner's own park also wakes without
/// cause, in as many schedules as one likes.)
#[derive(Default)]
struct Parker(Mutex<bool>, Condvar);

impl Parker {
    fn park(&self) {
        let mut token = self.0.lock().expect("nobody panics under this lock");
        while !*token {
            token = self.1.wait(token).expect("nobody panics under this lock");
        }
        *token = false;
    }

    fn unpark(&self) {
        *self.0.lock().expect("nobody panics under this lock") = true;
        self.1.notify_one();
    }
}

/// A thread of its own, as in `src/pool/here.rs`; or a worker, which sleeps where its pool's workers sleep.
#[derive(Clone)]
enum Waker {
    Thread(Arc<Parker>),
    Worker(Arc<Sleep>),
}

impl Waker {
    fn thread() -> Self {
        Waker::Thread(Arc::new(Parker::default()))
    }
}

impl Wake for Waker {
    fn wake(self) {
        match self {
            Waker::Thread(parker) => parker.unpark(),
            Waker::Worker(sleep) => sleep.wake_all(),
        }
    }
}

/// Waits as `wait_until` in `src/pool/here.rs` does: it is told of the waker once, however often it wakes.
fn next_of(arrivals: &Arrivals<Waker>, waker: &Waker) -> usize {
    if let Some(first) = arrivals.take() {
        return first; // an arrival that has not yet looked for a waker may meet that of the next wait
    }
    arrivals.watch(waker.clone());
    match waker {
        Waker::Worker(sleep) => sleep.until(Idle::PARK, || arrivals.take()),
        Waker::Thread(parker) => loop {
            if let Some(next) = arrivals.take() {
                return next;
            }
            parker.park();
        },
    }
}

/// So many jobs finish, each on a thread of its own; one thread waits for all of them, one after the other.
fn all_arrive(jobs: usize, on_a_worker: bool) -> impl Fn() + Send + Sync + 'static {
    move || {
        let arrivals = Arc::new(Arrivals::new());
        let arrives = |number: usize| {
            let arrivals = Arc::clone(&arrivals);
            work(move || arrivals.arrive(number))
        };
        let waits = {
            let arrivals = Arc::clone(&arrivals);
            work(move || {
                let waker = if on_a_worker { Waker::Worker(Arc::new(Sleep::new())) } else { Waker::thread() };
                let mut all: Vec<usize> = (0..jobs).map(|_| next_of(&arrivals, &waker)).collect();
                all.sort_unstable();
                assert_eq!(all, (0..jobs).collect::<Vec<_>>(), "each once");
                assert_eq!(arrivals.take(), None);
            })
        };
        together((0..jobs).map(arrives).chain([waits]).collect());
    }
}

#[test]
fn no_arrival_is_slept_through() {
    in_every_schedule(all_arrive(1, false));
    in_many_schedules(3_000, all_arrive(2, false));
    in_many_schedules(1_000, all_arrive(3, false));
}

#[test]
fn no_arrival_is_slept_through_on_a_worker() {
    in_every_schedule(all_arrive(1, true));
    in_many_schedules(3_000, all_arrive(2, true));
    in_many_schedules(1_000, all_arrive(3, true));
}

/// What finishes first is handed out first.
#[test]
fn arrivals_keep_their_order() {
    in_many_schedules(1_000, || {
        let (arrivals, before) = (Arc::new(Arrivals::<Waker>::new()), Arc::new(AtomicUsize::new(0)));
        let arrives = {
            let (arrivals, before) = (Arc::clone(&arrivals), Arc::clone(&before));
            work(move || {
                arrivals.arrive(0);
                before.store(1, SeqCst);
                arrivals.arrive(1);
            })
        };
        let waits = work(move || {
            let waker = Waker::thread();
            assert_eq!((next_of(&arrivals, &waker), next_of(&arrivals, &waker)), (0, 1));
            assert_eq!(before.load(SeqCst), 1);
        });
        together(vec![arrives, waits]);
    });
}
