//! What is queued when a pool is shut down.

use super::*;

#[test]
fn shutdown_cancels_what_is_queued_and_only_that() {
    fn with<P: Executor + Sync>(pool: P, close: impl Fn(&P) + Sync) {
        let (gate, running) = occupy(&pool);
        let queued: Vec<_> = (0..10).map(|_| pool.submit(|| ()).expect("it is open")).collect();
        thread::scope(|scope| {
            scope.spawn(|| close(&pool));
            for handle in queued {
                assert_eq!(handle.result(), Err(JobError::Cancelled)); // while the worker is still busy
            }
            drop(gate);
        });
        assert_eq!(running.result(), Ok(()));
    }
    within(LIMIT, || {
        with(CondvarQueue::new(1).expect("it starts"), |pool| pool.shutdown(Queued::Cancel));
        with(ThreadPool::new(1).expect("it starts"), |pool| pool.shutdown(Queued::Cancel));
        // What a worker had submitted itself lies in its own deque, and is cancelled as well.
        let pool = Arc::new(ThreadPool::new(1).expect("it starts"));
        let (inner, (close, closed)) = (Arc::clone(&pool), mpsc::channel::<()>());
        let (handles, received) = mpsc::channel();
        let running = pool.submit(move || {
            let submitted: Vec<_> = (0..5).map(|_| inner.submit(|| ()).expect("it is open")).collect();
            handles.send(submitted).expect("the test is there");
            closed.recv().expect("the test is there");
        });
        let submitted = received.recv().expect("it runs");
        let closing = Arc::clone(&pool);
        let closer = thread::spawn(move || closing.shutdown(Queued::Cancel));
        while pool.submit(|| ()).is_ok() {
            thread::yield_now();
        }
        close.send(()).expect("it waits");
        closer.join().expect("no panic");
        running.expect("it was open").result().expect("it ended");
        assert!(submitted.into_iter().all(|handle| handle.result() == Err(JobError::Cancelled)));
    });
}
