use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use shuttle::sync::Arc;

use super::steps::completion::{Completion, Wake};
use super::{in_every_schedule, together, work};

/// Counts how often it was told.
struct Count(Arc<AtomicUsize>);

impl Wake for Count {
    fn wake(self) {
        self.0.fetch_add(1, SeqCst);
    }
}

#[test]
fn one_of_two_gets_the_job() {
    in_every_schedule(|| {
        let (completion, claims) = (Arc::new(Completion::<Count>::new()), Arc::new(AtomicUsize::new(0)));
        let claim = || {
            let (completion, claims) = (completion.clone(), claims.clone());
            work(move || {
                if completion.claim() {
                    claims.fetch_add(1, SeqCst);
                }
            })
        };
        together(vec![claim(), claim()]);
        assert_eq!(claims.load(SeqCst), 1);
        assert!(completion.is_claimed() && !completion.is_finished());
    });
}

#[test]
fn each_watcher_is_told_once() {
    for watchers in [1, 2] {
        in_every_schedule(move || {
            let completion = Arc::new(Completion::new());
            let told: Vec<_> = (0..watchers).map(|_| Arc::new(AtomicUsize::new(0))).collect();
            let watch = |told: &Arc<AtomicUsize>| {
                let (completion, told) = (completion.clone(), told.clone());
                work(move || completion.watch(Count(told)))
            };
            let finish = {
                let completion = completion.clone();
                work(move || {
                    assert!(completion.claim());
                    completion.finish(true);
                })
            };
            together(told.iter().map(watch).chain([finish]).collect());
            assert!(told.iter().all(|told| told.load(SeqCst) == 1), "told not at all, or twice");
            assert!(completion.is_finished() && completion.is_failed());
        });
    }
}

#[test]
fn who_watches_and_sleeps_wakes_up() {
    struct Unpark(shuttle::sync::mpsc::Sender<()>);
    impl Wake for Unpark {
        fn wake(self) {
            self.0.send(()).expect("it is waited for");
        }
    }
    in_every_schedule(|| {
        let completion = Arc::new(Completion::new());
        let waits = {
            let completion = completion.clone();
            work(move || {
                let (wake, woken) = shuttle::sync::mpsc::channel();
                completion.watch(Unpark(wake));
                woken.recv().expect("the completion holds the other end until it tells");
                assert!(completion.is_finished() && !completion.is_failed());
            })
        };
        let finishes = work(move || completion.finish(false));
        together(vec![waits, finishes]);
    });
}

#[test]
fn a_wish_is_seen_and_changes_nothing_else() {
    in_every_schedule(|| {
        let completion = Arc::new(Completion::<Count>::new());
        assert!(completion.claim());
        let ask = {
            let completion = completion.clone();
            work(move || completion.ask())
        };
        let runs = {
            let completion = completion.clone();
            work(move || {
                let _ = completion.is_asked(); // seen or not yet: both are right
                completion.finish(false);
            })
        };
        together(vec![ask, runs]);
        assert!(completion.is_asked() && completion.is_finished() && !completion.is_failed());
    });
}
