//! Other threads wake it, and work for it.

use super::*;

#[test]
fn other_threads_wake_a_loop_that_sleeps() {
    alone(|| {
        for _ in 0..200 {
            let event_loop = new();
            let (threadsafe, called) = (event_loop.threadsafe(), Arc::new(AtomicBool::new(false)));
            let noted = Arc::clone(&called);
            let caller = thread::spawn(move || {
                threadsafe.call_soon_threadsafe(move || {
                    noted.store(true, SeqCst);
                    get_event_loop().expect("a callback has a loop").stop();
                })
            });
            event_loop.run_forever().expect("it runs"); // for ever, if the wake-up is lost
            assert!(called.load(SeqCst));
            caller.join().expect("no panic").expect("the loop is open");
        }
    });
}

#[test]
fn a_storm_of_wake_ups_from_threads_for_a_second() {
    alone(|| {
        let event_loop = new();
        let until = Instant::now() + Duration::from_secs(1);
        let (mut rounds, here) = (0_u32, event_loop.handle());
        event_loop
            .run_until_complete(async move {
                while Instant::now() < until {
                    let shared = Arc::new(Mutex::new((0, None::<Waker>)));
                    for _ in 0..3 {
                        let shared = Arc::clone(&shared);
                        drop(here.run_in_executor(move || wake_once(&shared)).await);
                    }
                    let threads: Vec<_> = (0..3)
                        .map(|_| {
                            let shared = Arc::clone(&shared);
                            thread::spawn(move || wake_once(&shared))
                        })
                        .collect();
                    poll_fn(|context| {
                        let mut shared = shared.lock().expect("fine");
                        shared.1 = Some(context.waker().clone());
                        if shared.0 == 6 { Poll::Ready(()) } else { Poll::Pending }
                    })
                    .await;
                    threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
                    rounds += 1;
                }
                assert!(rounds > 0);
            })
            .expect("it runs");
    });
}

fn wake_once(shared: &Mutex<(u32, Option<Waker>)>) {
    let mut shared = shared.lock().expect("fine");
    shared.0 += 1;
    if let Some(waker) = &shared.1 {
        waker.wake_by_ref();
    }
}

#[test]
fn a_waker_may_be_dropped_last_on_another_thread() {
    alone(|| {
        let event_loop = new();
        let (send, wakers) = mpsc::channel::<Waker>();
        let home = thread::current().id();
        let guard = AtHome(home);
        drop(event_loop.create_task(async move {
            let _guard = guard;
            poll_fn(|context| {
                send.send(context.waker().clone()).expect("the receiver is below");
                Poll::<()>::Pending
            })
            .await;
        }));
        event_loop.run_until_complete(yield_now()).expect("it runs");
        drop(event_loop);
        let waker = wakers.recv().expect("it was polled");
        thread::spawn(move || {
            waker.wake_by_ref();
            drop(waker);
        })
        .join()
        .expect("the future was dropped at home");
    });
}

/// Must be dropped on the thread that it belongs to.
struct AtHome(thread::ThreadId);

impl Drop for AtHome {
    fn drop(&mut self) {
        assert_eq!(thread::current().id(), self.0, "a future of one thread is dropped by another");
    }
}

#[test]
fn jobs_that_nobody_waits_for_are_not_begun() {
    alone(|| {
        let event_loop = new();
        let (begun, gate) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(())));
        let here = event_loop.handle();
        let counted = Arc::clone(&begun);
        event_loop
            .run_until_complete(async move {
                let held = gate.lock().expect("fine");
                // More jobs than threads, and none can end: the rest stays in the queue.
                let jobs: Vec<_> = (0..100)
                    .map(|_| {
                        let (begun, gate) = (Arc::clone(&counted), Arc::clone(&gate));
                        here.run_in_executor(move || {
                            begun.fetch_add(1, SeqCst);
                            drop(gate.lock().expect("fine"));
                        })
                    })
                    .collect();
                let threads = here.executor_threads();
                assert!(threads <= 36, "{threads}");
                drop(jobs);
                drop(held);
                here.run_in_executor(|| ()).await.expect("after all others");
                assert!(counted.load(SeqCst) <= threads, "a job was begun for nobody");
            })
            .expect("it runs");
    });
}
