use shuttle::sync::Arc;

use super::steps::blocked::{Blocked, Waiting};
use super::steps::completion::{Completion, Wake};
use super::{in_every_schedule, together, work};

/// What a worker that waits leaves at its job: to be taken off the count, and to be woken.
enum Waiter {
    Counted(Arc<Waiting>),
    Sleeps,
}

impl Wake for Waiter {
    fn wake(self) {
        shuttle::thread::yield_now(); // whatever may come between
        if let Waiter::Counted(waiting) = self {
            waiting.end();
        }
    }
}

/// Of two workers one waits for a job that the other finishes. Whichever of them goes on to its next job, neither counts as
/// waiting any more: the next job might well be one that has to wait.
#[test]
fn nobody_counts_as_waiting_for_a_job_that_has_finished() {
    for sleeps in [false, true] {
        in_every_schedule(move || {
            let (completion, workers) = (Arc::new(Completion::new()), Blocked::new(2));
            let waits = {
                let (completion, workers) = (completion.clone(), workers.clone());
                work(move || {
                    let mut counted = None;
                    let watched = completion.watch_unless_finished(|| {
                        let waiting = Blocked::enter(&workers).ok_or(())?;
                        counted = Some(waiting.clone());
                        Ok::<_, ()>(Waiter::Counted(waiting))
                    });
                    assert_eq!(watched, Ok(()), "refused, though the other one works");
                    if sleeps {
                        completion.watch(Waiter::Sleeps);
                    }
                    // However it came to know: this is one look, and what follows only holds where it saw the end.
                    if completion.is_finished() {
                        counted.iter().for_each(|waiting| waiting.end());
                        assert_eq!(workers.waiting(), 0, "who waited goes on, and is still counted");
                    }
                })
            };
            let finishes = {
                let (completion, workers) = (completion.clone(), workers.clone());
                work(move || {
                    completion.finish(false);
                    assert_eq!(workers.waiting(), 0, "who finished goes on, and the other is still counted");
                })
            };
            together(vec![waits, finishes]);
            assert_eq!(workers.waiting(), 0);
        });
    }
}

#[test]
fn the_last_worker_is_refused_and_a_place_comes_back_once() {
    in_every_schedule(|| {
        let workers = Blocked::new(2);
        let waiting = Blocked::enter(&workers).expect("one is left to work");
        assert!(Blocked::enter(&workers).is_none());
        let end = || {
            let waiting = waiting.clone();
            work(move || waiting.end())
        };
        together(vec![end(), end()]);
        assert_eq!(workers.waiting(), 0, "taken off once, by whichever was first");
        assert!(Blocked::enter(&Blocked::new(1)).is_none());
    });
}

#[test]
fn one_wait_that_ends_ends_no_other() {
    in_every_schedule(|| {
        let workers = Blocked::new(3);
        let [first, second] = [(); 2].map(|()| Blocked::enter(&workers).expect("one is left to work"));
        let end = {
            let first = first.clone();
            work(move || first.end())
        };
        together(vec![end, work(move || first.end())]);
        assert_eq!(workers.waiting(), 1, "the second still waits");
        second.end();
        assert_eq!(workers.waiting(), 0);
    });
}

#[test]
fn of_two_workers_that_come_at_once_one_may_wait() {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    in_every_schedule(|| {
        let (workers, entered) = (Blocked::new(2), Arc::new(AtomicUsize::new(0)));
        let enter = || {
            let (workers, entered) = (workers.clone(), entered.clone());
            work(move || {
                entered.fetch_add(usize::from(Blocked::enter(&workers).is_some()), SeqCst);
            })
        };
        together(vec![enter(), enter()]);
        assert_eq!(entered.load(SeqCst), 1, "both wait, and nobody is left to work");
    });
}
