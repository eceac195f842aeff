//! One suite for all stores: what they promise they promise alike.

use std::collections::HashSet;
use std::time::Duration;

use common::Scratch;
use lesson08_async_api::store::{Actor, NewNote, OneMutex, Store, StoreError, sqlite};
use tokio::task::JoinSet;

use crate::{on_two_workers, until};

pub(crate) fn note(title: impl Into<String>) -> NewNote {
    NewNote { title: title.into(), text: "two\nlines, ünïcode, 'quotes'".into() }
}

/// What every store promises. It has to be empty.
pub(crate) async fn conforms(store: &Store) {
    assert_eq!(store.list(None, 10).await.expect("a page"), []);
    assert_eq!(store.read(1).await.expect("an answer"), None);
    let first = store.create(note("first")).await.expect("it is kept");
    assert_eq!((first.title.as_str(), first.text.as_str()), ("first", note("").text.as_str()));
    assert_eq!(store.read(first.id).await.expect("an answer"), Some(first.clone()));
    // Many at once: each has its own number, and each is there as soon as its creator knows.
    let mut creators = JoinSet::new();
    for number in 0..100 {
        let store = store.clone();
        creators.spawn(async move {
            let created = store.create(note(format!("note {number}"))).await.expect("it is kept");
            assert_eq!(store.read(created.id).await.expect("an answer").as_ref(), Some(&created));
            created.id
        });
    }
    let ids: HashSet<i64> = creators.join_all().await.into_iter().collect();
    assert_eq!(ids.len(), 100);
    assert!(ids.iter().all(|&id| id > first.id), "later notes have higher numbers");
    // Pages of every size, end to end, are the whole; and the whole is in order.
    let whole = store.list(None, 1000).await.expect("a page");
    assert_eq!(whole.len(), 101);
    assert!(whole.is_sorted_by(|a, b| a.id > b.id), "the newest first");
    for size in [1, 7, 100, 101, 102] {
        let (mut paged, mut before) = (Vec::new(), None);
        loop {
            let page = store.list(before, size).await.expect("a page");
            let Some(last) = page.last() else { break };
            before = Some(last.id);
            paged.extend(page);
        }
        assert_eq!(paged, whole, "pages of {size}");
    }
    assert_eq!(store.list(Some(i64::MIN), 10).await.expect("a page"), []);
    assert_eq!(store.list(None, 0).await.expect("a page"), []);
    store.close().await;
}

#[test]
fn one_mutex_conforms() {
    on_two_workers(|| async {
        let scratch = Scratch::new().expect("a folder");
        conforms(&Store::OneMutex(OneMutex::open(&scratch.path().join("a.db")).expect("it opens"))).await;
    });
}

#[test]
fn the_actor_conforms() {
    on_two_workers(|| async {
        let scratch = Scratch::new().expect("a folder");
        conforms(&Store::embedded(&scratch.path().join("a.db"), 3).expect("it opens")).await;
    });
}

/// Somebody else holds the write lock until all inserts have queued up: they are one commit, or two, if the writer had
/// taken the first by itself. And none is answered before.
#[test]
fn what_queues_up_is_one_commit() {
    on_two_workers(|| async {
        let scratch = Scratch::new().expect("a folder");
        let file = scratch.path().join("a.db");
        let actor = Actor::open(&file, 1).expect("it opens");
        let store = Store::Actor(actor.clone());
        let other = sqlite::open(&file).expect("it opens");
        other.execute_batch("BEGIN IMMEDIATE").expect("it is free");
        // The first poll of each puts its insert into the queue, which has room for all.
        let mut creates: Vec<_> = (0..64).map(|number| Box::pin(store.create(note(number.to_string())))).collect();
        for create in &mut creates {
            assert!(futures::poll!(create).is_pending(), "answered before the commit");
        }
        until(|| actor.queued() < 64).await; // the writer has taken some, and waits for the lock
        for create in &mut creates {
            assert!(futures::poll!(create).is_pending(), "answered before the commit");
        }
        assert_eq!(actor.commits(), 0);
        other.execute_batch("COMMIT").expect("it ends");
        for create in creates {
            create.await.expect("it is kept");
        }
        assert!((1..=2).contains(&actor.commits()), "64 inserts were {} commits", actor.commits());
        assert_eq!(store.list(None, 100).await.expect("a page").len(), 64);
        store.close().await;
    });
}

#[test]
fn closing_writes_what_was_accepted_and_refuses_the_rest() {
    on_two_workers(|| async {
        let scratch = Scratch::new().expect("a folder");
        let file = scratch.path().join("a.db");
        let store = Store::embedded(&file, 1).expect("it opens");
        let other = sqlite::open(&file).expect("it opens");
        other.execute_batch("BEGIN IMMEDIATE").expect("it is free");
        // The first poll puts an insert into the queue: from then on it is accepted, and closing comes after it.
        let mut creates: Vec<_> = (0..50).map(|number| Box::pin(store.create(note(number.to_string())))).collect();
        for create in &mut creates {
            assert!(futures::poll!(create).is_pending(), "answered before anybody could have written it");
        }
        let mut closing = Box::pin(store.close());
        assert!(futures::poll!(&mut closing).is_pending(), "closed before what was accepted is written");
        other.execute_batch("COMMIT").expect("it ends");
        let ((), created) = tokio::join!(closing, futures::future::join_all(creates));
        let mut promised: Vec<i64> = created.into_iter().map(|note| note.expect("it was accepted").id).collect();
        promised.sort_unstable();
        let after = sqlite::list(&sqlite::open(&file).expect("it opens"), None, 100).expect("a page");
        let kept: Vec<i64> = after.iter().rev().map(|note| note.id).collect();
        assert_eq!(promised, kept, "what was promised is there, and nothing else");
        assert!(store.create(note("late")).await.is_err_and(|error| error.may_pass()));
        assert!(store.read(1).await.is_err_and(|error| error.may_pass()));
        store.close().await; // a second time: nothing happens
    });
}

#[test]
fn an_insert_whose_client_has_gone_is_not_written() {
    on_two_workers(|| async {
        let scratch = Scratch::new().expect("a folder");
        let file = scratch.path().join("a.db");
        let actor = Actor::open(&file, 1).expect("it opens");
        let store = Store::Actor(actor.clone());
        let other = sqlite::open(&file).expect("it opens");
        other.execute_batch("BEGIN IMMEDIATE").expect("it is free");
        let mut first = Box::pin(store.create(note("first")));
        assert!(futures::poll!(&mut first).is_pending()); // it is in the queue
        until(|| actor.queued() == 0).await; // the writer has it, and waits for the lock
        let [mut gone, mut stays] = ["gone", "stays"].map(|title| Box::pin(store.create(note(title))));
        assert!(futures::poll!(&mut gone).is_pending() && futures::poll!(&mut stays).is_pending());
        drop(gone);
        other.execute_batch("COMMIT").expect("it ends");
        first.await.expect("it is kept");
        stays.await.expect("it is kept");
        let titles: Vec<String> =
            store.list(None, 9).await.expect("a page").into_iter().map(|note| note.title).collect();
        assert_eq!(titles, ["stays", "first"]);
        store.close().await;
    });
}

/// A reader stays lent while its thread is busy, even if nobody waits for the answer any more.
#[test]
fn a_busy_reader_is_not_given_to_the_next() {
    on_two_workers(|| async {
        let scratch = Scratch::new().expect("a folder");
        let actor =
            Actor::away(&scratch.path().join("a.db"), 1, Duration::ZERO, Duration::from_millis(20)).expect("open");
        let (open, gate) = std::sync::mpsc::channel::<()>();
        let (say, said) = std::sync::mpsc::channel::<()>();
        let busy = tokio::spawn({
            let actor = actor.clone();
            async move {
                actor
                    .call(move |_| {
                        let _ = say.send(());
                        Ok(gate.recv().is_ok())
                    })
                    .await
            }
        });
        tokio::task::spawn_blocking(move || said.recv().expect("it begins")).await.expect("no panic");
        busy.abort();
        assert!(busy.await.is_err_and(|error| error.is_cancelled()));
        let refused = actor.call(|_| Ok(())).await;
        assert!(refused.is_err_and(|error| error.may_pass()), "its thread is busy, and it is lent to the next");
        open.send(()).expect("it waits");
        assert!(actor.readers().acquire(Duration::from_secs(60)).await.is_ok(), "now it is back");
        Store::Actor(actor).close().await;
    });
}

#[test]
fn a_call_that_panics_fails_alone() {
    on_two_workers(|| async {
        let scratch = Scratch::new().expect("a folder");
        let actor = Actor::open(&scratch.path().join("a.db"), 1).expect("it opens");
        std::panic::set_hook(Box::new(|_| {})); // on purpose
        let failed = actor.call(|_| if true { panic!("on purpose") } else { Ok(()) }).await;
        drop(std::panic::take_hook());
        assert!(matches!(failed, Err(StoreError::Closed)));
        assert!(actor.call(|_| Ok(())).await.is_ok(), "the one reader is there");
        Store::Actor(actor).close().await;
    });
}

#[test]
fn what_cannot_be_opened_is_said() {
    let scratch = Scratch::new().expect("a folder");
    let file = scratch.path().join("a.db");
    std::fs::write(&file, "this is no database, and it is longer than a page's head ".repeat(10)).expect("written");
    for file in [file, scratch.path().join("no/such/folder.db")] {
        let error = Actor::open(&file, 1).expect_err("it is none").to_string();
        assert!(error.starts_with("SQLite: "), "{error}");
    }
}
