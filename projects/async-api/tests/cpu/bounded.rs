//! The pool: what runs, what waits, what is refused, and what is left when callers go.

use async_api::config::CpuSettings;
use async_api::cpu::{Bounded, Refused};
use std::cell::RefCell;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

fn pool(threads: usize, queue: usize) -> Bounded {
    Bounded::new(CpuSettings { threads, queue }).expect("threads")
}

/// A test with a limit of time.
fn timed<F: Future<Output = ()> + 'static>(test: impl FnOnce() -> F + Send + 'static) {
    common::within(Duration::from_secs(30), move || {
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(test());
    });
}

/// Work that says that it has begun, and ends when it is let.
fn gated() -> (impl FnOnce() + Send + 'static, Receiver<()>, Sender<()>) {
    let (begun, has_begun) = channel();
    let (open, gate) = channel();
    let work = move || {
        begun.send(()).expect("the test waits");
        gate.recv().expect("the test opens the gate");
    };
    (work, has_begun, open)
}

fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn as_many_as_there_is_room_for_and_no_more() {
    timed(|| async {
        let pool = pool(1, 1);
        let (work, begun, open) = gated();
        let mut running = pin!(pool.run(work));
        assert!(poll(running.as_mut()).is_pending());
        begun.recv().expect("it begins");
        let mut waiting = pin!(pool.run(|| 2));
        assert!(poll(waiting.as_mut()).is_pending());
        assert_eq!(pool.run(|| 3).await, Err(Refused::Full));
        open.send(()).expect("it waits");
        assert_eq!((running.await, waiting.await), (Ok(()), Ok(2)));
        assert_eq!(pool.run(|| 4).await, Ok(4), "there is room again");
    });
}

#[test]
fn all_threads_work_at_once() {
    timed(|| async {
        let pool = pool(3, 0);
        let jobs: Vec<_> = (0..3).map(|_| gated()).collect();
        let (mut runs, mut gates) = (Vec::new(), Vec::new());
        for (work, begun, open) in jobs {
            let mut run = Box::pin(pool.run(work));
            assert!(poll(run.as_mut()).is_pending());
            begun.recv().expect("it begins although the others have not ended");
            runs.push(run);
            gates.push(open);
        }
        assert_eq!(pool.run(|| ()).await, Err(Refused::Full));
        gates.iter().for_each(|gate| gate.send(()).expect("it waits"));
        futures::future::join_all(runs).await.into_iter().for_each(|result| assert_eq!(result, Ok(())));
    });
}

#[test]
fn whoever_leaves_the_queue_gives_up_the_place_and_the_work() {
    timed(|| async {
        let pool = pool(1, 1);
        let (work, begun, open) = gated();
        let mut running = pin!(pool.run(work));
        assert!(poll(running.as_mut()).is_pending());
        begun.recv().expect("it begins");
        let worked = Arc::new(AtomicUsize::new(0));
        for _ in 0..100 {
            let held = Arc::clone(&worked);
            let mut left = Box::pin(pool.run(move || held.fetch_add(1, Ordering::SeqCst)));
            assert!(poll(left.as_mut()).is_pending(), "the place of the one before is free");
            drop(left);
        }
        assert_eq!(Arc::strong_count(&worked), 1, "what the work held is let go with it");
        open.send(()).expect("it waits");
        running.await.expect("it ends");
        pool.run(|| ()).await.expect("it is behind all of them in the queue");
        assert_eq!(worked.load(Ordering::SeqCst), 0);
    });
}

#[test]
fn work_under_way_keeps_its_place_when_its_caller_goes() {
    timed(|| async {
        let pool = pool(1, 0);
        let (work, begun, open) = gated();
        let mut running = Box::pin(pool.run(work));
        assert!(poll(running.as_mut()).is_pending());
        begun.recv().expect("it begins");
        drop(running);
        assert_eq!(pool.run(|| ()).await, Err(Refused::Full), "the thread is busy all the same");
        open.send(()).expect("it waits");
        while pool.run(|| ()).await.is_err() {
            tokio::task::yield_now().await;
        }
    });
}

#[test]
fn a_panic_is_an_answer_and_the_thread_goes_on() {
    timed(|| async {
        let pool = pool(1, 0);
        for _ in 0..3 {
            assert_eq!(pool.run(|| panic!("on purpose")).await, Err::<(), _>(Refused::Panicked));
            assert_eq!(pool.run(|| 1).await, Ok(1));
        }
    });
}

#[test]
fn no_thread_is_left_behind() {
    /// Says when its thread ends.
    struct Ends(Sender<()>);
    impl Drop for Ends {
        fn drop(&mut self) {
            let _ = self.0.send(());
        }
    }
    thread_local!(static ENDS: RefCell<Option<Ends>> = const { RefCell::new(None) });
    timed(|| async {
        let pool = pool(1, 0);
        let (ends, ended) = channel();
        pool.run(move || ENDS.set(Some(Ends(ends)))).await.expect("it runs");
        let other = pool.clone();
        drop(pool);
        other.run(|| ()).await.expect("a clone keeps the pool");
        assert!(ended.try_recv().is_err());
        drop(other);
        ended.recv().expect("the thread ends");
    });
}
