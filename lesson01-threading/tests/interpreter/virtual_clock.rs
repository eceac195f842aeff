//! The virtual clock: exact figures.

use super::*;

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
