//! The claims of the `gil` demo. Exact figures come from the virtual clock, proofs from the walk over every schedule.
//! Real threads are only asked what must hold however slow the machine is: no test here looks at the wall's clock.

use std::panic::catch_unwind;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use common::within;
use lesson01_threading::interpreter::code::Op;
use lesson01_threading::interpreter::eval_breaker::{DROP_REQUEST, EvalBreaker};
use lesson01_threading::interpreter::gil::Gil;
use lesson01_threading::interpreter::programs::{counting, puzzle, reading, serving, sleeping};
use lesson01_threading::interpreter::virtual_clock::{INSTRUCTION, TIMER_SLACK};
use lesson01_threading::interpreter::{
    Atomic, Biased, Checks, Increment, Interpreter, Outcome, Plain, Program, RefCount, Report, SWITCH_INTERVAL, Span,
    State, ThreadSafe, every_schedule, every_torn_schedule, run_torn,
};

// The refcounts once more, on atomics whose every order a runner can try (see the comment in `lib.rs`).
#[path = "../src/interpreter/biased.rs"]
#[allow(unreachable_pub)]
mod biased;
#[path = "../src/interpreter/refcount.rs"]
#[allow(dead_code, unreachable_pub)]
mod refcount;
use shuttle::sync;

const BACK_EDGES: Checks = Checks::BackEdgesAndCalls;
/// Short enough for dozens of switches in a run of a few milliseconds.
const SHORT: Duration = Duration::from_micros(100);
/// So long that nobody ever asks for the lock.
const NEVER: Duration = Duration::from_secs(3600);

fn gil<R: RefCount>(switch_interval: Duration) -> Interpreter<R> {
    Interpreter::with_gil(switch_interval, BACK_EDGES)
}

fn within_a_minute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    within(Duration::from_secs(60), work)
}

/// A spinner that is never made to stop would spin for ever on the virtual clock as well.
fn on_virtual_clock<R: RefCount + 'static>(interpreter: Interpreter<R>, program: &Program, seed: u64) -> Report {
    let program = program.clone();
    within_a_minute(move || interpreter.run_on_virtual_clock(&program, seed))
}

/// Tries until it happens. That it does not happen in this try or that proves nothing; that it never does hangs.
fn sooner_or_later(happens: impl Fn() -> bool + Send + 'static) {
    within_a_minute(move || while !happens() {});
}

// ---- The virtual clock: exact figures -----------------------------------------------------------------------------

#[test]
fn two_cpu_threads_get_the_throughput_of_one_under_the_gil_and_twice_that_without() {
    let (one, two) = (counting(1, 5_000), counting(2, 5_000));
    for seed in 0..10 {
        let alone = gil::<Plain>(SWITCH_INTERVAL).run_on_virtual_clock(&one, seed);
        let shared = gil::<Plain>(SWITCH_INTERVAL).run_on_virtual_clock(&two, seed);
        assert_eq!(shared.elapsed, 2 * alone.elapsed);
        assert_eq!(format!("{:.2}", shared.throughput_over(&alone)), "1.00");

        let free = Interpreter::<Biased>::free_threaded().run_on_virtual_clock(&two, seed);
        assert_eq!(format!("{:.2}", free.throughput_over(&alone)), "2.00");
        assert_eq!(free.waiting, Duration::ZERO);
    }
}

#[test]
fn under_the_gil_cpu_threads_change_once_a_switch_interval_and_only_on_request() {
    let report = gil::<Plain>(SWITCH_INTERVAL).run_on_virtual_clock(&counting(2, 5_000), 1);
    // 90 ms of work, in turns of 5 ms; the last switch needs no request, because the other thread has finished.
    assert_eq!(report.gil.switches, 17);
    assert_eq!(report.gil.drop_requests, 16);
    assert_eq!(report.gil.forced_switches, 16);
}

#[test]
fn a_seed_is_a_run() {
    fn check<R: RefCount>(interpreter: Interpreter<R>) {
        let program = puzzle(Increment::CallBetween, 3, 300);
        let run = |seed| interpreter.run_on_virtual_clock(&program, seed);
        assert_eq!(run(7), run(7));
        assert!((0..20).any(|seed| run(seed) != run(7)), "the seed decides nothing");
    }
    check(gil::<Plain>(SHORT));
    check(gil::<Atomic>(SHORT));
    check(gil::<Biased>(SHORT));
    check(Interpreter::<Atomic>::free_threaded());
    check(Interpreter::<Biased>::free_threaded());
}

#[test]
fn a_message_beside_a_cpu_bound_thread_takes_two_switch_intervals() {
    let latency = Duration::from_micros(200);
    for interval in [SWITCH_INTERVAL, SWITCH_INTERVAL / 10] {
        let run = |spinners| on_virtual_clock(gil::<Plain>(interval), &serving(50, latency, spinners), 1);
        // Alone: RECV returns, SEND runs and blocks. Nothing else.
        assert_eq!(run(0).latency(99), Some(INSTRUCTION + latency));
        // In company: at both, one interval until the request (and the timer's slack), and at most one loop of the
        // spinner until its check.
        let p99 = run(1).latency(99).unwrap();
        let least = 2 * interval + INSTRUCTION + latency;
        assert!((least..=least + 2 * (TIMER_SLACK + 7) * INSTRUCTION).contains(&p99), "{p99:?}");
    }
    let free = Interpreter::<Biased>::free_threaded().run_on_virtual_clock(&serving(50, latency, 1), 1);
    assert_eq!(free.latency(99), Some(INSTRUCTION + latency));
}

#[test]
fn sleeping_threads_overlap_either_way() {
    let program = sleeping(2, Duration::from_secs(1));
    let with_gil = gil::<Plain>(SWITCH_INTERVAL).run_on_virtual_clock(&program, 1);
    let free = Interpreter::<Atomic>::free_threaded().run_on_virtual_clock(&program, 1);
    for report in [with_gil, free] {
        assert_eq!(report.elapsed.as_millis(), 1000);
        assert_eq!(report.gil.drop_requests, 0);
    }
}

#[test]
fn the_puzzle_loses_where_a_check_stands_between_load_and_store_and_nowhere_else() {
    for (increment, checks, loses) in puzzle_table() {
        let interpreter = Interpreter::<Plain>::with_gil(SHORT, checks);
        let program = puzzle(increment, 2, 500);
        let lost = |&seed: &u64| interpreter.run_on_virtual_clock(&program, seed).lost_updates > 0;
        let lost = (0..10).filter(lost).count();
        assert_eq!(lost, if loses { 10 } else { 0 }, "{} on CPython {}", increment.python(), checks.cpython());
    }
}

/// As measured with CPython 2.7 to 3.13.
fn puzzle_table() -> [(Increment, Checks, bool); 9] {
    use Checks::{BackEdgesAndCalls, BackEdgesAndReturns, EveryInstruction};
    use Increment::{CallBeforeLoad, CallBetween, Plain};
    [
        (Plain, EveryInstruction, true),
        (Plain, BackEdgesAndReturns, false),
        (Plain, BackEdgesAndCalls, false),
        (CallBeforeLoad, EveryInstruction, true),
        (CallBeforeLoad, BackEdgesAndReturns, true),
        (CallBeforeLoad, BackEdgesAndCalls, false),
        (CallBetween, EveryInstruction, true),
        (CallBetween, BackEdgesAndReturns, true),
        (CallBetween, BackEdgesAndCalls, true),
    ]
}

#[test]
fn the_timeline_has_one_holder_and_no_gaps() {
    let program = serving(10, SHORT, 2);
    check_timeline(&on_virtual_clock(gil::<Plain>(SHORT), &program, 3), true);
    check_timeline(&on_virtual_clock(Interpreter::<Biased>::free_threaded(), &program, 3), false);
    let real = within_a_minute(move || gil::<Plain>(SHORT).run(&program));
    check_timeline(&real, true);
    let states: Vec<State> = real.spans.iter().map(|span| span.state).collect();
    assert!(states.contains(&State::InIo) && states.contains(&State::WaitingForGil));
}

fn check_timeline(report: &Report, one_holder: bool) {
    let of = |thread| report.spans.iter().filter(move |span| span.thread == thread).collect::<Vec<_>>();
    for thread in 0..3 {
        let spans = of(thread);
        assert!(!spans.is_empty());
        assert!(spans.windows(2).all(|pair| pair[0].end == pair[1].start), "a gap: {spans:?}");
    }
    let holds = |span: &&Span| matches!(span.state, State::Running | State::DropRequested);
    let mut holders: Vec<&Span> = report.spans.iter().filter(holds).collect();
    holders.sort_by_key(|span| (span.start, span.end));
    let overlap = holders.windows(2).any(|pair| pair[1].start < pair[0].end);
    assert_eq!(overlap, !one_holder);
}

// ---- Every schedule: proofs ---------------------------------------------------------------------------------------

fn values(program: &Program, checks: Checks) -> Vec<i64> {
    let value = |outcome| match outcome {
        Outcome::Value(value) => value,
        other => panic!("{other:?} without torn counts"),
    };
    every_schedule(program, checks).into_keys().map(value).collect()
}

#[test]
fn two_increments_by_two_threads_reach_2_3_and_4_or_nothing_but_4() {
    let program = puzzle(Increment::Plain, 2, 2);
    assert_eq!(values(&program, Checks::EveryInstruction), [2, 3, 4]);
    assert_eq!(values(&program, Checks::BackEdgesAndReturns), [4]);
    assert_eq!(values(&program, Checks::BackEdgesAndCalls), [4]);
}

#[test]
fn the_walk_agrees_with_cpython_on_every_version_and_every_increment() {
    for (increment, checks, loses) in puzzle_table() {
        let values = values(&puzzle(increment, 2, 2), checks);
        assert_eq!(values, if loses { vec![2, 3, 4] } else { vec![4] }, "{increment:?}, {checks:?}");
    }
}

#[test]
fn the_walk_counts_every_schedule_once() {
    // Two threads of n steps each can be put in (2n)! / (n! n!) orders; three of them in (3n)! / (n! n! n!).
    let choose = |n: u128, k: u128| (0..k).fold(1, |product, i| product * (n - i) / (i + 1));
    let total = |program: &Program| -> u128 {
        every_schedule(program, Checks::EveryInstruction).values().map(|found| found.schedules).sum()
    };
    assert_eq!(total(&puzzle(Increment::Plain, 2, 1)), choose(12, 6));
    assert_eq!(total(&puzzle(Increment::Plain, 2, 2)), choose(64, 32));
    assert_eq!(total(&puzzle(Increment::Plain, 3, 1)), choose(12, 6) * choose(18, 6));
    assert_eq!(values(&puzzle(Increment::Plain, 3, 1), Checks::EveryInstruction), [1, 2, 3]);
}

#[test]
fn the_simplest_losing_schedule_interrupts_one_thread_once() {
    let outcomes = every_schedule(&puzzle(Increment::Plain, 2, 1), Checks::EveryInstruction);
    let lines = &outcomes[&Outcome::Value(1)].simplest;
    let changes = lines.windows(2).filter(|pair| pair[0].thread != pair[1].thread).count();
    assert_eq!((lines.len(), changes), (12, 2));
    let globals: Vec<_> = lines.iter().filter(|line| line.text.contains("counter")).collect();
    let texts: Vec<&str> = globals.iter().map(|line| &line.text[..]).collect();
    let (load, store) = ("LOAD_GLOBAL counter -> 0", "STORE_GLOBAL counter = 1");
    assert_eq!(texts, [load, load, store, store]);
    assert_eq!(globals[0].thread, globals[3].thread);
}

#[test]
fn reading_a_variable_frees_it_if_refcounts_are_torn() {
    let torn = every_torn_schedule(&reading(1));
    let (crashes, others): (Vec<_>, Vec<_>) =
        torn.into_iter().partition(|(outcome, _)| matches!(outcome, Outcome::Crashed(_)));
    let [(Outcome::Crashed(how), found)] = &crashes[..] else { panic!("{crashes:?}") };
    assert_eq!((how.value, how.references), (1000, 1), "the global still refers to it");
    assert_eq!(found.simplest.last().unwrap().text.trim(), "store refcount = 0: free it");
    assert!(others.iter().any(|(outcome, _)| *outcome == Outcome::Value(1000)), "most schedules do no harm");
    // The same instructions, their counts in one piece: the only outcome is the right one.
    assert_eq!(values(&reading(1), Checks::EveryInstruction), [1000]);
}

#[test]
fn writing_with_torn_counts_crashes_or_leaks_or_does_neither() {
    // From 1000 on, because small integers are not counted.
    let program = Program { globals: vec![("counter", 1000)], ..puzzle(Increment::Plain, 2, 1) };
    let torn = every_torn_schedule(&program);
    assert!(torn.keys().any(|outcome| matches!(outcome, Outcome::Crashed(_))));
    assert!(torn.contains_key(&Outcome::Leaked));
    assert!(torn.contains_key(&Outcome::Value(1001)) && torn.contains_key(&Outcome::Value(1002)));
}

#[test]
fn torn_counts_on_the_virtual_clock_crash_for_the_same_seeds_every_time() {
    let run = |seed| run_torn(&reading(100), seed);
    let crashed: Vec<u64> = (0..50).filter(|&seed| run(seed).crash.is_some()).collect();
    assert!(!crashed.is_empty() && crashed.len() < 50, "{crashed:?}");
    assert!(crashed.iter().all(|&seed| run(seed) == run(seed)));
}

// ---- The lock -----------------------------------------------------------------------------------------------------

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

// ---- Real threads: what must hold on any machine ------------------------------------------------------------------

#[test]
fn real_threads_lose_nothing_with_back_edge_checks_and_something_with_a_call_between() {
    let lost = |increment| gil::<Plain>(SHORT).run(&puzzle(increment, 2, 20_000)).lost_updates;
    within_a_minute(move || {
        for _ in 0..5 {
            assert_eq!(lost(Increment::Plain), 0);
            assert_eq!(lost(Increment::CallBeforeLoad), 0);
        }
    });
    sooner_or_later(move || lost(Increment::CallBetween) > 0);
}

#[test]
fn real_threads_lose_updates_where_every_instruction_is_checked_and_without_a_gil() {
    let program = puzzle(Increment::Plain, 2, 20_000);
    let every = Interpreter::<Plain>::with_gil(SHORT, Checks::EveryInstruction);
    let (a, b) = (program.clone(), program.clone());
    sooner_or_later(move || every.run(&a).lost_updates > 0);
    sooner_or_later(move || Interpreter::<Atomic>::free_threaded().run(&b).lost_updates > 0);
    sooner_or_later(move || Interpreter::<Biased>::free_threaded().run(&program).lost_updates > 0);
}

#[test]
fn cpu_bound_threads_are_made_to_take_turns() {
    let program = counting(2, 20_000);
    sooner_or_later(move || gil::<Plain>(SHORT).run(&program).gil.forced_switches >= 2);
}

// ---- No leaks -----------------------------------------------------------------------------------------------------

fn check_books(report: &Report) {
    let objects = report.objects;
    assert_eq!(objects.allocated, objects.freed + objects.live, "{objects:?}");
    assert_eq!(objects.leaked, 0, "{objects:?}");
    let held_by_globals = report.globals.iter().filter(|(_, value)| *value > 256).count() as u64;
    assert_eq!(objects.live, held_by_globals, "{objects:?}");
}

/// Programs that make objects, hand them to each other, and leave one behind.
fn busy_programs() -> [Program; 4] {
    let big = Program { globals: vec![("counter", 1000)], ..puzzle(Increment::Plain, 3, 2_000) };
    [counting(2, 2_000), big, puzzle(Increment::CallBetween, 2, 2_000), serving(3, SHORT, 2)]
}

fn books_balance<R: RefCount + 'static>(interpreter: Interpreter<R>) {
    within_a_minute(move || {
        for program in busy_programs() {
            check_books(&interpreter.run(&program));
            for seed in 0..5 {
                check_books(&interpreter.run_on_virtual_clock(&program, seed));
            }
        }
    });
}

#[test]
fn no_object_leaks_whatever_counts_them() {
    books_balance(gil::<Plain>(SHORT));
    books_balance(gil::<Atomic>(SHORT));
    books_balance(gil::<Biased>(SHORT));
    books_balance(Interpreter::<Atomic>::free_threaded());
    books_balance(Interpreter::<Biased>::free_threaded());
}

#[test]
fn biased_counts_queue_merges_and_still_leak_nothing() {
    let program = puzzle(Increment::Plain, 2, 2_000);
    let on_the_clock = Interpreter::<Biased>::free_threaded().run_on_virtual_clock(&program, 1);
    assert!(on_the_clock.objects.queued_merges > 0);
    check_books(&on_the_clock);
    sooner_or_later(move || {
        let report = Interpreter::<Biased>::free_threaded().run(&program);
        check_books(&report);
        report.objects.queued_merges > 0
    });
}

/// For a fixed time: threads that do nothing but take each other's objects away.
#[test]
fn contended_counts_stay_right() {
    fn stress<R: ThreadSafe + 'static>() {
        within_a_minute(|| {
            let end = Instant::now() + Duration::from_millis(700);
            while Instant::now() < end {
                check_books(&Interpreter::<R>::free_threaded().run(&puzzle(Increment::CallBetween, 4, 3_000)));
            }
        });
    }
    stress::<Atomic>();
    stress::<Biased>();
}

// ---- Refcounts, in every order of their atomic steps --------------------------------------------------------------

/// One object, and the queue of its owner (thread 0): `None` once that has exited. The queue's mutex is one that the
/// runner does not know, for it would add steps and no orders: nothing happens while it is locked.
struct Counted<C> {
    count: C,
    queue: Mutex<Option<u32>>,
    freed: AtomicU64,
}

impl<C: refcount::RefCount> Counted<C> {
    fn decref(&self, me: usize) {
        assert_eq!(self.freed.load(Ordering::Relaxed), 0, "freed in use");
        match self.count.decref(me) {
            refcount::Decref::Alive => {}
            refcount::Decref::Dead => self.free(),
            refcount::Decref::QueueFor(_) => {
                let queued = self.queue.lock().unwrap().as_mut().map(|queued| *queued += 1);
                if queued.is_none() {
                    self.merge();
                }
            }
        }
    }

    fn merge(&self) {
        if self.count.merge() == refcount::Decref::Dead {
            self.free();
        }
    }

    fn free(&self) {
        assert_eq!(self.freed.fetch_add(1, Ordering::Relaxed), 0, "freed twice");
    }
}

/// The owner holds two references. Another thread drops one of them; the owner drops the other one, and before that
/// perhaps a third, which thread 2 has made. In whatever order: the object is freed once, by whoever is last.
fn freed_once<C: refcount::RefCount + 'static>(gets_one_back: bool) {
    within_a_minute(move || {
        let run_one = move || {
            let count = C::default();
            count.start(0);
            count.incref(0);
            let queue = Mutex::new(Some(0));
            let object = sync::Arc::new(Counted { count, queue, freed: AtomicU64::new(0) });
            let other = {
                let object = sync::Arc::clone(&object);
                shuttle::thread::spawn(move || object.decref(1))
            };
            if gets_one_back {
                object.count.incref(2);
                object.decref(0);
            }
            object.decref(0);
            let queued = object.queue.lock().unwrap().take();
            (0..queued.unwrap_or(0)).for_each(|_| object.merge());
            other.join().unwrap();
            assert_eq!(object.freed.load(Ordering::Relaxed), 1, "leaked");
        };
        shuttle::check_dfs(run_one, None);
    });
}

#[test]
fn an_object_is_freed_once_in_every_order_of_the_atomic_steps() {
    for gets_one_back in [false, true] {
        freed_once::<refcount::Atomic>(gets_one_back);
        freed_once::<biased::Biased>(gets_one_back);
    }
}

// ---- What the demo prints -----------------------------------------------------------------------------------------

#[test]
fn a_program_prints_its_disassembly() {
    let text = puzzle(Increment::CallBetween, 2, 1).to_string();
    let expected =
        "add:\n   0 LOAD_GLOBAL counter\n   1 CALL int\n   2 LOAD_CONST 1\n   3 ADD\n   4 STORE_GLOBAL counter\n";
    assert!(text.starts_with(expected), "{text}");
    assert!(text.ends_with("int:\n   0 LOAD_FAST x\n   1 RETURN_VALUE\n"), "{text}");
}
