//! Many jobs, and none of them lost.

use super::*;

/// Each job submits the next two, until there were a million.
fn a_million(idle: Idle) {
    struct Tree {
        pool: ThreadPool,
        left: AtomicU64,
        ran: AtomicU64,
        done: mpsc::Sender<()>,
    }
    fn grow(tree: &Arc<Tree>) {
        for _ in 0..2 {
            if tree.left.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_err() {
                break;
            }
            let inner = Arc::clone(tree);
            drop(tree.pool.submit(move || grow(&inner)).expect("it is open"));
        }
        if tree.ran.fetch_add(1, SeqCst) + 1 == 1_000_000 {
            tree.done.send(()).expect("the test waits");
        }
    }
    within(LIMIT, move || {
        let (done, all_done) = mpsc::channel();
        let pool = ThreadPool::builder(2).idle(idle).build().expect("it starts");
        let tree = Arc::new(Tree { pool, left: AtomicU64::new(999_999), ran: AtomicU64::new(0), done });
        let first = Arc::clone(&tree);
        drop(tree.pool.submit(move || grow(&first)).expect("it is open"));
        all_done.recv().expect("the last one tells");
        assert_eq!(tree.ran.load(SeqCst), 1_000_000);
    });
}

#[test]
fn a_million_jobs_that_submit_jobs() {
    a_million(Idle::SPIN_YIELD_PARK);
}

#[test]
fn a_million_jobs_that_submit_jobs_parking_at_once() {
    a_million(Idle::PARK);
}

/// One at a time, so that the worker is about to fall asleep at each: a lost wake-up would hang here.
#[test]
fn no_wake_up_is_lost() {
    within(LIMIT, || {
        for (spins, yields) in [(0, 0), (1, 0), (100, 0), (0, 1), (200, 32)] {
            let idle = Idle { spins, yields, park: true };
            let pool = ThreadPool::builder(2).idle(idle).build().expect("it starts");
            let end = std::time::Instant::now() + Duration::from_millis(100);
            while std::time::Instant::now() < end {
                assert_eq!(pool.submit(|| 1).expect("it is open").result(), Ok(1));
            }
        }
    });
}
