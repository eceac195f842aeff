//! Answers that are wrong in the usual ways. A grader that accepted one of them would be worth nothing.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::{
    Disk, Idempotent, Inserts, Lent, Pinned, Pool, Refused, TokenBucket, Work, acquire_timeout, group_commit,
    idempotency, token_bucket,
};

/// A bucket with everything right, but for one thing.
struct Bucket<const WRONG: u32> {
    burst: u32,
    every: Duration,
    last: Duration,
    full_at: Duration,
}

const FORGETS_FRACTIONS: u32 = 1;
const NEVER_FULL: u32 = 2;
const TAKES_WHEN_REFUSED: u32 = 3;
const BACKWARDS: u32 = 4;
const SAYS_EVERY: u32 = 5;

impl<const WRONG: u32> TokenBucket for Bucket<WRONG> {
    fn new(burst: u32, every: Duration) -> Self {
        Bucket { burst, every, last: Duration::ZERO, full_at: Duration::ZERO }
    }

    fn take(&mut self, now: Duration) -> Result<(), Duration> {
        let now = if WRONG == BACKWARDS { now } else { now.max(self.last) };
        if WRONG == FORGETS_FRACTIONS {
            // Whole tokens are added, and the clock is set to now: what was left of the next one is lost.
            let whole = (now - self.last).as_nanos() / self.every.as_nanos();
            self.full_at = self.full_at.saturating_sub(self.every * whole.min(1 << 20) as u32);
            self.last = now;
            if self.full_at + self.every > self.every * self.burst {
                return Err(self.every);
            }
            self.full_at += self.every;
            return Ok(());
        }
        self.last = now;
        let begin = if WRONG == NEVER_FULL { self.full_at } else { self.full_at.max(now) };
        let full_at = begin + self.every;
        let (missing, whole) = (full_at.saturating_sub(now), self.every * self.burst);
        if missing > whole {
            if WRONG == TAKES_WHEN_REFUSED {
                self.full_at = full_at;
            }
            return Err(if WRONG == SAYS_EVERY { self.every } else { missing - whole });
        }
        self.full_at = full_at;
        Ok(())
    }
}

#[test]
fn the_bucket_itself_is_right() {
    token_bucket::<Bucket<0>>();
}

macro_rules! refused {
    ($($name:ident: $grader:ident::<$answer:ty>, $says:literal;)*) => {
        $(#[test]
        #[should_panic(expected = $says)]
        fn $name() {
            $grader::<$answer>();
        })*
    };
}

refused! {
    a_bucket_that_forgets_fractions: token_bucket::<Bucket<FORGETS_FRACTIONS>>, "one each";
    a_bucket_that_is_never_full: token_bucket::<Bucket<NEVER_FULL>>, "one each";
    a_bucket_that_takes_when_it_refuses: token_bucket::<Bucket<TAKES_WHEN_REFUSED>>, "one each";
    a_bucket_that_believes_a_clock_that_goes_back: token_bucket::<Bucket<BACKWARDS>>, "one each";
    a_bucket_that_says_a_whole_interval: token_bucket::<Bucket<SAYS_EVERY>>, "one each";
}

/// A pool with everything right, but for one thing.
struct Items<const WRONG: u32> {
    idle: RefCell<Vec<u32>>,
    permits: Semaphore,
}

const WAITS_FOR_EVER: u32 = 1;
const BY_HAND: u32 = 2;
const ASKS_AGAIN: u32 = 4;
const MAKES_MORE: u32 = 5;
const KEEPS_WAITING: u32 = 6;

struct Item<'a, const WRONG: u32>(u32, &'a Items<WRONG>);

impl<const WRONG: u32> Lent for Item<'_, WRONG> {
    fn number(&self) -> u32 {
        self.0
    }
}

impl<const WRONG: u32> Drop for Item<'_, WRONG> {
    fn drop(&mut self) {
        if WRONG != BY_HAND {
            self.1.idle.borrow_mut().push(self.0);
            self.1.permits.add_permits(1);
        }
    }
}

impl<const WRONG: u32> Pool for Items<WRONG> {
    fn new(items: Vec<u32>) -> Self {
        Items { permits: Semaphore::new(items.len()), idle: RefCell::new(items) }
    }

    fn acquire(&self, patience: Duration) -> Pinned<'_, Option<Box<dyn Lent + '_>>> {
        Box::pin(async move {
            match WRONG {
                WAITS_FOR_EVER => self.permits.acquire().await.ok()?.forget(),
                ASKS_AGAIN => {
                    // Who comes at the right moment is served, not who came first.
                    let asked = async {
                        loop {
                            match self.permits.try_acquire() {
                                Ok(permit) => return permit.forget(),
                                Err(_) => tokio::time::sleep(Duration::from_millis(7)).await,
                            }
                        }
                    };
                    timeout(patience, asked).await.ok()?;
                }
                KEEPS_WAITING => timeout(patience * 2, self.permits.acquire()).await.ok()?.ok()?.forget(),
                _ => timeout(patience, self.permits.acquire()).await.ok()?.ok()?.forget(),
            }
            let item = self.idle.borrow_mut().pop();
            if WRONG == MAKES_MORE {
                self.permits.add_permits(1);
                return Some(Box::new(Item(item.unwrap_or(0), self)) as Box<dyn Lent>);
            }
            Some(Box::new(Item(item?, self)) as Box<dyn Lent>)
        })
    }
}

#[test]
fn the_pool_itself_is_right() {
    acquire_timeout::<Items<0>>();
}

refused! {
    a_pool_without_a_limit: acquire_timeout::<Items<WAITS_FOR_EVER>>, "when it got its item";
    a_pool_that_must_be_given_back_by_hand: acquire_timeout::<Items<BY_HAND>>, "when it got its item";
    a_pool_that_asks_again_and_again: acquire_timeout::<Items<ASKS_AGAIN>>, "when it got its item";
    a_pool_that_makes_more: acquire_timeout::<Items<MAKES_MORE>>, "when it got its item";
    a_pool_that_is_patient_twice: acquire_timeout::<Items<KEEPS_WAITING>>, "when it";
}

/// The loop with everything right, but for one thing.
async fn batches<const WRONG: u32>(mut inserts: Inserts, most: usize, disk: Disk) {
    let mut batch = Vec::new();
    let most = if WRONG == ONE_BY_ONE {
        1
    } else if WRONG == ALL {
        64
    } else {
        most
    };
    while inserts.recv_many(&mut batch, most).await > 0 {
        if WRONG == WAITS_UNTIL_FULL {
            while batch.len() < most && inserts.recv_many(&mut batch, 1).await > 0 {}
        }
        if WRONG == LETS_OTHERS_COME {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        if WRONG != FOR_NOBODY {
            batch.retain(|(_, answer)| !answer.is_closed());
        }
        let (rows, answers): (Vec<u32>, Vec<_>) = batch.drain(..).unzip();
        if rows.is_empty() && WRONG != COMMITS_NOTHING {
            continue;
        }
        if WRONG == TOO_EARLY {
            answers.into_iter().for_each(|answer| _ = answer.send(Ok(())));
            _ = disk(rows).await;
            continue;
        }
        let result = disk(rows).await;
        if WRONG == STOPS && result.is_err() {
            return;
        }
        let result = if WRONG == SAYS_OK { Ok(()) } else { result };
        for (number, answer) in answers.into_iter().enumerate() {
            if WRONG != TELLS_THE_FIRST || number == 0 {
                _ = answer.send(result);
            }
        }
        if WRONG == ENDS_EARLY && inserts.is_closed() {
            return;
        }
    }
}

const ONE_BY_ONE: u32 = 1;
const ALL: u32 = 2;
const WAITS_UNTIL_FULL: u32 = 3;
const LETS_OTHERS_COME: u32 = 4;
const FOR_NOBODY: u32 = 5;
const COMMITS_NOTHING: u32 = 6;
const TOO_EARLY: u32 = 7;
const STOPS: u32 = 8;
const SAYS_OK: u32 = 9;
const TELLS_THE_FIRST: u32 = 10;
const ENDS_EARLY: u32 = 11;

#[test]
fn the_loop_itself_is_right() {
    group_commit(|inserts, most, disk| Box::pin(batches::<0>(inserts, most, disk)));
}

macro_rules! loops_refused {
    ($($name:ident: $wrong:ident, $says:literal;)*) => {
        $(#[test]
        #[should_panic(expected = $says)]
        fn $name() {
            group_commit(|inserts, most, disk| Box::pin(batches::<$wrong>(inserts, most, disk)));
        })*
    };
}

loops_refused! {
    a_loop_that_commits_one_by_one: ONE_BY_ONE, "the commits";
    a_loop_that_commits_all: ALL, "the commits";
    a_loop_that_waits_for_a_whole_batch: WAITS_UNTIL_FULL, "the commits";
    a_loop_that_lets_others_come: LETS_OTHERS_COME, "the commits";
    a_loop_that_works_for_nobody: FOR_NOBODY, "the commits";
    a_loop_that_commits_nothing: COMMITS_NOTHING, "the commits";
    a_loop_that_answers_too_early: TOO_EARLY, "before its commit was done";
    a_loop_that_stops_at_a_failure: STOPS, "the loop has ended";
    a_loop_that_hides_a_failure: SAYS_OK, "was told";
    a_loop_that_tells_the_first: TELLS_THE_FIRST, "was told";
    a_loop_that_ends_early: ENDS_EARLY, "the commits";
}

/// For each key its body, and the answer once there is one.
type Seen = RefCell<HashMap<String, (String, Option<u32>)>>;

/// Keys with everything right, but for one thing.
#[derive(Default)]
struct Keys<const WRONG: u32> {
    seen: Seen,
    answered: Cell<u32>,
}

const MARKS_AFTERWARDS: u32 = 1;
const LEAVES_ITS_MARK: u32 = 2;
const KEEPS_FAILURES: u32 = 3;
const ANY_BODY: u32 = 4;
const ANY_BODY_UNDER_WAY: u32 = 5;
const TAKES_OTHERS_MARKS: u32 = 6;
const FORGETS_ANSWERS: u32 = 7;
const ONE_AT_A_TIME: u32 = 8;

struct Marked<'a>(&'a Seen, &'a str);

impl Drop for Marked<'_> {
    fn drop(&mut self) {
        let mut seen = self.0.borrow_mut();
        if seen.get(self.1).is_some_and(|entry| entry.1.is_none()) {
            seen.remove(self.1);
        }
    }
}

impl<const WRONG: u32> Idempotent for Keys<WRONG> {
    fn once<'a>(&'a self, key: &'a str, body: &'a str, work: Work) -> Pinned<'a, Result<u32, Refused>> {
        Box::pin(async move {
            let entry = self.seen.borrow().get(key).cloned();
            let _others = (WRONG == TAKES_OTHERS_MARKS).then(|| Marked(&self.seen, key));
            if let Some((first, answer)) = entry {
                let any = WRONG == ANY_BODY || WRONG == ANY_BODY_UNDER_WAY && answer.is_none();
                if first != body && !any {
                    return Err(Refused::OtherBody);
                }
                return answer.ok_or(Refused::UnderWay);
            }
            if WRONG == ONE_AT_A_TIME && self.seen.borrow().values().any(|entry| entry.1.is_none()) {
                return Err(Refused::UnderWay);
            }
            if WRONG != MARKS_AFTERWARDS {
                self.seen.borrow_mut().insert(key.to_owned(), (body.to_owned(), None));
            }
            let mark = (WRONG != LEAVES_ITS_MARK).then(|| Marked(&self.seen, key));
            let result = work.await;
            if WRONG == KEEPS_FAILURES && result.is_err() {
                self.seen.borrow_mut().insert(key.to_owned(), (body.to_owned(), Some(0)));
            }
            let answer = result.map_err(|()| Refused::Failed)?;
            self.answered.set(self.answered.get() + 1);
            if WRONG != FORGETS_ANSWERS {
                self.seen.borrow_mut().insert(key.to_owned(), (body.to_owned(), Some(answer)));
            }
            drop(mark);
            Ok(answer)
        })
    }
}

#[test]
fn the_keys_themselves_are_right() {
    idempotency::<Keys<0>>();
}

refused! {
    keys_that_are_marked_afterwards: idempotency::<Keys<MARKS_AFTERWARDS>>, "the first is still under way";
    keys_that_keep_the_mark_of_whoever_left: idempotency::<Keys<LEAVES_ITS_MARK>>, "a failure is no answer";
    keys_that_keep_failures: idempotency::<Keys<KEEPS_FAILURES>>, "a failure is no answer";
    keys_for_any_body: idempotency::<Keys<ANY_BODY>>, "another body";
    keys_for_any_body_at_first: idempotency::<Keys<ANY_BODY_UNDER_WAY>>, "another body, even now";
    keys_whose_mark_anybody_takes: idempotency::<Keys<TAKES_OTHERS_MARKS>>, "another body, even now";
    keys_that_forget_their_answers: idempotency::<Keys<FORGETS_ANSWERS>>, "told what the first was told";
    keys_of_which_one_is_at_work: idempotency::<Keys<ONE_AT_A_TIME>>, "do not wait for each other";
}
