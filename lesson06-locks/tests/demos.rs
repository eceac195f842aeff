//! The lesson as a student uses it: the program is run, and what it says and how it ends is looked at.

use std::process::Command;
use std::time::Duration;

use common::student;
use common::{every_proof_holds, within};
use lesson06_locks::demos;
use lesson06_locks::schedules::Step::{Lock, Unlock};
use lesson06_locks::schedules::every_schedule;

fn lesson(arguments: &[&str]) -> Command {
    student::lesson(env!("CARGO_BIN_EXE_lesson06-locks"), arguments)
}

every_proof_holds! {
    "lesson06-locks":
    lock, rlock, rwlock, semaphore, event, condition, barrier, once, deadlock, priority, contention, choosing,
}

#[test]
fn opposite_order_hangs_in_two_of_six_schedules_and_one_order_in_none() {
    let (forwards, backwards) = ([Lock(0), Lock(1), Unlock(1), Unlock(0)], [Lock(1), Lock(0), Unlock(0), Unlock(1)]);
    let opposite = every_schedule(&[&forwards, &backwards]);
    assert_eq!((opposite.schedules, opposite.deadlocks, opposite.example.len()), (6, 2, 2));
    let ordered = every_schedule(&[&forwards, &forwards]);
    assert_eq!((ordered.schedules, ordered.deadlocks), (2, 0));
}

#[test]
fn three_in_a_circle_hang_and_breaking_it_anywhere_repairs_it() {
    let takes = |first, second| [Lock(first), Lock(second), Unlock(second), Unlock(first)];
    let (one, two, three) = (takes(0, 1), takes(1, 2), takes(2, 0));
    assert!(every_schedule(&[&one, &two, &three]).deadlocks > 0);
    assert_eq!(every_schedule(&[&one, &two, &takes(0, 2)]).deadlocks, 0);
}

#[test]
fn the_forced_bugs_always_show() {
    within(Duration::from_secs(60), || {
        for _ in 0..20 {
            assert_eq!(demos::once::check_then_make(), 2);
            assert!(!demos::rwlock::overlapping_readers().1, "the writer got in between overlapping readers");
        }
        let patience = Duration::from_millis(20);
        assert!(demos::condition::notify_before_wait(patience) >= patience);
        assert!(!demos::rlock::plain_lets_its_holder_in());
        assert_eq!(demos::deadlock::forced_with_a_time_out(patience), 2);
    });
}

#[test]
fn the_repairs_never_fail() {
    within(Duration::from_secs(120), || {
        for _ in 0..20 {
            assert!(demos::condition::notify_before_wait_with_a_value());
            assert!(demos::rwlock::a_waiting_writer_stops_readers());
            assert_eq!(demos::semaphore::order_of_service(), (0..8).collect::<Vec<_>>());
            assert_eq!(demos::once::all_at_once(), (1, 0));
            assert!(demos::event::one_set_for_all().1);
        }
    });
}

#[cfg(feature = "detector")]
#[test]
fn a_forced_deadlock_is_reported() {
    let reported = within(Duration::from_secs(60), || demos::deadlock::forced(Duration::from_millis(50)));
    assert_eq!(reported.expect("threads can be started"), (true, Some(2)));
}

#[test]
fn what_is_refused_is_refused_for_its_reason_and_its_twin_compiles() {
    let refused =
        common::compiler::refusals(include_str!("../refused/guard_across_await.rs")).expect("there is a rustc");
    assert!(refused.iter().any(|refusal| refusal.message.contains("cannot be sent between threads")), "{refused:?}");
    let twin = include_str!("../refused/guard_dropped_before_await.rs");
    assert_eq!(common::compiler::refusals(twin).expect("there is a rustc"), []);
}

#[test]
fn a_wrong_command_line_is_status_2_and_says_the_right_one() {
    student::mistakes_are_told(
        lesson,
        &[("lok", "lock"), ("--run", "usage: cargo run -p lesson06-locks"), ("99", "deadlock")],
    );
}

#[test]
fn json_has_every_claim() {
    student::json_has(lesson(&["deadlock", "--json"]), &["\"kind\": \"prove\"", "\"kind\": \"timeline\""]);
}

#[test]
fn no_python_is_one_line() {
    for demo in ["lock", "deadlock", "once"] {
        student::no_python_is_one_line(lesson(&[demo, "--python"]));
    }
}
