//! Keeps a lease, and gives the job up in time when it cannot be kept.

use crate::audit::Hold;
use crate::store::{Fenced, Result};
use std::time::Duration;
use tokio::time::{Instant, sleep_until, timeout_at};

/// Asks the store to keep the lease, three times in its life, until it is lost. `ask` is the question, and `leased` a
/// moment before the store gave the lease.
///
/// While the store does not answer nobody can say whether the lease still holds. So the job is given up a little before
/// it can have run out: whoever gets it next finds that nobody else works on it.
pub(super) async fn beat<F: Future<Output = Result<Fenced>>>(
    mut ask: impl FnMut() -> F,
    time: Duration,
    leased: Instant,
    hold: &Hold,
) {
    let safe = time.mul_f64(5.0 / 6.0);
    let mut until = leased + safe;
    let mut next = leased + time / 3;
    while !hold.is_lost() {
        tokio::select! {
            biased;
            () = hold.lost() => return,
            () = sleep_until(until) => {
                tracing::warn!("the lease could not be kept, the job is given up");
                return hold.told(Fenced::Lost);
            }
            () = sleep_until(next) => {}
        }
        let asked = Instant::now();
        match timeout_at(until, ask()).await {
            Ok(Ok(fenced)) => {
                hold.told(fenced);
                // Counted from the question: the store may have answered any time since.
                (until, next) = (asked + safe, asked + time / 3);
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "the heartbeat failed");
                next = Instant::now() + time / 12;
            }
            Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StoreError;
    use std::cell::RefCell;

    const TIME: Duration = Duration::from_secs(12);

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
    }

    /// Beats with these answers, the last one for ever. When was asked, in seconds, and when the beat ended.
    fn run(answers: &[Result<Fenced>]) -> (Vec<u64>, u64, Hold) {
        runtime().block_on(async {
            let (began, hold) = (Instant::now(), Hold::default());
            let asked = RefCell::new(Vec::new());
            let ask = || {
                let nth = asked.borrow().len().min(answers.len() - 1);
                asked.borrow_mut().push(began.elapsed().as_secs());
                let answer = answers[nth].clone();
                async move { answer }
            };
            beat(ask, TIME, began, &hold).await;
            (asked.into_inner(), began.elapsed().as_secs(), hold)
        })
    }

    fn silent() -> Result<Fenced> {
        Err(StoreError::Unavailable("it is away".to_owned()))
    }

    #[test]
    fn three_times_in_the_life_of_a_lease_until_it_is_lost() {
        let (asked, ended, hold) = run(&[Ok(Fenced::Held), Ok(Fenced::Held), Ok(Fenced::Held), Ok(Fenced::Lost)]);
        assert_eq!((asked, ended), (vec![4, 8, 12, 16], 16));
        assert!(hold.is_lost());
    }

    #[test]
    fn a_silent_store_is_asked_again_and_the_job_given_up_before_the_lease_runs_out() {
        let (asked, ended, hold) = run(&[Ok(Fenced::Held), silent()]);
        // It was kept at 4 and runs out at 16.
        assert_eq!((asked, ended), (vec![4, 8, 9, 10, 11, 12, 13], 14));
        assert!(hold.is_lost());
    }

    #[test]
    fn a_store_that_answers_again_in_time_keeps_the_lease() {
        let (asked, ..) = run(&[silent(), silent(), Ok(Fenced::Held), Ok(Fenced::Lost)]);
        assert_eq!(asked, [4, 5, 6, 10]);
    }

    #[test]
    fn a_question_without_an_answer_does_not_outlive_the_lease() {
        runtime().block_on(async {
            let (began, hold) = (Instant::now(), Hold::default());
            beat(std::future::pending, TIME, began, &hold).await;
            assert_eq!(began.elapsed().as_secs(), 10);
            assert!(hold.is_lost());
        });
    }

    #[test]
    fn a_wish_to_cancel_is_passed_on_and_the_lease_kept() {
        let (asked, _, hold) = run(&[Ok(Fenced::Cancelling), Ok(Fenced::Held), Ok(Fenced::Lost)]);
        assert_eq!(asked, [4, 8, 12]);
        runtime().block_on(hold.cancelling());
    }
}
