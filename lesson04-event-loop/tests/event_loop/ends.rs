//! A loop that is dropped, closed or stopped.

use super::*;

#[test]
fn dropping_the_loop_drops_everything_once() {
    alone(|| {
        let event_loop = new();
        let (dropped, polled) = (counter(), counter());
        let guard = || Dropped(Rc::clone(&dropped));
        for number in 0..50 {
            let (guard, polled) = (guard(), Rc::clone(&polled));
            drop(event_loop.create_task(async move {
                polled.set(polled.get() + 1);
                match number % 3 {
                    0 => sleep(Duration::from_secs(3600)).await,
                    1 => pending().await,
                    // The destructor of one task tries to make another.
                    _ => {
                        let _maker = Maker(get_event_loop().expect("it runs"), guard.clone());
                        pending::<()>().await;
                    }
                }
                drop(guard);
            }));
        }
        event_loop.run_until_complete(yield_now()).expect("it runs");
        assert_eq!(polled.get(), 50);
        let callback = guard();
        event_loop.call_soon(move || drop(callback));
        let timer = guard();
        event_loop.call_later(Duration::from_secs(3600), move || drop(timer));
        let unpolled = guard();
        drop(event_loop.create_task(async move { drop(unpolled) }));
        let handle = event_loop.create_task(async move { pending::<()>().await });
        assert_eq!(dropped.get(), 0);
        let here = event_loop.handle();
        drop(event_loop);
        // 50 tasks, 16 of which had two guards and made one task each, a callback, a timer, an unpolled task.
        assert_eq!(dropped.get(), 50 + 16 + 16 + 3);
        assert_eq!((here.census(), here.is_closed(), handle.is_finished()), ((0, 0, 0), true, true));
    });
}

/// Makes a task when it is dropped. A loop that is being closed drops that at once.
struct Maker(lesson04_event_loop::event_loop::LoopHandle, Dropped);

impl Drop for Maker {
    fn drop(&mut self) {
        let guard = self.1.clone();
        drop(self.0.create_task(async move { drop(guard) }));
    }
}

/// What other threads have sent and the loop has not seen is dropped with it.
#[test]
fn dropping_the_loop_drops_unseen_messages() {
    alone(|| {
        let event_loop = new();
        let (threadsafe, message) = (event_loop.threadsafe(), Arc::new(()));
        let sent = Arc::clone(&message);
        threadsafe.call_soon_threadsafe(move || drop(sent)).expect("it is open");
        assert_eq!(Arc::strong_count(&message), 2);
        drop(event_loop);
        assert_eq!(Arc::strong_count(&message), 1);
    });
}

#[test]
fn the_executors_threads_end_with_the_loop() {
    /// Lives as long as its thread.
    struct Tells(mpsc::Sender<()>);
    impl Drop for Tells {
        fn drop(&mut self) {
            self.0.send(()).expect("the test waits");
        }
    }
    thread_local! {
        static AT_THE_END: RefCell<Option<Tells>> = const { RefCell::new(None) };
    }
    alone(|| {
        let event_loop = new();
        let (tells, ended) = mpsc::channel();
        let job = event_loop.run_in_executor(move || AT_THE_END.set(Some(Tells(tells))));
        event_loop.run_until_complete(job).expect("it runs").expect("no panic");
        assert!(ended.try_recv().is_err(), "an idle thread is kept");
        drop(event_loop);
        ended.recv().expect("the thread ends");
    });
}

#[test]
fn a_closed_loop_refuses() {
    alone(|| {
        let event_loop = new();
        let (dropped, threadsafe) = (counter(), event_loop.threadsafe());
        event_loop.close().expect("it does not run");
        event_loop.close().expect("twice is fine");
        assert!(matches!(event_loop.run_forever(), Err(RunError::Closed)));
        assert_eq!(threadsafe.call_soon_threadsafe(|| ()), Err(Closed));
        let guards: Vec<_> = (0..3).map(|_| Dropped(Rc::clone(&dropped))).collect();
        let [first, second, third] = <[Dropped; 3]>::try_from(guards).ok().expect("there are three");
        event_loop.call_soon(move || drop(first));
        event_loop.call_later(Duration::ZERO, move || drop(second));
        let mut task = event_loop.create_task(async move { drop(third) });
        assert_eq!(dropped.get(), 3);
        assert!(matches!(task.take_result(), Some(Err(JoinError::Cancelled))));
        let job = event_loop.run_in_executor(|| 42);
        assert!(matches!(v1_block_on::block_on(job), Err(JoinError::Cancelled)));
        let running = new();
        let inner = Rc::new(running);
        let itself = Rc::clone(&inner);
        let refused = inner.run_until_complete(async move { itself.close() }).expect("it runs");
        assert!(matches!(refused, Err(RunError::AlreadyRunning)));
    });
}

#[test]
fn stopped_before_the_end_it_goes_on_when_it_is_run_again() {
    alone(|| {
        let event_loop = new();
        let (steps, here) = (counter(), event_loop.handle());
        let counted = Rc::clone(&steps);
        let stopped = event_loop.run_until_complete(async move {
            counted.set(1);
            here.stop();
            yield_now().await;
            counted.set(2);
        });
        assert!(matches!(stopped, Err(RunError::Stopped)), "{stopped:?}");
        assert_eq!(steps.get(), 1);
        // The old main ends in here, and must not stop this run before its own is done.
        let result = event_loop.run_until_complete(async {
            for _ in 0..5 {
                yield_now().await;
            }
            42
        });
        assert_eq!((result.expect("it runs"), steps.get()), (42, 2));
        event_loop.stop();
        event_loop.run_forever().expect("stopped before it runs: one turn");
    });
}
