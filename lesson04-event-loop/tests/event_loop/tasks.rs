//! Order, results, panics, cancelling.

use super::*;

#[test]
fn the_queue_keeps_its_order() {
    alone(|| {
        let event_loop = new();
        let order = Rc::new(RefCell::new(Vec::new()));
        let note = |what: &'static str| {
            let order = Rc::clone(&order);
            move || order.borrow_mut().push(what)
        };
        event_loop.call_soon(note("first"));
        drop(event_loop.create_task(async_note(note("second"))));
        event_loop.call_soon(note("third"));
        let cancelled = event_loop.call_soon(note("never"));
        cancelled.cancel();
        event_loop.run_until_complete(async {}).expect("it runs");
        assert_eq!(order.take(), ["first", "second", "third"]);
    });
}

#[test]
fn what_becomes_ready_meanwhile_waits_for_the_next_turn() {
    alone(|| {
        let event_loop = new();
        let turns = Rc::new(RefCell::new(Vec::new()));
        let (here, noted) = (event_loop.handle(), Rc::clone(&turns));
        event_loop.call_soon(move || {
            noted.borrow_mut().push(here.turns());
            let (inner, noted) = (here.clone(), Rc::clone(&noted));
            here.call_soon(move || {
                noted.borrow_mut().push(inner.turns());
                inner.stop();
            });
        });
        event_loop.run_forever().expect("it runs");
        assert_eq!(turns.take(), [1, 2]);
    });
}

#[test]
fn a_task_is_polled_once_for_each_wake_up_and_never_after_its_end() {
    alone(|| {
        let event_loop = new();
        let polls = counter();
        let wakers: Rc<RefCell<Vec<Waker>>> = Rc::default();
        let (counted, kept) = (Rc::clone(&polls), Rc::clone(&wakers));
        let mut task = event_loop.create_task(poll_fn(move |context| {
            counted.set(counted.get() + 1);
            kept.borrow_mut().push(context.waker().clone());
            if counted.get() == 3 { Poll::Ready("done") } else { Poll::Pending }
        }));
        let turn = || event_loop.run_until_complete(async { yield_now().await }).expect("it runs");
        turn();
        turn();
        assert_eq!(polls.get(), 1, "nobody has woken it");
        wakers.borrow().iter().for_each(Waker::wake_by_ref);
        wakers.borrow().iter().for_each(Waker::wake_by_ref);
        turn();
        assert_eq!(polls.get(), 2, "two wake-ups before a poll are one");
        wakers.borrow()[0].wake_by_ref();
        turn();
        assert_eq!(polls.get(), 3);
        wakers.borrow().iter().for_each(Waker::wake_by_ref);
        turn();
        assert_eq!(polls.get(), 3, "it is over");
        assert_eq!(task.take_result().and_then(Result::ok), Some("done"));
        assert_eq!(event_loop.census().0, 0);
    });
}

#[test]
fn a_result_goes_to_whoever_waits_and_is_dropped_if_nobody_does() {
    alone(|| {
        let event_loop = new();
        let (dropped, here) = (counter(), event_loop.handle());
        let result = Dropped(Rc::clone(&dropped));
        let counted = Rc::clone(&dropped);
        event_loop
            .run_until_complete(async move {
                let waited = here.create_task(async move { result }).await.expect("it is done");
                assert_eq!(counted.get(), 0);
                drop(waited);
                assert_eq!(counted.get(), 1);
                // A waker that somebody keeps must not keep the result.
                let wakers: Rc<RefCell<Vec<Waker>>> = Rc::default();
                let keep = |result: Dropped| {
                    let (wakers, mut result) = (Rc::clone(&wakers), Some(result));
                    poll_fn(move |context| {
                        wakers.borrow_mut().push(context.waker().clone());
                        Poll::Ready(result.take())
                    })
                };
                drop(here.create_task(keep(Dropped(Rc::clone(&counted)))));
                yield_now().await;
                assert_eq!(counted.get(), 2, "nobody will ask");
                let handle = here.create_task(keep(Dropped(Rc::clone(&counted))));
                yield_now().await;
                assert_eq!((handle.is_finished(), counted.get()), (true, 2));
                drop(handle);
                assert_eq!(counted.get(), 3, "nobody asked");
            })
            .expect("it runs");
        assert_eq!(dropped.get(), 3);
    });
}

#[test]
fn a_panic_stays_in_its_task_and_comes_to_who_waits() {
    alone(|| {
        let event_loop = new();
        let here = event_loop.handle();
        let error = event_loop.run_until_complete(async move {
            here.call_soon(|| std::panic::resume_unwind(Box::new("a callback broke")));
            let broken = here.create_task(async { std::panic::resume_unwind(Box::new("it broke")) });
            let error: Result<(), JoinError> = broken.await;
            error
        });
        match error.expect("the loop survives both") {
            Err(JoinError::Panicked(panic)) => assert_eq!(panic.to_string(), "it broke"),
            other => panic!("{other:?}"),
        }
    });
}

/// Panics when it is dropped.
struct Grenade;

impl Drop for Grenade {
    fn drop(&mut self) {
        std::panic::resume_unwind(Box::new("while dropping"));
    }
}

#[test]
fn a_destructor_that_panics_hurts_nobody_else() {
    alone(|| {
        let event_loop = new();
        let (dropped, here) = (counter(), event_loop.handle());
        let result = event_loop.run_until_complete(async move {
            let grenade = Grenade;
            here.create_task(async move {
                yield_now().await;
                let _held = &grenade; // until the end
            })
            .await
        });
        assert!(matches!(result, Ok(Err(JoinError::Panicked(_)))), "{result:?}");
        for number in 0..10 {
            let counted = Dropped(Rc::clone(&dropped));
            let grenade = (number == 5).then(|| Grenade);
            drop(event_loop.create_task(async move {
                pending::<()>().await;
                drop((counted, grenade));
            }));
        }
        event_loop.run_until_complete(yield_now()).expect("it runs");
        drop(event_loop);
        assert_eq!(dropped.get(), 10);
    });
}

#[test]
fn cancelling_drops_the_future_and_frees_what_it_waited_for() {
    alone(|| {
        let event_loop = new();
        let (dropped, here) = (counter(), event_loop.handle());
        let counted = Rc::clone(&dropped);
        event_loop
            .run_until_complete(async move {
                let guard = Dropped(Rc::clone(&counted));
                let task = here.create_task(async move {
                    let listener = listen(([127, 0, 0, 1], 0).into()).expect("a port is free");
                    let nap = here_sleep();
                    let _guard = guard;
                    let accepted = listener.accept();
                    first_of(nap, accepted).await;
                });
                yield_now().await;
                yield_now().await;
                assert_eq!(here.census(), (2, 1, 1), "tasks, timers, sockets");
                task.cancel();
                task.cancel();
                assert_eq!(counted.get(), 0, "in the next turn");
                assert!(matches!(task.await, Err(JoinError::Cancelled)));
                assert_eq!(here.census(), (1, 0, 0), "tasks, timers, sockets");
                // A task that is done already has its result, whatever is called afterwards.
                let mut done = here.create_task(async { 42 });
                yield_now().await;
                done.cancel();
                yield_now().await;
                assert_eq!(done.take_result().and_then(Result::ok), Some(42));
                // One that cancels itself ends at its next await.
                let own = Rc::new(RefCell::new(None));
                let itself: Rc<RefCell<Option<lesson04_event_loop::event_loop::JoinHandle<()>>>> = Rc::clone(&own);
                *own.borrow_mut() = Some(here.create_task(async move {
                    yield_now().await;
                    itself.borrow().as_ref().expect("it is in there").cancel();
                    pending::<()>().await;
                }));
                for _ in 0..4 {
                    yield_now().await;
                }
                assert!(own.borrow().as_ref().expect("it is in there").is_finished());
            })
            .expect("it runs");
        assert_eq!(dropped.get(), 1);
    });
}

fn here_sleep() -> impl Future<Output = ()> {
    sleep(Duration::from_secs(3600))
}

#[test]
fn slow_callbacks_are_remembered_in_debug_mode_only() {
    alone(|| {
        let event_loop = new();
        fn dawdle() {
            let start = Instant::now();
            while start.elapsed() < Duration::from_millis(2) {}
        }
        event_loop.set_slow_callback_duration(Duration::from_millis(2));
        for recording in [false, true] {
            event_loop.record_turns(recording); // that is another mode
            event_loop.call_soon(dawdle);
            event_loop.run_until_complete(yield_now()).expect("it runs");
            assert!(event_loop.take_slow_callbacks().is_empty());
        }
        event_loop.set_debug(true);
        event_loop.call_soon(dawdle);
        let threadsafe = event_loop.threadsafe();
        threadsafe.call_soon_threadsafe(dawdle).expect("it is open");
        async fn dawdling() {
            dawdle();
        }
        let line = line!() + 1;
        drop(event_loop.create_task(dawdling()));
        event_loop.run_until_complete(yield_now()).expect("it runs");
        let slow = event_loop.take_slow_callbacks();
        let named = |name: &str| slow.iter().filter(|slow| slow.name == name).count();
        assert_eq!((named("dawdle"), named("dawdling")), (2, 1), "{slow:?}");
        assert!(slow.iter().any(|slow| slow.created.line() == line && slow.created.file() == file!()));
        assert!(event_loop.take_slow_callbacks().is_empty(), "taken is taken");
    });
}
