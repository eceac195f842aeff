//! The process dies, and the same command goes on: nothing lost, nothing doubled, nothing torn.
#![cfg(unix)]

mod support;

use common::site::{Graph, Reply, RunningSite, Site};
use concurrent_scraper::page::Page;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::Duration;
use support::program::{Files, arg, finish, program, run, text};
use support::{rows, targets};

const KILLS: usize = 50;
const CONCURRENCY: usize = 6;

fn site(seed: u64) -> RunningSite {
    Site::graph(Graph { pages: 160, links_per_page: 6, page_bytes: 300..=3_000, seed })
        .latency(Duration::from_millis(2))
        .redirect_chain("/page/7.html", 3, "/page/8.html")
        .on("/page/9.html", Reply::status(404))
        .start()
        .unwrap()
}

fn arguments<'a>(seed: &'a str, state: &'a Path, jsonl: &'a Path, csv: &'a Path) -> Vec<&'a str> {
    // A limit on the depth makes depths exact, so that rows can be compared whole.
    let fixed = ["--concurrency", "6", "--per-host", "6", "--max-depth", "50", "--links", "--quiet"];
    let files = ["--state", arg(state), "--output", arg(jsonl), "--output", arg(csv)];
    ["crawl", seed].into_iter().chain(fixed).chain(files).collect()
}

/// What must be the same whatever happened: everything but times.
fn lasting(mut page: Page) -> Page {
    page.first_byte_ms = 0;
    page.total_ms = 0;
    page.fetched_at_ms = 0;
    page
}

fn pages(state: &Path) -> BTreeMap<String, Page> {
    rows(state).into_iter().map(|row| (row.page.url.clone(), lasting(row.page))).collect()
}

/// Where the site listens is in every URL.
fn without_address(pages: BTreeMap<String, Page>, site: &RunningSite) -> String {
    format!("{pages:#?}").replace(&site.address().to_string(), "site")
}

#[test]
fn killed_at_fifty_moments() {
    let mut random = fastrand::Rng::with_seed(fastrand::u64(..));
    eprintln!("seed {}", random.get_seed());
    let mut kills = 0;
    let mut round = 0;
    while kills < KILLS {
        round += 1;
        let files = Files::new();
        let whole = {
            let (site, state) = (site(round), files.path("whole"));
            let (jsonl, csv) = (files.path("whole.jsonl"), files.path("whole.csv"));
            let output = run(&arguments(&site.url("/"), &state, &jsonl, &csv));
            assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
            without_address(pages(&state), &site)
        };
        let site = site(round);
        let (seed, state, jsonl, csv) =
            (site.url("/"), files.path("state"), files.path("a.jsonl"), files.path("a.csv"));
        let arguments = arguments(&seed, &state, &jsonl, &csv);
        loop {
            let before = targets(&site).len();
            let stored: BTreeSet<String> =
                if state.exists() { pages(&state).into_keys().collect() } else { BTreeSet::new() };
            let mut child = program(&arguments).spawn().unwrap();
            // The moment: so many requests later, or before the first one, and a little.
            let moment = before + random.usize(0..25);
            let pause = Duration::from_micros(random.u64(0..6_000));
            let reached = kills < KILLS && wait_for(&site, &mut child, moment + 1);
            if !reached {
                let output = finish(child);
                assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
            } else {
                std::thread::sleep(pause);
                // It may have ended by itself meanwhile.
                let _ = child.kill();
                child.wait().unwrap();
                kills += 1;
            }
            let asked = &site.requests()[..];
            let asked: Vec<String> =
                asked.iter().filter(|r| r.target != "/robots.txt").skip(before).map(|r| site.url(&r.target)).collect();
            let again: Vec<_> = asked.iter().filter(|url| stored.contains(*url)).collect();
            assert!(again.is_empty(), "stored, and fetched again: {again:?}");
            whole_lines(&jsonl, &csv, reached);
            if !reached {
                break;
            }
        }
        assert_eq!(without_address(pages(&state), &site), whole, "round {round}");
        outputs_equal_the_state(&state, &jsonl, &csv);
        let extra = targets(&site).len() - pages(&state).len();
        assert!(extra <= kills * CONCURRENCY * 20, "{extra} were fetched twice");
    }
}

/// Waits until the site has had so many requests; false when the program has ended before.
fn wait_for(site: &RunningSite, child: &mut std::process::Child, requests: usize) -> bool {
    for _ in 0..6_000 {
        if site.wait_until(Duration::from_millis(10), |log| {
            log.iter().filter(|request| request.target != "/robots.txt").count() >= requests
        }) {
            return true;
        }
        if child.try_wait().unwrap().is_some() {
            return false;
        }
    }
    panic!("the program hangs");
}

/// Every line is whole but, while the program is dead, the last one.
fn whole_lines(jsonl: &Path, csv: &Path, dead: bool) {
    let Ok(text) = fs::read_to_string(jsonl) else { return };
    let whole = match text.rfind('\n') {
        Some(end) if dead => &text[..=end],
        _ => &text,
    };
    let urls: Vec<String> = whole.lines().map(url_of).collect();
    assert_eq!(urls.len(), urls.iter().collect::<BTreeSet<_>>().len(), "a page stands twice");
    assert!(fs::read(csv).is_ok());
}

fn url_of(line: &str) -> String {
    let row: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("torn: {error}: {line}"));
    row["url"].as_str().unwrap().to_owned()
}

fn outputs_equal_the_state(state: &Path, jsonl: &Path, csv: &Path) {
    let rows = rows(state);
    let lines = fs::read_to_string(jsonl).unwrap();
    let expected: Vec<String> = rows.iter().map(|row| serde_json::to_string(&row.page).unwrap()).collect();
    assert_eq!(lines.lines().collect::<Vec<_>>(), expected, "the output is the rows in their order");
    let mut reader = csv::Reader::from_path(csv).unwrap();
    let urls: Vec<String> = reader.records().map(|record| record.unwrap()[0].to_owned()).collect();
    assert_eq!(urls, rows.iter().map(|row| row.page.url.clone()).collect::<Vec<_>>());
}

#[test]
fn an_output_that_is_gone_or_new_is_written_from_the_first_row() {
    let (site, files) = (site(1), Files::new());
    let (seed, state) = (site.url("/"), files.path("state"));
    let (a, b) = (files.path("a.jsonl"), files.path("b.csv"));
    let crawl = ["crawl", &seed, "--state", arg(&state), "--links", "--quiet", "--output", arg(&a)];
    assert_eq!(run(&crawl).status.code(), Some(0));
    let first = fs::read_to_string(&a).unwrap();
    fs::remove_file(&a).unwrap();
    let fetched = targets(&site).len();
    let crawl: Vec<&str> = crawl.into_iter().chain(["--output", arg(&b)]).collect();
    assert_eq!(run(&crawl).status.code(), Some(0));
    assert_eq!(fs::read_to_string(&a).unwrap(), first);
    outputs_equal_the_state(&state, &a, &b);
    assert_eq!(targets(&site).len(), fetched, "a finished crawl asks for nothing");
}

#[test]
fn a_full_disk_stops_it_with_a_message_and_the_state_intact() {
    for limit in [64, 300, 600] {
        let (site, files) = (site(3), Files::new());
        let (seed, state) = (site.url("/"), files.path("state"));
        let (jsonl, csv) = (files.path("a.jsonl"), files.path("a.csv"));
        let arguments = arguments(&seed, &state, &jsonl, &csv);
        // Files may grow to so many blocks of 512 bytes: writing more fails, as on a full disk.
        let script = format!("trap '' XFSZ; ulimit -f {limit}; exec \"$@\"");
        let output = std::process::Command::new("sh")
            .args(["-c", &script, "sh", env!("CARGO_BIN_EXE_concurrent-scraper")])
            .args(&arguments)
            .output()
            .unwrap();
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{limit}: {message}");
        assert!(message.contains("cannot write") || message.contains("cannot open"), "{limit}: {message}");
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(0), "{limit}: {}", text(&output.stderr));
        outputs_equal_the_state(&state, &jsonl, &csv);
        assert_eq!(pages(&state).len(), 162);
    }
}
