//! What the loop promises: order, ends, errors, and that everything which goes in comes out or is dropped, once.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use common::within;
use lesson04_event_loop::event_loop::timers::Timers;
use lesson04_event_loop::event_loop::{Closed, EventLoop, JoinError, RunError, get_event_loop, listen, sleep};
use lesson04_event_loop::solutions::yield_now::yield_now;
use lesson04_event_loop::versions::{v1_block_on, v2_ready_queue, v3_timers, v4_sockets};

const LIMIT: Duration = Duration::from_secs(60);

/// Runs a test in a thread of its own: nobody else's loop, and a hang is a failure.
fn alone(test: impl FnOnce() + Send + 'static) {
    within(LIMIT, test);
}

fn new() -> EventLoop {
    EventLoop::new().expect("the system has a poller to spare")
}

/// Counts how often it is dropped.
#[derive(Clone)]
struct Dropped(Rc<Cell<usize>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

fn counter() -> Rc<Cell<usize>> {
    Rc::default()
}

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

async fn async_note(note: impl FnOnce()) {
    note();
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

async fn first_of<A: Future, B: Future>(a: A, b: B) {
    let (mut a, mut b) = (Box::pin(a), Box::pin(b));
    poll_fn(|context| {
        let over = a.as_mut().poll(context).is_ready() || b.as_mut().poll(context).is_ready();
        if over { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

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
        assert!(slow.iter().any(|slow| slow.created.line() == line && slow.created.file().ends_with("event_loop.rs")));
        assert!(event_loop.take_slow_callbacks().is_empty(), "taken is taken");
    });
}

#[test]
fn timers_sort_sweep_and_survive_being_taken_back() {
    let (mut timers, start) = (Timers::default(), Instant::now());
    let at = |milliseconds| start + Duration::from_millis(milliseconds);
    let ids: Vec<_> = (0..1_000_u64).map(|number| timers.set(at(number % 10), number)).collect();
    for id in ids.iter().skip(100) {
        assert!(timers.cancel(*id).is_some());
        assert!(timers.cancel(*id).is_none(), "twice");
    }
    assert_eq!(timers.len(), 100);
    assert!(timers.places() <= 300, "{} places for 100 timers", timers.places());
    // The places are taken by others now; the old names must not reach them.
    let new = timers.set(at(5), 7_000);
    ids.iter().skip(100).for_each(|id| assert!(timers.get_mut(*id).is_none() && timers.cancel(*id).is_none()));
    assert_eq!(timers.get_mut(new).copied(), Some(7_000));
    assert_eq!(timers.next_deadline(), Some(at(0)));
    let mut order = Vec::new();
    for now in 0..10 {
        while let Some(number) = timers.pop_due(at(now)) {
            order.push((now, number));
        }
    }
    let mut expected: Vec<_> = (0..100).map(|number| (number % 10, number)).chain([(5, 7_000)]).collect();
    expected.sort_unstable();
    assert_eq!(order, expected, "by deadline, and then in the order of setting");
    assert!(timers.is_empty() && timers.next_deadline().is_none());
    // All are taken back, and none comes.
    let id = timers.set(at(0), 1);
    timers.cancel(id);
    assert_eq!((timers.pop_due(at(100)), timers.next_deadline()), (None, None));
}

#[test]
fn a_sleep_wakes_the_task_that_asked_last_and_frees_its_timer() {
    alone(|| {
        let event_loop = new();
        let here = event_loop.handle();
        event_loop
            .run_until_complete(async move {
                let mut nap = sleep(Duration::from_millis(5));
                let (first, first_count) = counting_waker();
                assert!(Pin::new(&mut nap).poll(&mut Context::from_waker(&first)).is_pending());
                assert_eq!(here.census().1, 1);
                nap.await; // hangs, if the first waker is the one that is woken
                assert_eq!((first_count.0.load(SeqCst), here.census().1), (0, 0));
                for _ in 0..1_000 {
                    let mut nap = sleep(Duration::from_secs(3600));
                    assert!(Pin::new(&mut nap).poll(&mut Context::from_waker(&first)).is_pending());
                }
                assert_eq!(here.census().1, 0, "a timeout that was not needed");
            })
            .expect("it runs");
    });
}

#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

fn counting_waker() -> (Waker, Arc<Count>) {
    let count = Arc::new(Count::default());
    (Waker::from(Arc::clone(&count)), count)
}

#[test]
fn sleep_outside_of_a_loop_says_so() {
    let panic = catch_unwind(AssertUnwindSafe(|| drop(sleep(Duration::ZERO)))).expect_err("there is no loop here");
    assert_eq!(
        panic.downcast_ref::<String>().map(String::as_str),
        Some("sleep: no event loop is running on this thread")
    );
}

/// Proved by what the poller was asked, not by the clock: a turn that has nothing to run and forbids the poller to sleep is a
/// spin, however quick the machine.
#[test]
fn a_loop_with_nothing_ready_sleeps() {
    alone(|| {
        const HOUR: Duration = Duration::from_secs(3600);
        let event_loop = new();
        let here = event_loop.handle();
        event_loop.record_turns(true);
        event_loop.call_later(HOUR, || ());
        let mut until_the_deadline = false;
        while !until_the_deadline {
            let here = here.clone();
            let waits = async move { here.run_in_executor(|| thread::sleep(Duration::from_millis(5))).await };
            event_loop.run_until_complete(waits).expect("it runs").expect("no panic");
            for turn in event_loop.take_turns() {
                assert!(turn.allowed != Some(Duration::ZERO) || !turn.ran.is_empty(), "a spin: {turn:?}");
                until_the_deadline |= turn.allowed.is_some_and(|allowed| allowed > HOUR / 2);
            }
        }
    });
}

/// The earlier versions, woken from other threads at every moment that comes.
#[test]
fn the_versions_lose_no_wake_up() {
    alone(|| {
        let from_a_thread = || {
            let (mut started, done) = (false, Arc::new(AtomicBool::new(false)));
            poll_fn(move |context| {
                if done.load(SeqCst) {
                    return Poll::Ready(());
                }
                if !std::mem::replace(&mut started, true) {
                    let (done, waker) = (Arc::clone(&done), context.waker().clone());
                    thread::spawn(move || {
                        waker.wake_by_ref(); // too early, to be borne
                        done.store(true, SeqCst);
                        waker.wake();
                    });
                }
                Poll::Pending
            })
        };
        for _ in 0..300 {
            v1_block_on::block_on(from_a_thread());
            v2_ready_queue::run(|tasks| (0..3).for_each(|_| tasks.spawn(from_a_thread())));
        }
        for _ in 0..50 {
            v3_timers::run(|this| {
                this.tasks.spawn(from_a_thread());
                this.tasks.spawn(this.sleep(Duration::from_micros(100)));
            });
            v4_sockets::run(|this| {
                this.tasks.spawn(from_a_thread());
                this.tasks.spawn(this.sleep(Duration::from_micros(100)));
            })
            .expect("it runs");
        }
    });
}

/// A task of version 2 is woken while it is being polled: in `poll` by itself, and it must come again.
#[test]
fn version_2_hears_a_wake_up_during_the_poll() {
    alone(|| {
        let polls = counter();
        let counted = Rc::clone(&polls);
        v2_ready_queue::run(move |tasks| {
            tasks.spawn(poll_fn(move |context| {
                counted.set(counted.get() + 1);
                context.waker().wake_by_ref();
                context.waker().wake_by_ref();
                if counted.get() == 5 { Poll::Ready(()) } else { Poll::Pending }
            }));
        });
        assert_eq!(polls.get(), 5);
    });
}
