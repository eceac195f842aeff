//! Timers, and a loop that sleeps until the next.

use super::*;

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
