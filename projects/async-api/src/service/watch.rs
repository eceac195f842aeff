//! Whoever watches over the connections: one task for all of them.
//!
//! A timer for each connection would be armed anew for each request, by all threads in one place. Instead one look is
//! taken at all of them, now and then: what is not used for so long is told to finish, and what does not finish is cut.

use super::activity::{Activity, Word};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

/// The time between two looks, at most and at least.
const LOOKS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_millis(10));
/// How long it may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// The watch, on duty until it is dropped.
#[derive(Debug)]
pub(super) struct Watch {
    all: Arc<All>,
    _task: AbortOnDropHandle<()>,
}

#[derive(Debug)]
struct All {
    watched: Mutex<Watched>,
    /// Ends no sooner than it is told that it idles for so long.
    limit: Duration,
    /// From the word to stop until everybody is told.
    linger: Duration,
    stop: CancellationToken,
    /// The same, for those who ask at every request.
    stopping: Arc<AtomicBool>,
}

/// Those that are there, and what whoever comes is told.
#[derive(Debug)]
struct Watched {
    connections: Vec<Seen>,
    word: Word,
}

/// A connection as it was seen last.
#[derive(Debug)]
struct Seen {
    activity: Activity,
    /// When it was in use.
    used: Instant,
    /// When it was told to finish.
    told: Option<Instant>,
}

impl Watch {
    /// Over connections that may idle for `limit`, and that go on for `linger` after the word to stop.
    pub(super) fn new(limit: Duration, linger: Duration) -> Watch {
        let watched = Mutex::new(Watched { connections: Vec::new(), word: Word::GoOn });
        let (stop, stopping) = (CancellationToken::new(), Arc::new(AtomicBool::new(false)));
        let all = Arc::new(All { watched, limit, linger, stop, stopping });
        Watch { _task: AbortOnDropHandle::new(tokio::spawn(Arc::clone(&all).run())), all }
    }

    /// Watches over one more.
    pub(super) fn add(&self) -> Activity {
        let activity = Activity::new(Arc::clone(&self.all.stopping));
        let seen = Seen { activity: activity.clone(), used: Instant::now(), told: None };
        let mut watched = self.all.watched();
        activity.tell(watched.word);
        watched.connections.push(seen);
        activity
    }

    /// From now on every answer is the last of its connection; in a moment everybody is told.
    pub(super) fn stop(&self) {
        self.all.stopping.store(true, Relaxed); // a request that misses it is answered and then told
        self.all.stop.cancel();
    }

    /// Ends everything.
    pub(super) fn cut(&self) {
        self.all.tell(Word::Cut);
    }
}

impl All {
    fn watched(&self) -> MutexGuard<'_, Watched> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, word: Word) {
        let mut watched = self.watched();
        watched.word = watched.word.max(word);
        watched.connections.iter().for_each(|seen| seen.activity.tell(word));
    }

    async fn run(self: Arc<Self>) {
        tokio::join!(self.look_again_and_again(), async {
            self.stop.cancelled().await;
            sleep(self.linger).await;
            self.tell(Word::Finish);
        });
    }

    async fn look_again_and_again(&self) {
        let (most, least) = LOOKS;
        loop {
            sleep((self.limit / 8).clamp(least, most)).await;
            self.look(Instant::now());
        }
    }

    fn look(&self, now: Instant) {
        let mut watched = self.watched();
        let finishing = watched.word >= Word::Finish;
        watched.connections.retain_mut(|seen| {
            seen.look(now, self.limit, finishing);
            !seen.activity.is_over()
        });
    }
}

impl Seen {
    fn look(&mut self, now: Instant, limit: Duration, finishing: bool) {
        if self.activity.was_used() {
            self.used = now;
        }
        let idle = now - self.used >= limit;
        match self.told {
            None if idle || finishing => {
                self.told = Some(now);
                self.activity.tell(Word::Finish);
            }
            Some(told) if idle && now - told >= GOODBYE => self.activity.tell(Word::Cut),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Waker;

    const LIMIT: Duration = Duration::from_secs(16);
    /// A look is taken so often.
    const TICK: Duration = Duration::from_secs(1);
    const LINGER: Duration = Duration::from_millis(500);

    fn word(activity: &Activity) -> Word {
        activity.word(Waker::noop())
    }

    /// When the word changes, from now.
    async fn until(activity: &Activity, wanted: Word) -> Duration {
        let begun = Instant::now();
        while word(activity) != wanted {
            sleep(Duration::from_millis(10)).await; // the clock stands still where everybody waits
        }
        begun.elapsed()
    }

    fn about(limit: Duration) -> std::ops::Range<Duration> {
        limit..limit + TICK + Duration::from_millis(20)
    }

    #[tokio::test(start_paused = true)]
    async fn who_idles_is_told_to_finish_and_then_cut() {
        let watch = Watch::new(LIMIT, LINGER);
        let activity = watch.add();
        // It has been used when it was opened, which the first look sees.
        let waited = until(&activity, Word::Finish).await;
        assert!(about(LIMIT + TICK).contains(&waited), "{waited:?}");
        let waited = until(&activity, Word::Cut).await;
        assert!(about(GOODBYE).contains(&waited), "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_used_is_let_be() {
        let watch = Watch::new(LIMIT, LINGER);
        let (activity, other) = (watch.add(), watch.add());
        let (one, two) = (activity.begin(), activity.begin());
        drop(one);
        sleep(LIMIT * 5).await;
        assert_eq!((word(&activity), word(&other)), (Word::GoOn, Word::Cut), "one request is under way");
        drop(two);
        sleep(LIMIT - TICK).await;
        activity.taken();
        sleep(LIMIT - TICK).await;
        assert_eq!(word(&activity), Word::GoOn, "something was taken");
        let waited = until(&activity, Word::Finish).await;
        assert!(waited <= TICK * 3, "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn all_are_told_to_finish_a_moment_after_the_word_to_stop() {
        let watch = Watch::new(LIMIT, LINGER);
        let activity = watch.add();
        let request = activity.begin();
        watch.stop();
        assert!(request.is_stopping());
        let waited = until(&activity, Word::Finish).await;
        assert!((LINGER..LINGER + Duration::from_millis(30)).contains(&waited), "{waited:?}");
        // Also who comes in later; and who is in use is not cut for it.
        assert_eq!(word(&watch.add()), Word::Finish);
        sleep(LIMIT * 2).await;
        assert_eq!(word(&activity), Word::Finish);
        watch.cut();
        assert_eq!(word(&activity), Word::Cut);
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_gone_is_forgotten() {
        let watch = Watch::new(LIMIT, LINGER);
        let stays = watch.add();
        drop(watch.add());
        sleep(TICK * 2).await;
        assert_eq!(watch.all.watched().connections.len(), 1);
        drop(stays);
    }
}
