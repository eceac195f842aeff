//! What every frontier does, SQLite's and PostgreSQL's alike.

use super::backend::{Kept, found, lease_some, outside, urls, visit};
use super::cluster;
use super::support::run;
use common::Scratch;
use concurrent_scraper::frontier::{Emitted, Found, Frontier, Lease, Place, Validators, Visit};
use concurrent_scraper::page::{LinkKind, Page, ProblemKind};

/// Declares a test for each frontier.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[test] fn $name() {
                super::run(super::$name(super::Kept::File(super::Scratch::new().unwrap())));
            })*
        }
        mod postgres {
            $(#[test] fn $name() {
                let Some(place) = super::cluster::place() else { return };
                super::run(super::$name(super::Kept::Database(place)));
            })*
        }
    };
}

on_both! {
    a_url_is_visited_once
    the_least_deep_come_first
    a_level_is_done_before_the_next_begins
    what_is_leased_is_nobody_elses
    what_is_released_comes_back
    the_leases_of_the_dead_come_back
    it_is_finished_when_nothing_is_left
    rows_come_in_the_order_of_their_commit
    the_output_s_position_is_remembered
    a_link_out_of_the_scope_may_come_into_it
    a_redirect_that_leads_back_is_marked
    what_has_not_changed_is_recalled
}

async fn a_url_is_visited_once(kept: Kept) {
    let frontier = kept.open(false).await;
    frontier.add(vec![found("http://h/1", 0), found("http://h/2", 0), found("http://h/1", 0)]).await.unwrap();
    frontier.add(vec![found("http://h/1", 5)]).await.unwrap();
    let leased = frontier.lease(10).await.unwrap();
    assert_eq!(urls(&leased), ["http://h/1", "http://h/2"]);
    let links = || vec![found("http://h/3", 1), found("http://h/1", 1), found("http://h/3", 1)];
    let visits = leased.leases.iter().map(|lease| visit(lease, links())).collect();
    assert_eq!(frontier.complete(visits, None).await.unwrap().len(), 2);
    assert_eq!(urls(&frontier.lease(10).await.unwrap()), ["http://h/3"]);
    let counts = frontier.counts().await.unwrap();
    assert_eq!((counts.pending, counts.leased, counts.done, counts.bytes), (0, 1, 2, 20));
}

async fn the_least_deep_come_first(kept: Kept) {
    let frontier = kept.open(false).await;
    let urls_of = |depth| (0..3).map(move |number| found(&format!("http://h/{depth}/{number}"), depth));
    frontier.add([2, 0, 1].into_iter().flat_map(urls_of).collect()).await.unwrap();
    let mut depths = Vec::new();
    for _ in 0..3 {
        depths.extend(frontier.lease(3).await.unwrap().leases.iter().map(|lease| lease.place.depth));
    }
    assert_eq!(depths, [0, 0, 0, 1, 1, 1, 2, 2, 2]);
}

async fn a_level_is_done_before_the_next_begins(kept: Kept) {
    let frontier = kept.open(true).await;
    frontier.add(vec![found("http://a/", 0), found("http://b/", 0), found("http://c/", 1)]).await.unwrap();
    let first = frontier.lease(10).await.unwrap();
    assert_eq!(urls(&first), ["http://a/", "http://b/"]);
    frontier.complete(vec![visit(&first.leases[0], vec![found("http://a/1", 1)])], None).await.unwrap();
    let between = frontier.lease(10).await.unwrap();
    assert!(between.leases.is_empty() && !between.finished);
    frontier.complete(vec![visit(&first.leases[1], vec![found("http://b/1", 1)])], None).await.unwrap();
    let mut second = urls(&frontier.lease(10).await.unwrap()).into_iter().map(str::to_owned).collect::<Vec<_>>();
    second.sort();
    assert_eq!(second, ["http://a/1", "http://b/1", "http://c/"]);
}

async fn what_is_leased_is_nobody_elses(kept: Kept) {
    let frontier = kept.open(false).await;
    frontier.add((0..40).map(|number| found(&format!("http://h/{number}"), 0)).collect()).await.unwrap();
    let leases = (0..8).map(|_| frontier.lease(5));
    let mut all = Vec::new();
    for leased in futures::future::try_join_all(leases).await.unwrap() {
        all.extend(leased.leases.into_iter().map(|lease| lease.id));
    }
    // Those that were at it in the same moment may have skipped each other.
    while all.len() < 40 {
        all.extend(lease_some(&*frontier, 40).await.leases.into_iter().map(|lease| lease.id));
    }
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 40);
    assert!(frontier.lease(1).await.unwrap().leases.is_empty());
}

async fn what_is_released_comes_back(kept: Kept) {
    let frontier = kept.open(false).await;
    frontier.add(vec![found("http://h/1", 0), found("http://h/2", 0)]).await.unwrap();
    let leased = frontier.lease(2).await.unwrap();
    frontier.release(vec![leased.leases[0].id]).await.unwrap();
    assert_eq!(urls(&frontier.lease(2).await.unwrap()), ["http://h/1"]);
}

async fn the_leases_of_the_dead_come_back(kept: Kept) {
    let frontier = kept.open(false).await;
    frontier.add(vec![found("http://h/1", 0), found("http://h/2", 0)]).await.unwrap();
    let leased = frontier.lease(2).await.unwrap();
    frontier.complete(vec![visit(&leased.leases[0], vec![])], None).await.unwrap();
    drop(frontier);
    let frontier = kept.open(false).await;
    assert_eq!(urls(&frontier.lease(2).await.unwrap()), ["http://h/2"]);
}

async fn it_is_finished_when_nothing_is_left(kept: Kept) {
    let frontier = kept.open(false).await;
    assert!(frontier.lease(1).await.unwrap().finished);
    frontier.add(vec![found("http://h/1", 0)]).await.unwrap();
    let leased = frontier.lease(1).await.unwrap();
    assert!(!leased.finished);
    assert!(!frontier.lease(1).await.unwrap().finished, "one is leased");
    frontier.complete(vec![visit(&leased.leases[0], vec![found("http://h/2", 1)])], None).await.unwrap();
    let leased = frontier.lease(1).await.unwrap();
    frontier.complete(vec![visit(&leased.leases[0], vec![outside("http://else/")])], None).await.unwrap();
    assert!(frontier.lease(1).await.unwrap().finished, "what leaves the scope is not to be visited");
}

async fn rows_come_in_the_order_of_their_commit(kept: Kept) {
    let frontier = kept.open(false).await;
    frontier.add((0..9).map(|number| found(&format!("http://h/{number}"), 0)).collect()).await.unwrap();
    let mut leases = frontier.lease(9).await.unwrap().leases;
    leases.reverse();
    let mut committed = Vec::new();
    for group in leases.chunks(4) {
        let visits = group.iter().map(|lease| visit(lease, vec![outside("http://else/x"), found(&lease.url, 1)]));
        committed.extend(frontier.complete(visits.collect(), None).await.unwrap());
    }
    assert_eq!(committed[0].page.url, "http://h/8");
    assert!(committed.is_sorted_by(|one, next| one.seq < next.seq));
    let mut read = Vec::new();
    loop {
        let after = read.last().map_or(0, |row: &concurrent_scraper::frontier::Row| row.seq);
        let batch = frontier.rows(after, 2, true).await.unwrap();
        if batch.is_empty() {
            break;
        }
        read.extend(batch);
    }
    assert_eq!(read.len(), 9);
    for (row, committed) in read.iter_mut().zip(&committed) {
        let links = row.page.links.take().unwrap();
        assert_eq!(links[0].url, "http://else/x");
        assert_eq!(links[1].url, row.page.url);
        // A zero is what one of the databases cannot store.
        let title = |page: &Page| page.title.as_ref().unwrap().replace('\u{FFFD}', "\0");
        assert_eq!(title(&row.page), title(&committed.page));
        row.page.title.clone_from(&committed.page.title);
        assert_eq!(row, committed);
    }
}

async fn the_output_s_position_is_remembered(kept: Kept) {
    let frontier = kept.open(false).await;
    assert_eq!(frontier.emitted().await.unwrap(), None);
    let emitted = |seq, length| Emitted { seq, lengths: vec![("a.jsonl".to_owned(), length), ("b.csv".to_owned(), 7)] };
    frontier.complete(vec![], Some(emitted(3, 100))).await.unwrap();
    frontier.complete(vec![], Some(emitted(5, 200))).await.unwrap();
    drop(frontier);
    let frontier = kept.open(false).await;
    let mut known = frontier.emitted().await.unwrap().unwrap();
    known.lengths.sort();
    assert_eq!(known, emitted(5, 200));
    // An output that is not written any more is not at that position any more.
    let one = Emitted { seq: 6, lengths: vec![("b.csv".to_owned(), 8)] };
    frontier.complete(vec![], Some(one.clone())).await.unwrap();
    assert_eq!(frontier.emitted().await.unwrap(), Some(one));
}

async fn a_link_out_of_the_scope_may_come_into_it(kept: Kept) {
    let frontier = kept.open(false).await;
    frontier.add(vec![outside("http://h/1"), found("http://h/2", 0)]).await.unwrap();
    assert_eq!(frontier.counts().await.unwrap().pending, 1);
    let leased = frontier.lease(9).await.unwrap();
    assert_eq!(urls(&leased), ["http://h/2"]);
    let links = vec![outside("http://h/1"), found("http://h/1", 1)];
    frontier.complete(vec![visit(&leased.leases[0], links)], None).await.unwrap();
    assert_eq!(frontier.counts().await.unwrap().pending, 1);
    let leased = frontier.lease(9).await.unwrap();
    assert_eq!((urls(&leased), leased.leases[0].place.depth), (vec!["http://h/1"], 1));
}

fn redirect(lease: &Lease, to: &str) -> Visit {
    let place = Place { hops: lease.place.hops + 1, ..lease.place };
    let mut visit = visit(lease, vec![Found { kind: LinkKind::Redirect, visit: Some(place), ..outside(to) }]);
    visit.page.status = Some(302);
    visit.page.redirect = Some(to.to_owned());
    visit
}

async fn a_redirect_that_leads_back_is_marked(kept: Kept) {
    let frontier = kept.open(false).await;
    frontier.add(["a", "b", "c", "x"].map(|path| found(&format!("http://h/{path}"), 0)).into()).await.unwrap();
    let leases = frontier.lease(9).await.unwrap().leases;
    let first = redirect(&leases[0], "http://h/b");
    frontier.complete(vec![first], None).await.unwrap();
    // One that leads to it in the same group, one that is no part of it.
    let group = vec![
        redirect(&leases[1], "http://h/c"),
        redirect(&leases[2], "http://h/a"),
        redirect(&leases[3], "http://h/a"),
    ];
    let rows = frontier.complete(group, None).await.unwrap();
    let looped: Vec<bool> = rows
        .iter()
        .map(|row| row.page.problem.as_ref().is_some_and(|problem| problem.kind == ProblemKind::RedirectLoop))
        .collect();
    assert_eq!(looped, [false, true, false]);
    assert_eq!(frontier.rows(0, 9, false).await.unwrap()[0].page.redirect.as_deref(), Some("http://h/b"));
}

async fn what_has_not_changed_is_recalled(kept: Kept) {
    let frontier = kept.open(false).await;
    frontier.add(vec![found("http://h/1", 0)]).await.unwrap();
    let leased = frontier.lease(1).await.unwrap();
    let validators = Validators { etag: Some("\"7\"".to_owned()), last_modified: None };
    let first = Visit { validators: validators.clone(), ..visit(&leased.leases[0], vec![outside("http://else/")]) };
    let first = frontier.complete(vec![first], None).await.unwrap().remove(0);
    drop(frontier);
    again(&kept).await;
    let frontier = kept.open(false).await;
    let leased = frontier.lease(1).await.unwrap();
    assert_eq!(leased.leases[0].validators, validators);
    let page = Page { not_modified: true, status: Some(304), links: Some(vec![]), total_ms: 9, ..Page::default() };
    let second = Visit { page, validators, ..visit(&leased.leases[0], vec![]) };
    let second = frontier.complete(vec![second], None).await.unwrap().remove(0);
    assert!(second.seq > first.seq);
    assert_eq!((second.page.status, second.page.total_ms, second.page.not_modified), (Some(200), 9, true));
    assert_eq!(second.page.links.unwrap()[0].url, "http://else/");
    let counts = frontier.counts().await.unwrap();
    assert_eq!((counts.pending, counts.leased, counts.done), (0, 0, 1));
}

async fn again(kept: &Kept) {
    match kept {
        Kept::File(folder) => {
            let options = concurrent_scraper::store::StoreOptions::default();
            let store = concurrent_scraper::store::Store::open(&folder.path().join("state"), options).unwrap();
            store.again(true).await.unwrap();
            assert_eq!(store.counts().await.unwrap().pending, 0, "none has failed");
            store.again(false).await.unwrap();
        }
        Kept::Database(place) => {
            let frontier = super::backend::connect(place, &super::backend::options()).await;
            frontier.again(true).await.unwrap();
            assert_eq!(frontier.counts().await.unwrap().pending, 0);
            frontier.again(false).await.unwrap();
        }
    }
}
