//! The downloader against a site that misbehaves.

use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use common::site::{Content, Reply, RunningSite, Site};
use common::{Scratch, within};
use lesson01_threading::downloader::{Client, Download, Limits, PartFile, for_each, path_for};

const QUICK: Limits = Limits {
    attempts: 3,
    first_wait: Duration::from_millis(1),
    longest_wait: Duration::from_millis(50),
    silence: Duration::from_millis(300),
    patience: Duration::from_secs(5),
    largest: 10_000,
};

/// Downloads one path of a site into a fresh folder; returns the result and the names left in the folder.
fn download(site: Site, path: &'static str) -> (anyhow::Result<Download>, Vec<String>, RunningSite) {
    within(Duration::from_secs(60), move || {
        let site = site.start().expect("a port is free");
        let scratch = Scratch::new().expect("a folder can be made");
        let result = Client::new(QUICK, 4).download(&site.url(path), &scratch.path().join("file"));
        (result, names(scratch.path()), site)
    })
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    entries.map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned()).collect()
}

fn fails(site: Site, path: &'static str, reason: &str, requests: usize) {
    let (result, names, site) = download(site, path);
    let message = format!("{:#}", result.expect_err("it cannot work"));
    assert!(message.contains(reason), "{message}");
    assert!(message.contains(&site.url(path)), "the message names the address: {message}");
    assert_eq!(site.requests().len(), requests, "{message}");
    assert_eq!(names, [""; 0], "nothing stays behind");
}

#[test]
fn a_file_arrives_with_its_digest() {
    let (result, names, _site) = download(Site::empty().on("/a", Content::text("whole")), "/a");
    let result = result.expect("it works");
    assert_eq!((result.bytes, result.verified, result.attempts), (5, true, 1));
    assert_eq!(names, ["file"]);
}

#[test]
fn what_passes_is_tried_again() {
    let good = Content::text("at last");
    for bad in [
        Reply::status(500),
        Reply::retry_after(429, 0),
        Reply::close(),
        Reply::content(Content::text("torn")).cut_off(1),
        Reply::content(Content::text("late")).after(Duration::from_secs(1)),
        Reply::content(Content::text("other"))
            .header("Repr-Digest", "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:"),
    ] {
        let (result, names, _site) = download(Site::empty().on("/a", bad.times(2).then(good.clone())), "/a");
        let result = result.expect("the third attempt works");
        assert_eq!((result.bytes, result.attempts), (7, 3));
        assert_eq!(names, ["file"]);
    }
}

#[test]
fn what_lasts_is_not_tried_again() {
    fails(Site::empty(), "/missing", "404", 1);
    fails(Site::empty().on("/a", Content::new("text/plain", vec![0; 10_001])), "/a", "larger than 10000", 1);
    let malformed = Reply::content(Content::text("x")).header("Repr-Digest", "sha-256=nonsense");
    fails(Site::empty().on("/a", malformed), "/a", "malformed", 1);
}

#[test]
fn patience_ends() {
    fails(Site::empty().on("/a", Reply::status(503)), "/a", "after 3 attempts", 3);
    fails(Site::empty().on("/a", Reply::content(Content::text("endless")).endless(u64::MAX)), "/a", "larger than", 1);
    let stalled = Reply::content(Content::text("stalled")).stall(3, Duration::from_secs(30));
    fails(Site::empty().on("/a", stalled), "/a", "broke off", 3);
}

#[test]
fn a_file_that_is_not_kept_leaves_the_old_one() {
    let scratch = Scratch::new().expect("a folder can be made");
    let target = scratch.path().join("deep/er/file");
    for (text, kept) in [("old", true), ("new", false)] {
        let mut part = PartFile::create(&target).expect("it can be made");
        std::io::Write::write_all(&mut part, text.as_bytes()).expect("it can be written");
        if kept {
            part.keep().expect("it can be renamed");
        }
    }
    assert_eq!(fs::read_to_string(&target).expect("it is there"), "old");
    assert_eq!(names(target.parent().expect("it has one")), ["file"]);
}

#[test]
fn many_files_on_many_threads_are_each_fetched_once() {
    within(Duration::from_secs(60), || {
        let pages = Reply::generate(|target| Content::text(target.repeat(20)));
        let site =
            Site::empty().on("/page/*", pages).latency(Duration::from_millis(2)).start().expect("a port is free");
        let addresses: Vec<String> = (0..100).map(|page| site.url(&format!("/page/{page}"))).collect();
        let scratch = Scratch::new().expect("a folder can be made");
        let results = Client::new(QUICK, 8).download_all(&addresses, scratch.path(), 8, || {});
        assert!(results.iter().all(|result| result.as_ref().is_ok_and(|download| download.verified)));
        for (page, address) in addresses.iter().enumerate() {
            let text = fs::read_to_string(scratch.path().join(path_for(address))).expect("it is there");
            assert_eq!(text, format!("/page/{page}").repeat(20));
        }
        assert_eq!(site.requests().len(), 100);
        assert!(site.in_flight_peak() <= 8);
    });
}

#[test]
fn the_queue_does_everything_once_whatever_the_number_of_threads() {
    for (items, threads) in [(0, 0), (0, 4), (1, 0), (1, 4), (100, 3), (3, 100)] {
        let numbers: Vec<usize> = (0..items).collect();
        let worked = Mutex::new(Vec::new());
        let mut done = Vec::new();
        let work = |&number: &usize| {
            worked.lock().expect("nobody panics").push(number);
            number * 2
        };
        for_each(&numbers, threads, work, |index, result| done.push((index, result)));
        done.sort_unstable();
        let mut worked = worked.into_inner().expect("nobody panicked");
        worked.sort_unstable();
        assert_eq!(worked, numbers);
        assert_eq!(done, numbers.iter().map(|&number| (number, number * 2)).collect::<Vec<_>>());
    }
}
