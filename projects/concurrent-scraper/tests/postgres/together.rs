//! Several frontiers on one crawl, as several processes have them: whose a URL is.

use super::backend::{SHORT, connect, found, lease_some, look, on_a_place, options, outside, urls, visit};
use concurrent_scraper::frontier::postgres::{Postgres, PostgresOptions, Target, copy};
use concurrent_scraper::frontier::{Frontier, FrontierError, Row};
use concurrent_scraper::store::Reader;
use std::sync::Arc;
use std::time::Duration;

fn short() -> PostgresOptions {
    PostgresOptions { lease: SHORT, ..options() }
}

async fn pages(frontier: &Postgres) -> u64 {
    frontier.counts().await.unwrap().done
}

#[test]
fn a_lease_that_was_taken_over_writes_nothing() {
    on_a_place(async |place| {
        let (slow, quick) = (connect(&place, &short()).await, connect(&place, &options()).await);
        slow.add(vec![found("http://h/1", 0)]).await.unwrap();
        let lost = slow.lease(1).await.unwrap().leases.remove(0);
        let taken = lease_some(&*quick, 1).await.leases.remove(0);
        assert_eq!(taken.id, lost.id);

        let late = visit(&lost, vec![found("http://h/late", 1)]);
        assert_eq!(slow.complete(vec![late], None).await.unwrap(), []);
        let counts = slow.counts().await.unwrap();
        assert_eq!((counts.pending, counts.leased, counts.done), (0, 1, 0), "and no links of it are added");
        assert_eq!(slow.rows(0, 9, false).await.unwrap(), []);

        let rows = quick.complete(vec![visit(&taken, vec![])], None).await.unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(pages(&quick).await, 1);
    });
}

#[test]
fn nor_does_one_that_was_done_by_another() {
    on_a_place(async |place| {
        let (slow, quick) = (connect(&place, &short()).await, connect(&place, &options()).await);
        slow.add(vec![found("http://h/1", 0)]).await.unwrap();
        let lost = slow.lease(1).await.unwrap().leases.remove(0);
        let taken = lease_some(&*quick, 1).await.leases.remove(0);
        quick.complete(vec![visit(&taken, vec![])], None).await.unwrap();
        // Neither giving it back nor postponing makes it pending again.
        slow.release(vec![lost.id]).await.unwrap();
        assert!(slow.lease(1).await.unwrap().finished);
        assert_eq!(slow.complete(vec![visit(&lost, vec![])], None).await.unwrap(), []);
        assert_eq!(pages(&quick).await, 1);
    });
}

#[test]
fn a_lease_lasts_as_long_as_it_is_renewed() {
    on_a_place(async |place| {
        let (alive, other) = (connect(&place, &short()).await, connect(&place, &options()).await);
        alive.add(vec![found("http://h/1", 0)]).await.unwrap();
        let lease = alive.lease(1).await.unwrap().leases.remove(0);
        let database = look(&place).await;
        let until = "SELECT until::text FROM urls";
        let before: String = database.query_one(until, &[]).await.unwrap().get(0);
        alive.renew().await.unwrap();
        let after: String = database.query_one(until, &[]).await.unwrap().get(0);
        assert!(after > before, "{after} {before}");
        // Nobody renews what somebody else has.
        let taken = lease_some(&*other, 1).await.leases.remove(0);
        assert_eq!(taken.id, lease.id);
        let before: String = database.query_one(until, &[]).await.unwrap().get(0);
        alive.renew().await.unwrap();
        let after: String = database.query_one(until, &[]).await.unwrap().get(0);
        assert_eq!(after, before);
    });
}

#[test]
fn leasing_passes_over_what_another_has_locked() {
    on_a_place(async |place| {
        let frontier = connect(&place, &options()).await;
        frontier
            .add(vec![found("http://a/", 0), found("http://b/", 0), found("http://c/1", 0), found("http://c/2", 0)])
            .await
            .unwrap();
        let mut database = look(&place).await;
        let locked = database.transaction().await.unwrap();
        locked.execute("SELECT 1 FROM hosts WHERE origin = 'http://a' FOR UPDATE", &[]).await.unwrap();
        locked.execute("SELECT 1 FROM urls WHERE url = 'http://c/1' FOR UPDATE", &[]).await.unwrap();
        let leased = tokio::time::timeout(Duration::from_secs(20), frontier.lease(9)).await.expect("it does not wait");
        let leased = leased.unwrap();
        assert_eq!(urls(&leased), ["http://b/", "http://c/2"]);
        locked.rollback().await.unwrap();
        assert_eq!(urls(&frontier.lease(9).await.unwrap()), ["http://a/", "http://c/1"]);
    });
}

#[test]
fn a_name_has_one_process() {
    on_a_place(async |place| {
        let named = |name: &str| PostgresOptions { worker: Some(name.to_owned()), ..options() };
        let one = connect(&place, &named("a")).await;
        let target: Target = place.parse().unwrap();
        assert!(matches!(Postgres::connect(&target, &named("a")).await, Err(FrontierError::InUse(_))));
        connect(&place, &named("b")).await;
        let lease = {
            one.add(vec![found("http://h/1", 0)]).await.unwrap();
            one.lease(1).await.unwrap().leases.remove(0)
        };
        // Its leases are free with its name, long before they run out.
        drop(one);
        let again = connect(&place, &named("a")).await;
        assert_eq!(again.lease(1).await.unwrap().leases[0].id, lease.id);
        Arc::into_inner(again).unwrap().close().await.unwrap();
        let other = connect(&place, &options()).await;
        assert_eq!(other.lease(1).await.unwrap().leases[0].id, lease.id, "as after an orderly end");
    });
}

#[test]
fn each_page_belongs_to_one_output() {
    on_a_place(async |place| {
        let (one, other) = (connect(&place, &options()).await, connect(&place, &options()).await);
        one.add((0..6).map(|number| found(&format!("http://h/{number}"), 0)).collect()).await.unwrap();
        for frontier in [&one, &other, &one] {
            let leases = frontier.lease(2).await.unwrap().leases;
            frontier.complete(leases.iter().map(|lease| visit(lease, vec![])).collect(), None).await.unwrap();
        }
        let of = async |frontier: &Postgres| {
            frontier.rows(0, 9, false).await.unwrap().into_iter().map(|row| row.page.url).collect::<Vec<_>>()
        };
        assert_eq!(of(&one).await, ["http://h/0", "http://h/1", "http://h/4", "http://h/5"]);
        assert_eq!(of(&other).await, ["http://h/2", "http://h/3"]);
    });
}

#[test]
fn a_copy_has_it_all() {
    on_a_place(async |place| {
        let frontier = connect(&place, &options()).await;
        frontier.agree("fields", "price").await.unwrap();
        assert_eq!(frontier.agree("fields", "name").await.unwrap(), "price");
        frontier.add(vec![found("http://h/1", 0), found("http://h/2", 0)]).await.unwrap();
        let leases = frontier.lease(1).await.unwrap().leases;
        let links = vec![found("http://h/2", 1), outside("http://else/")];
        frontier.complete(vec![visit(&leases[0], links)], None).await.unwrap();
        let folder = common::Scratch::new().unwrap();
        let state = folder.path().join("state");
        copy(&place.parse().unwrap(), &state).await.unwrap();
        let reader = Reader::open(&state).unwrap();
        let rows: Vec<Row> = reader.rows(true).map(Result::unwrap).collect();
        assert_eq!(rows, frontier.rows(0, 9, true).await.unwrap());
        assert_eq!(reader.word("fields").unwrap().as_deref(), Some("price"));
        let mut nodes = Vec::new();
        reader
            .nodes::<FrontierError>(|_, url, status| {
                nodes.push((url.to_owned(), status));
                Ok(())
            })
            .unwrap();
        nodes.sort();
        assert_eq!(nodes.len(), 3);
        assert_eq!(nodes[1], ("http://h/1".to_owned(), Some(200)));
    });
}

#[test]
fn what_is_no_crawl_is_refused() {
    on_a_place(async |place| {
        let (url, _) = place.split_once('#').unwrap();
        let nowhere: Target = format!("{url}#nothing_here").parse().unwrap();
        let folder = common::Scratch::new().unwrap();
        let copied = copy(&nowhere, &folder.path().join("state")).await;
        assert!(matches!(copied, Err(FrontierError::Foreign(_))), "{copied:?}");
        let database = look(&place).await;
        database.batch_execute("CREATE SCHEMA of_others; CREATE TABLE of_others.t (i int)").await.unwrap();
        let foreign: Target = format!("{url}#of_others").parse().unwrap();
        assert!(matches!(Postgres::connect(&foreign, &options()).await, Err(FrontierError::Foreign(_))));
    });
}
