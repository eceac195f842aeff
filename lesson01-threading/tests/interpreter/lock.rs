//! The lock by itself.

use super::*;

#[test]
fn nobody_holds_the_gil_with_somebody_else() {
    let turns = within_a_minute(|| {
        let breakers = EvalBreaker::for_threads(4);
        let gil = Gil::new(SHORT, &breakers);
        let (held, turns) = (AtomicBool::new(false), AtomicU64::new(0));
        let end = Instant::now() + Duration::from_millis(300);
        thread::scope(|scope| {
            for me in 0..4 {
                let (gil, held, turns, breakers) = (&gil, &held, &turns, &breakers);
                scope.spawn(move || {
                    while Instant::now() < end {
                        gil.take_gil(me);
                        assert!(!held.swap(true, Ordering::Relaxed), "two holders");
                        // Some are polite, some make the others ask.
                        while me % 2 == 0 && !breakers[me].is_set() && Instant::now() < end {
                            std::hint::spin_loop();
                        }
                        turns.fetch_add(1, Ordering::Relaxed);
                        held.store(false, Ordering::Relaxed);
                        gil.drop_gil(me);
                    }
                });
            }
        });
        turns.into_inner()
    });
    assert!(turns > 0);
}

#[test]
fn a_waiter_asks_and_a_forced_switch_hands_over() {
    const FORCED: u64 = 100;
    let counters = within_a_minute(|| {
        let breakers = EvalBreaker::for_threads(2);
        let gil = Gil::new(SHORT, &breakers);
        let (turns, done) = (AtomicU64::new(0), AtomicBool::new(false));
        thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    gil.take_gil(1);
                    turns.fetch_add(1, Ordering::Relaxed);
                    gil.drop_gil(1);
                }
            });
            gil.take_gil(0);
            for _ in 0..FORCED {
                while !breakers[0].has(DROP_REQUEST) {
                    std::hint::spin_loop();
                }
                let before = turns.load(Ordering::Relaxed);
                gil.drop_gil(0);
                gil.take_gil(0);
                // The point of a *forced* switch: the other one has had the lock before we have it back.
                assert!(turns.load(Ordering::Relaxed) > before, "dropped, and taken again by the same thread");
            }
            done.store(true, Ordering::Relaxed);
            gil.drop_gil(0);
        });
        gil.counters()
    });
    assert!(counters.forced_switches >= FORCED);
    assert_eq!(counters.forced_switches, counters.drop_requests);
    assert!(counters.switches >= counters.forced_switches, "a forced switch that was none");
}

#[test]
fn every_holder_gets_a_whole_interval_however_many_wait() {
    let interval = Duration::from_millis(2);
    let clock = on_virtual_clock(gil::<Plain>(interval), &counting(5, 5_000), 1);
    assert!(clock.gil.drop_requests > 100 && u128::from(clock.gil.drop_requests) <= clock.elapsed.as_millis() / 2);

    within_a_minute(move || {
        let breakers = EvalBreaker::for_threads(4);
        let gil = Gil::new(interval, &breakers);
        // When the last holder was about to let go: certainly before the next one's interval begins.
        let let_go = Mutex::new((Instant::now(), 0));
        thread::scope(|scope| {
            for me in 0..4 {
                let (gil, let_go, breaker) = (&gil, &let_go, &breakers[me]);
                scope.spawn(move || {
                    while let_go.lock().unwrap().1 < 40 {
                        gil.take_gil(me);
                        while !breaker.has(DROP_REQUEST) && let_go.lock().unwrap().1 < 40 {
                            std::hint::spin_loop();
                        }
                        let before = std::mem::replace(&mut let_go.lock().unwrap().0, Instant::now());
                        if let Some(asked) = gil.drop_gil(me) {
                            assert!(asked.duration_since(before) >= interval, "asked after {:?}", asked - before);
                        }
                        let_go.lock().unwrap().1 += 1;
                    }
                });
            }
        });
    });
}

#[test]
fn an_interval_that_is_not_over_is_no_reason_to_ask() {
    // So long that the second thread waits for the first, and has to be woken.
    let program = puzzle(Increment::Plain, 2, 100_000);
    let interpreter = Interpreter::<Plain>::with_gil(NEVER, Checks::EveryInstruction);
    let report = within_a_minute(move || interpreter.run(&program));
    assert_eq!((report.lost_updates, report.gil.drop_requests, report.gil.forced_switches), (0, 0, 0));
    assert!(report.gil.switches <= 1, "one thread after the other");
}

#[test]
fn the_gil_is_free_while_its_holder_blocks() {
    // Nobody asks for the lock here. If it were held during the sleep, the second sleep would begin after the first.
    let program = sleeping(2, Duration::from_millis(20));
    sooner_or_later(move || {
        let report = gil::<Plain>(NEVER).run(&program);
        let asleep: Vec<&Span> = report.spans.iter().filter(|span| span.state == State::InIo).collect();
        asleep[0].start < asleep[1].end && asleep[1].start < asleep[0].end
    });
}

#[test]
fn a_thread_that_panics_gives_the_gil_back() {
    // So long that the other thread is still running when the broken one gets its turn.
    let mut program = counting(2, 300_000);
    let mut broken = program.functions[0].clone();
    broken.ops = vec![Op::Add];
    program.functions.push(broken);
    program.threads = vec![1, 0];
    let outcome = within_a_minute(move || catch_unwind(|| gil::<Plain>(SHORT).run(&program)).is_err());
    assert!(outcome, "the broken program ran");
}
