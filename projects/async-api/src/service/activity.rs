//! Whether a connection is in use: what an idle one is told by.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// The requests of one connection that are under way. A clone counts the same.
#[derive(Clone, Debug)]
pub(super) struct Activity(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    requests: usize,
    last: Instant,
    unread: bool,
}

impl Activity {
    /// Of a connection that has just been opened.
    pub(super) fn new() -> Activity {
        Activity(Arc::new(Mutex::new(State { requests: 0, last: Instant::now(), unread: false })))
    }

    /// A request begins; it ends when what is returned is dropped.
    pub(super) fn begin(&self) -> Request {
        self.change(|state| state.requests += 1);
        Request(self.clone())
    }

    /// The client has taken something. What it sends does not count: a drop now and then keeps no connection open.
    pub(super) fn taken(&self) {
        self.change(|_| {});
    }

    /// Ready when for so long there has been no request, and nothing was taken.
    pub(super) async fn idle(&self, limit: Duration) {
        loop {
            let now = Instant::now();
            let end = {
                let state = self.state();
                if state.requests > 0 { now + limit } else { state.last + limit }
            };
            if end <= now {
                return;
            }
            sleep_until(end).await;
        }
    }

    /// A request was answered, and nobody has read the rest of its body.
    pub(super) fn leave_unread(&self) {
        self.state().unread = true;
    }

    /// Whether the client may still be sending a body that nobody reads.
    pub(super) fn is_unread(&self) -> bool {
        self.state().unread
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state();
        change(&mut state);
        state.last = Instant::now();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that is under way.
#[derive(Debug)]
pub(super) struct Request(Activity);

impl Drop for Request {
    fn drop(&mut self) {
        self.0.change(|state| state.requests -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::{advance, timeout};

    const LIMIT: Duration = Duration::from_secs(10);
    const SECOND: Duration = Duration::from_secs(1);

    async fn is_idle(activity: &Activity) -> bool {
        timeout(Duration::ZERO, activity.idle(LIMIT)).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_idle_when_nothing_has_been_under_way_for_so_long() {
        let activity = Activity::new();
        advance(LIMIT - SECOND).await;
        assert!(!is_idle(&activity).await);
        let (one, two) = (activity.begin(), activity.begin());
        drop(one);
        advance(LIMIT * 5).await;
        assert!(!is_idle(&activity).await, "one is under way");
        drop(two);
        advance(LIMIT - SECOND).await;
        activity.taken();
        advance(LIMIT - SECOND).await;
        assert!(!is_idle(&activity).await, "something was taken");
        advance(SECOND * 2).await;
        assert!(is_idle(&activity).await);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_is_woken_on_time() {
        let activity = Activity::new();
        let request = activity.begin();
        let begin = Instant::now();
        let waiting = tokio::spawn({
            let activity = activity.clone();
            async move { activity.idle(LIMIT).await }
        });
        tokio::time::sleep(SECOND * 15).await;
        drop(request);
        waiting.await.unwrap();
        let waited = begin.elapsed();
        assert!((SECOND * 25..SECOND * 26).contains(&waited), "{waited:?}");
    }
}
