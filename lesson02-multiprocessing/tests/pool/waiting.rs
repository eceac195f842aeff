//! Waiting, cancelling, completing.

use super::*;

#[test]
fn waiting_can_time_out_and_the_job_goes_on() {
    within(LIMIT, || assert!(demos::executor::give_up_waiting(program()).expect("it runs")));
}

#[test]
fn cancelled_if_queued_not_if_running() {
    within(LIMIT, || {
        assert_eq!(demos::executor::cancel(program()).expect("it runs"), (true, false));
        let executor = executor(1);
        let (blocker, queued) =
            (executor.submit(&SLEEP, &20).expect("open"), executor.submit(&SQUARE, &3).expect("open"));
        let after = executor.submit(&SQUARE, &4).expect("open");
        if queued.cancel() {
            assert!(queued.is_done() && !queued.cancel(), "once");
            let error = queued.result().expect_err("cancelled");
            assert!(matches!(error, JobError::Cancelled { job } if job.number == 2), "{error}");
        }
        assert_eq!((blocker.result().expect("fine"), after.result().expect("fine")), (20, 16));
    });
}

#[test]
fn a_cancelled_job_never_reaches_a_worker() {
    within(LIMIT, || {
        let executor = executor(1);
        let worker = executor.submit(&PID, &()).expect("open").result().expect("it lives");
        // A job with a limit has its worker to itself, so what comes after it is still queued here.
        let blocker = executor.submit_within(LIMIT, &SLEEP, &20).expect("open");
        let fatal = executor.submit(&MISBEHAVE, &"abort".to_owned()).expect("open");
        assert!(fatal.cancel(), "it is queued");
        blocker.result().expect("fine");
        assert_eq!(executor.submit(&PID, &()).expect("open").result().expect("it lives"), worker, "it was not run");
    });
}

#[test]
fn as_completed_gives_each_handle_once_and_the_done_ones_first() {
    within(LIMIT, || {
        let executor = executor(2);
        let done = executor.submit(&SQUARE, &3).expect("open");
        while !done.is_done() {
            thread::yield_now();
        }
        // It cannot end before the first has been given out: it is cancelled only then.
        let endless = executor.submit_within(Duration::from_millis(300), &SLEEP, &FOREVER).expect("open");
        let mut completed = as_completed([endless, done]);
        let first = completed.next().expect("two");
        assert_eq!(first.job().name, "square");
        assert!(matches!(first.result(), Ok(9)));
        let second = completed.next().expect("two");
        assert!(second.job().name == "sleep" && second.is_done());
        assert!(completed.next().is_none());
        let handles = (0..200).map(|number| executor.submit(&SQUARE, &number).expect("open"));
        let results: BTreeSet<u64> = as_completed(handles).map(|handle| handle.result().expect("fine")).collect();
        assert_eq!(results.len(), 200);
    });
}
