//! The grader: each property is written once, and asked of the solution and of the exercise. Ignored tests are the
//! to-do list.

#![allow(missing_docs)]

#[path = "exercises/wrong_answers.rs"]
mod wrong_answers;

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use common::within;
use lesson08_async_api::{demos, exercises, solutions};
use tokio::sync::{mpsc, oneshot};
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep, timeout};

type Pinned<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

const MS: Duration = Duration::from_millis(1);

fn on_virtual_time<F: Future<Output = ()> + 'static>(work: impl FnOnce() -> F + Send + 'static) {
    within(Duration::from_secs(60), || {
        demos::on_virtual_time().expect("a runtime").block_on(LocalSet::new().run_until(work()));
    });
}

// --- token_bucket

trait TokenBucket {
    fn new(burst: u32, every: Duration) -> Self;
    fn take(&mut self, now: Duration) -> Result<(), Duration>;
}

macro_rules! token_bucket_of {
    ($module:ident) => {
        impl TokenBucket for $module::token_bucket::TokenBucket {
            fn new(burst: u32, every: Duration) -> Self {
                Self::new(burst, every)
            }
            fn take(&mut self, now: Duration) -> Result<(), Duration> {
                self.take(now)
            }
        }
    };
}

token_bucket_of!(solutions);
token_bucket_of!(exercises);

/// Beside a bucket of water: so many nanoseconds of rain are a token, and it overflows.
fn token_bucket<B: TokenBucket>() {
    let mut random = fastrand::Rng::with_seed(8);
    for round in 0..200 {
        let (burst, every) = ([1, 2, 5][round % 3], [3, 10, 1_000_000_007][round / 3 % 3]);
        let mut bucket = B::new(burst, Duration::from_nanos(every));
        let (whole, mut water, mut last, mut now) = (u64::from(burst) * every, u64::from(burst) * every, 0, 0_u64);
        for step in 0..100 {
            // Now and then not at all, a little, a fraction, a lot; and once in a while the clock goes back.
            now += [0, 1, every / 3, every, every * 2 + 1, whole * 3][random.usize(0..6)];
            let said = if random.u32(0..10) == 0 { now.saturating_sub(every / 2) } else { now };
            let seen = said.max(last);
            water = (water + (seen - last)).min(whole);
            last = seen;
            let expected = if water >= every {
                water -= every;
                Ok(())
            } else {
                Err(Duration::from_nanos(every - water))
            };
            let what = format!("burst {burst}, one each {every} ns, step {step}, at {said} ns");
            assert_eq!(bucket.take(Duration::from_nanos(said)), expected, "{what}");
        }
    }
}

#[test]
fn solution_token_bucket() {
    token_bucket::<solutions::token_bucket::TokenBucket>();
}

#[test]
#[ignore = "your turn: src/exercises/token_bucket.rs"]
fn exercise_token_bucket() {
    token_bucket::<exercises::token_bucket::TokenBucket>();
}

// --- acquire_timeout

trait Pool: 'static {
    fn new(items: Vec<u32>) -> Self;
    /// An item in a box that gives it back when it is dropped.
    fn acquire(&self, patience: Duration) -> Pinned<'_, Option<Box<dyn Lent + '_>>>;
}

trait Lent {
    fn number(&self) -> u32;
}

macro_rules! pool_of {
    ($module:ident) => {
        impl Lent for $module::acquire_timeout::Guard<'_, u32> {
            fn number(&self) -> u32 {
                **self
            }
        }
        impl Pool for $module::acquire_timeout::Pool<u32> {
            fn new(items: Vec<u32>) -> Self {
                Self::new(items)
            }
            fn acquire(&self, patience: Duration) -> Pinned<'_, Option<Box<dyn Lent + '_>>> {
                Box::pin(async move { Some(Box::new(self.acquire(patience).await?) as Box<dyn Lent>) })
            }
        }
    };
}

pool_of!(solutions);
pool_of!(exercises);

/// A user of the pool, in milliseconds: when it asks, how long it waits at most, how long it holds, when it is dropped.
#[derive(Debug, Clone, Copy)]
struct User {
    asks: u64,
    patience: u64,
    holds: u64,
    dropped: u64,
}

/// When each gets its item, if it does: first come, first served, by a clock that goes millisecond by millisecond.
fn by_the_clock(items: usize, users: &[User]) -> Vec<Option<u64>> {
    let mut got = vec![None; users.len()];
    for now in 0..200 {
        let waits = |user: &User| user.asks <= now && now < (user.asks + user.patience).min(user.dropped);
        let holds =
            |(user, got): (&User, &Option<u64>)| got.is_some_and(|got| now < (got + user.holds).min(user.dropped));
        for next in 0..users.len() {
            let lent = users.iter().zip(&got).filter(|&pair| holds(pair)).count();
            if got[next].is_none() && waits(&users[next]) && lent < items {
                got[next] = Some(now);
            }
        }
    }
    got
}

fn acquire_timeout<P: Pool>() {
    // No two of these sums are equal: nothing happens at the same moment as anything else.
    let (patiences, holds, drops) = ([15, 35], [12, 31], [22, 500]);
    for items in [1, 2] {
        for choice in 0..1_u32 << 9 {
            on_virtual_time(move || async move {
                let bit = |at: u32| (choice >> at & 1) as usize;
                let users: Vec<User> = (0..3)
                    .map(|number| User {
                        asks: u64::from(number),
                        patience: patiences[bit(number)],
                        holds: holds[bit(number + 3)],
                        dropped: drops[bit(number + 6)] + 100 * u64::from(number),
                    })
                    .collect();
                let pool = Rc::new(P::new((0..items as u32).collect()));
                let start = Instant::now();
                let mut tasks = Vec::new();
                for user in users.clone() {
                    let pool = Rc::clone(&pool);
                    let life = async move {
                        sleep(MS * user.asks as u32).await;
                        let lent = pool.acquire(MS * user.patience as u32).await;
                        let got = lent.as_ref().map(|_| start.elapsed().as_millis() as u64);
                        let waited = start.elapsed();
                        if lent.is_some() {
                            sleep(MS * user.holds as u32).await;
                        }
                        (got, waited)
                    };
                    // Dropped in the middle of waiting, of holding, or not at all.
                    tasks.push(tokio::task::spawn_local(timeout(MS * user.dropped as u32, life)));
                }
                let expected = by_the_clock(items, &users);
                for ((task, expected), user) in tasks.into_iter().zip(expected).zip(&users) {
                    let Ok((got, waited)) = task.await.expect("it panicked") else { continue };
                    assert_eq!(got, expected, "when it got its item, in ms: {user:?} of {users:?}, {items} items");
                    if got.is_none() {
                        let told = MS * (user.asks + user.patience) as u32;
                        assert_eq!(waited, told, "when it was told that there is none: {user:?}");
                    }
                }
                // All are gone: every item can be had, at once and by one at a time.
                let mut lent = Vec::new();
                for _ in 0..items {
                    let guard = timeout(MS, pool.acquire(MS * 1000)).await.ok().flatten();
                    lent.push(guard.unwrap_or_else(|| panic!("an item is lost: {users:?}")));
                }
                let mut numbers: Vec<u32> = lent.iter().map(|lent| lent.number()).collect();
                numbers.sort_unstable();
                assert_eq!(numbers, (0..items as u32).collect::<Vec<_>>(), "an item is lent twice");
                let none = timeout(MS * 50, pool.acquire(MS)).await;
                assert!(matches!(none, Ok(None)), "there are no more than {items}");
            });
        }
    }
}

#[test]
fn solution_acquire_timeout() {
    acquire_timeout::<solutions::acquire_timeout::Pool<u32>>();
}

#[test]
#[ignore = "your turn: src/exercises/acquire_timeout.rs"]
fn exercise_acquire_timeout() {
    acquire_timeout::<exercises::acquire_timeout::Pool<u32>>();
}

// --- group_commit

/// What an insert is answered; nothing while it waits, or if it was dropped unanswered.
type Answer = oneshot::Receiver<Result<(), ()>>;
type Inserts = mpsc::Receiver<(u32, oneshot::Sender<Result<(), ()>>)>;
type Disk = Rc<dyn Fn(Vec<u32>) -> Pinned<'static, Result<(), ()>>>;
/// The loop: the inserts, the most in a batch, and the disk. It is spawned, and ends by itself.
type GroupCommit = fn(Inserts, usize, Disk) -> Pinned<'static, ()>;

/// A disk that takes 10 ms for a commit, and fails at those with a row that can be divided by 100.
#[derive(Default)]
struct Scene {
    commits: RefCell<Vec<(u128, Vec<u32>)>>,
    answers: RefCell<Vec<(u32, Answer)>>,
    /// Rows that were answered before their commit was done.
    early: RefCell<Vec<u32>>,
}

fn group_commit(group_commit: GroupCommit) {
    on_virtual_time(move || async move {
        let start = Instant::now();
        let scene = Rc::new(Scene::default());
        let (sender, inserts) = mpsc::channel(64);
        let disk = {
            let scene = Rc::clone(&scene);
            Rc::new(move |rows: Vec<u32>| {
                scene.commits.borrow_mut().push((start.elapsed().as_millis(), rows.clone()));
                let scene = Rc::clone(&scene);
                Box::pin(async move {
                    sleep(MS * 10).await;
                    for (row, answer) in scene.answers.borrow_mut().iter_mut() {
                        // Asked of these rows alone: what is there is taken out by asking.
                        if rows.contains(row) && answer.try_recv() != Err(oneshot::error::TryRecvError::Empty) {
                            scene.early.borrow_mut().push(*row);
                        }
                    }
                    if rows.iter().any(|row| row % 100 == 0) { Err(()) } else { Ok(()) }
                }) as Pinned<'static, _>
            }) as Disk
        };
        let writer = tokio::task::spawn_local(group_commit(inserts, 4, disk));
        let insert = async |row: u32| {
            let (answer, answered) = oneshot::channel();
            scene.answers.borrow_mut().push((row, answered));
            sender.send((row, answer)).await.expect("the loop has ended while there are senders");
        };
        // At 0 ms one, which is committed alone. At 3 ms six: four in the next batch, two in the one after it, one of
        // them gone by then. At 40 ms one that fails, with a neighbour; then one alone; then one whose client has gone;
        // then two, and the end.
        insert(1).await;
        sleep(MS * 3).await;
        for row in 2..=7 {
            insert(row).await;
        }
        sleep(MS * 10).await;
        scene.answers.borrow_mut().retain(|(row, _)| *row != 6);
        sleep(MS * 27).await;
        insert(100).await;
        insert(101).await;
        sleep(MS * 20).await;
        insert(8).await;
        sleep(MS * 20).await;
        insert(9).await;
        insert(10).await;
        scene.answers.borrow_mut().retain(|(row, _)| *row != 9 && *row != 10);
        sleep(MS * 20).await;
        insert(11).await;
        sleep(MS).await;
        insert(12).await;
        drop(sender);
        let ended = timeout(MS * 1000, writer).await;
        ended.expect("it does not end when the senders are gone").expect("it panicked");
        let expected = [
            (0, vec![1]),
            (10, vec![2, 3, 4, 5]),
            (20, vec![7]),
            (40, vec![100, 101]),
            (60, vec![8]),
            (100, vec![11]),
            (110, vec![12]),
        ];
        assert_eq!(*scene.early.borrow(), [0; 0], "answered before its commit was done");
        assert_eq!(*scene.commits.borrow(), expected, "the commits: when, in ms, and of which rows");
        for (row, mut answer) in scene.answers.take() {
            let told = answer.try_recv();
            let expected = if row >= 100 { Err(()) } else { Ok(()) };
            assert_eq!(told, Ok(expected), "what {row} was told");
        }
    });
}

macro_rules! group_commit_of {
    ($module:ident) => {
        |mut inserts, most, disk| {
            use $module::group_commit::{Failed, Insert, write_batches};
            let (sender, receiver) = mpsc::channel(64);
            // The types of the student's own file: rows are handed on as they come.
            Box::pin(async move {
                let hand_on = async move {
                    while let Some((row, told)) = inserts.recv().await {
                        let told: oneshot::Sender<Result<(), ()>> = told;
                        let (answer, answered) = oneshot::channel::<Result<(), Failed>>();
                        if told.is_closed() {
                            continue;
                        }
                        let mut told = told;
                        tokio::task::spawn_local(async move {
                            tokio::select! {
                                answer = answered => if let Ok(answer) = answer { let _ = told.send(answer.map_err(|_| ())); },
                                () = told.closed() => {}
                            }
                        });
                        if sender.send(Insert { row, answer }).await.is_err() {
                            return;
                        }
                    }
                };
                let commit = async |rows: &[u32]| disk(rows.to_vec()).await.map_err(|()| Failed);
                tokio::join!(hand_on, write_batches(receiver, most, commit));
                tokio::task::yield_now().await; // the last answers are handed on
            })
        }
    };
}

#[test]
fn solution_group_commit() {
    group_commit(group_commit_of!(solutions));
}

#[test]
#[ignore = "your turn: src/exercises/group_commit.rs"]
fn exercise_group_commit() {
    group_commit(group_commit_of!(exercises));
}

// --- idempotency

/// Why there is no answer: `Refused` of either file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    OtherBody,
    UnderWay,
    Failed,
}

type Work = Pinned<'static, Result<u32, ()>>;

pub trait Idempotent: Default + 'static {
    fn once<'a>(&'a self, key: &'a str, body: &'a str, work: Work) -> Pinned<'a, Result<u32, Refused>>;
}

macro_rules! idempotent_of {
    ($module:ident) => {
        impl Idempotent for $module::idempotency::Idempotent<u32> {
            fn once<'a>(&'a self, key: &'a str, body: &'a str, work: Work) -> Pinned<'a, Result<u32, Refused>> {
                use $module::idempotency::Refused as R;
                Box::pin(async move {
                    self.once(key, body, work).await.map_err(|refused| match refused {
                        R::OtherBody => Refused::OtherBody,
                        R::UnderWay => Refused::UnderWay,
                        R::Failed(()) => Refused::Failed,
                    })
                })
            }
        }
    };
}

idempotent_of!(solutions);
idempotent_of!(exercises);

/// Work that takes 10 ms, counts how often it was begun, and ends in the number it was given, or fails.
fn work(begun: &Rc<RefCell<u32>>, result: Result<u32, ()>) -> Work {
    let begun = Rc::clone(begun);
    Box::pin(async move {
        *begun.borrow_mut() += 1;
        sleep(MS * 10).await;
        result
    })
}

fn idempotency<I: Idempotent>() {
    on_virtual_time(|| async {
        let (seen, begun) = (Rc::new(I::default()), Rc::new(RefCell::new(0)));
        let ask = |key: &'static str, body: &'static str, result| {
            let (seen, work) = (Rc::clone(&seen), work(&begun, result));
            tokio::task::spawn_local(async move { seen.once(key, body, work).await })
        };
        let settled = async |task: tokio::task::JoinHandle<_>| task.await.expect("it panicked");
        // Sent twice, one after the other; the work is done once, and the answer is the first one's.
        assert_eq!(settled(ask("a", "x", Ok(1))).await, Ok(1));
        assert_eq!(settled(ask("a", "x", Ok(2))).await, Ok(1), "the second is told what the first was told");
        assert_eq!(*begun.borrow(), 1, "the work was done again");
        assert_eq!(settled(ask("a", "y", Ok(3))).await, Err(Refused::OtherBody), "the key was used for another body");
        assert_eq!(settled(ask("b", "y", Ok(4))).await, Ok(4), "another key is another request");
        // Sent twice at once.
        let first = ask("c", "x", Ok(5));
        sleep(MS).await;
        assert_eq!(settled(ask("c", "x", Ok(6))).await, Err(Refused::UnderWay), "the first is still under way");
        assert_eq!(settled(ask("c", "y", Ok(7))).await, Err(Refused::OtherBody), "another body, even now");
        let other = ask("d", "x", Ok(8));
        assert_eq!((settled(first).await, settled(other).await), (Ok(5), Ok(8)), "keys do not wait for each other");
        assert_eq!(*begun.borrow(), 4, "refused requests do no work");
        // It fails: the key is as new, for any body.
        assert_eq!(settled(ask("e", "x", Err(()))).await, Err(Refused::Failed));
        assert_eq!(settled(ask("e", "y", Ok(9))).await, Ok(9), "a failure is no answer to be kept");
        // The client hangs up in the middle, or before the first poll: the key is as new.
        for (pause, key) in [(3_u32, "f"), (0, "g")] {
            let dropped = ask(key, "x", Ok(10));
            sleep(MS * pause).await;
            dropped.abort();
            assert!(dropped.await.is_err(), "it was cancelled");
            assert_eq!(settled(ask(key, "x", Ok(11))).await, Ok(11), "who was dropped left its mark");
        }
        // Of two at once the second is refused, and its end must not take the first one's mark away.
        let first = ask("h", "x", Ok(12));
        sleep(MS).await;
        assert_eq!(settled(ask("h", "x", Ok(13))).await, Err(Refused::UnderWay));
        assert_eq!(settled(ask("h", "x", Ok(14))).await, Err(Refused::UnderWay), "a refusal took the mark away");
        assert_eq!(settled(first).await, Ok(12));
    });
}

#[test]
fn solution_idempotency() {
    idempotency::<solutions::idempotency::Idempotent<u32>>();
}

#[test]
#[ignore = "your turn: src/exercises/idempotency.rs"]
fn exercise_idempotency() {
    idempotency::<exercises::idempotency::Idempotent<u32>>();
}
