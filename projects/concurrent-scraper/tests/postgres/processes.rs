//! Two processes of the program on one crawl, one of which dies.

use super::cluster;
use super::program::{Program, rows, say, within};
use common::Scratch;
use common::site::{Graph, Reply, RunningSite, Site};
use std::path::Path;
use std::time::Duration;

const PAGES: usize = 250;

/// A site with a redirect and some broken links. It takes a while.
fn site() -> RunningSite {
    Site::graph(Graph { pages: PAGES, ..Graph::default() })
        .latency(Duration::from_millis(40))
        .on("/page/7.html", Reply::redirect(302, "/page/9.html"))
        .on("/page/11.html", Reply::status(404))
        .start()
        .unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn one_is_killed_and_nothing_is_lost_or_doubled() {
    let Some(place) = cluster::place() else { return };
    within(move || {
        let folder = Scratch::new().unwrap();
        let path = |name: &str| folder.path().join(name);
        let site = site();
        let seed = site.url("/");

        let whole = path("whole.jsonl");
        let alone = ["crawl", "--quiet", "--max-depth", "99", "--output", text(&whole), &seed];
        say(&alone);
        let asked_alone = site.requests().len();

        let outputs = [path("a.jsonl"), path("b.jsonl")];
        let start = |output: &Path| {
            let arguments =
                ["--max-depth", "99", "--lease", "3", "--concurrency", "4", "--output", text(output), &seed];
            Program::crawl(&place, &arguments)
        };
        let (mut a, mut b) = (start(&outputs[0]), start(&outputs[1]));
        let both_at_work = || outputs.iter().all(|path| path.metadata().is_ok_and(|file| file.len() > 2_000));
        while !both_at_work() {
            assert!(!a.has_ended() && !b.has_ended(), "the site is too small for two");
            std::thread::sleep(Duration::from_millis(2));
        }
        a.kill();
        assert!(b.end().success());
        let by_b = rows(&outputs[1]).len();
        assert!(by_b > 0 && by_b < PAGES, "{by_b}: the dead one has done a part");

        // Its command again: there is nothing left to do but to write what it had stored.
        assert!(start(&outputs[0]).end().success());
        let mut union: Vec<_> = outputs.iter().flat_map(|path| rows(path)).map(|row| row.to_string()).collect();
        let mut whole: Vec<_> = rows(&whole).iter().map(ToString::to_string).collect();
        union.sort();
        whole.sort();
        assert_eq!(union.len(), whole.len());
        assert_eq!(union, whole);

        // Eight under way at a time, of the one that was killed; and robots.txt, for each process that asks.
        let again = site.requests().len() - 2 * asked_alone;
        assert!(again <= 8 + 2, "{again} more requests than a crawl alone");

        // A report reads everything, whoever has stored it.
        let exported = path("all.jsonl");
        say(&["export", &place, text(&exported)]);
        let mut exported: Vec<_> = rows(&exported).iter().map(ToString::to_string).collect();
        exported.sort();
        assert_eq!(exported, whole);
        assert!(say(&["report", &place, "broken"]).contains("/page/11.html"));
    });
}

#[test]
fn another_crawl_s_place_is_refused() {
    let Some(place) = cluster::place() else { return };
    within(move || {
        let site = Site::graph(Graph { pages: 3, ..Graph::default() }).start().unwrap();
        assert!(Program::crawl(&place, &[&site.url("/")]).end().success());
        assert!(Program::crawl(&place, &[&site.url("/")]).end().success());
        assert_eq!(Program::crawl(&place, &[&site.url("/page/1.html")]).end().code(), Some(4));
        assert_eq!(site.requests().len(), 4, "robots.txt and three pages");
        // Asked to, it visits all of them once more.
        assert!(Program::crawl(&place, &["--refresh", &site.url("/")]).end().success());
        assert_eq!(site.requests().len(), 8);
    });
}
