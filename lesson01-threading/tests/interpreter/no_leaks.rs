//! No leaks, whatever counts the references.

use super::*;

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
