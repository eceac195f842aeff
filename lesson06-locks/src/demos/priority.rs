//! **Claim**: Unfair starves, fair makes a convoy; not across `await`; a panic poisons.
//!
//! **Python**: a `Lock` is unfair as well; it is never poisoned, so half-made changes go unnoticed.
//!
//! **Predict**: A thread unlocks and locks again at once, while another waits. Who has the lock?
//!
//! **Try**: Let the greedy thread call `thread::yield_now()` between its turns. How does the share change?

use std::sync::{Mutex, PoisonError};
use std::thread;

use common::{Figure, Lab, Verdict, compiler};

use crate::costs::priority::{compete, turns};
use crate::primitives::mutex::{Mutex as Ours, ThreeStates};
use crate::primitives::semaphore::{Fair, Semaphore};

/// A std guard lives across an await, on a runtime with one thread: whether the second task can get the lock meanwhile.
/// It asks with `try_lock`; with `lock` the one thread would stand still, and nobody could ever wake the first task.
pub async fn held_across_await() -> bool {
    let (lock, first_has_it) = (Mutex::new(()), tokio::sync::Notify::new());
    let (ask, answered) = (async { lock.try_lock().is_ok() }, tokio::sync::Notify::new());
    let first = async {
        let _guard = lock.lock(); // and not dropped before the await: the mistake that is shown
        first_has_it.notify_one();
        answered.notified().await;
    };
    let second = async {
        first_has_it.notified().await;
        let got_it = ask.await;
        answered.notify_one();
        got_it
    };
    tokio::join!(first, second).1
}

/// A panic in the middle of two writes: whether std says so, and what is under the lock.
pub fn poisoned() -> (bool, [u32; 2], bool) {
    let both = Mutex::new([0, 0]);
    let ours = Ours::<[u32; 2]>::new([0, 0]);
    // The panics are the experiment; each ends its thread and nothing else.
    thread::scope(|scope| {
        let std = scope.spawn(|| {
            both.lock().expect("nobody has panicked yet")[0] = 1;
            let _guard = both.lock();
            std::panic::resume_unwind(Box::new("between the two writes"));
        });
        let quiet = scope.spawn(|| {
            ours.lock()[0] = 1;
            let _guard = ours.lock();
            std::panic::resume_unwind(Box::new("between the two writes"));
        });
        let _: [thread::Result<()>; 2] = [std.join(), quiet.join()];
    });
    let said_so = both.is_poisoned();
    // What to do about it: look, repair, and say that it is whole again.
    let mut guard = both.lock().unwrap_or_else(PoisonError::into_inner);
    guard[1] = guard[0];
    both.clear_poison();
    let repaired = *guard;
    drop(guard);
    let unnoticed = *ours.lock() == [1, 0];
    (said_so && !both.is_poisoned(), repaired, unnoticed)
}

/// Starves, convoys, stops and poisons.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let (unfair, fair) = (Ours::<(), ThreeStates>::new(()), Semaphore::<Fair>::new(1));
    let results = [compete(|work| (unfair.lock(), work()).1), compete(|work| (fair.acquire(), work()).1)];
    lab.detail(turns(&["unfair mutex", "fair semaphore"], &results));
    let [(quick, greedy), (slow, polite)] = results;
    let figures = [Figure::count("turns in a row", greedy), Figure::ratio("all turns", quick as f64 / slow as f64)];
    let verdict = Verdict::observed_on_cores(2, greedy > 2 * polite && slow < quick);
    lab.observe("starved, or slowed down", verdict, figures);
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let got_it = runtime.block_on(held_across_await());
    lab.prove("held across `await`, a lock is kept by a task that does not run", !got_it, []);
    let claim = "such a task cannot be spawned: its future is not Send";
    let refused = compiler::refusals(include_str!("../../refused/guard_across_await.rs"));
    let twin = compiler::refusals(include_str!("../../refused/guard_dropped_before_await.rs"));
    match refused.and_then(|refused| Ok((refused, twin?))) {
        Ok((refused, twin)) => {
            refused.iter().for_each(|refusal| lab.detail(common::blocks::Block::Code(refusal.rendered.clone())));
            let not_send = refused.iter().any(|refusal| refusal.message.contains("cannot be sent between threads"));
            lab.prove(claim, not_send && twin.is_empty(), []);
        }
        Err(error) => lab.observe(claim, Verdict::CannotTell(format!("{error:#}")), []),
    }
    let (said_so, repaired, unnoticed) = poisoned();
    let claim = "a panic poisons std's lock, to be repaired; others keep quiet";
    lab.prove(claim, said_so && repaired == [1, 1] && unnoticed, []);
    Ok(())
}
