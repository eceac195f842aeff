//! The program as scripts see it: exit statuses, messages, files.
#![cfg(unix)]

mod support;

use common::site::{Content, Graph, Reply, Site};
use std::fs;
use std::process::Command;
use std::time::Duration;
use support::program::{Files, arg, finish, program, run, text};

const LONG: Duration = Duration::from_secs(60);

#[test]
fn exit_statuses() {
    let site = Site::empty().on("/", Content::html("<a href=/gone>x</a>")).start().unwrap();
    let url = site.url("/");
    assert_eq!(run(&["crawl", &url]).status.code(), Some(0));
    let broken = run(&["crawl", &url, "--fail-on", "broken"]);
    assert_eq!((broken.status.code(), text(&broken.stderr).contains("1 broken")), (Some(1), true));
    assert_eq!(run(&["crawl"]).status.code(), Some(2));
    assert_eq!(run(&["crawl", &url, "--delay", "soon"]).status.code(), Some(2));
    let odd = run(&["crawl", "ftp://example.com/"]);
    assert_eq!((odd.status.code(), text(&odd.stderr).contains("neither http nor https")), (Some(4), true));
    let pattern = run(&["crawl", &url, "--include", "("]);
    assert_eq!((pattern.status.code(), text(&pattern.stderr).contains("regular expression")), (Some(4), true));
}

#[test]
fn quiet_says_nothing_and_logs_are_json() {
    let site = Site::graph(Graph { pages: 5, ..Graph::default() }).start().unwrap();
    let url = site.url("/");
    let output = run(&["crawl", &url, "--quiet"]);
    assert_eq!((text(&output.stdout), text(&output.stderr)), (String::new(), String::new()));
    let output = run(&["crawl", &url]);
    assert_eq!(text(&output.stderr).lines().count(), 1, "no progress where nobody looks: {}", text(&output.stderr));
    let output = run(&["crawl", &url, "--quiet", "--log-format", "json"]);
    let log = text(&output.stderr);
    assert!(log.lines().count() >= 1);
    for line in log.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line["fields"]["message"].is_string(), "{line}");
    }
}

#[test]
fn ctrl_c_finishes_what_is_under_way_and_the_same_command_goes_on() {
    let site = Site::graph(Graph { pages: 60, ..Graph::default() }).latency(Duration::from_millis(20)).start().unwrap();
    let files = Files::new();
    let (url, state, out) = (site.url("/"), files.path("state"), files.path("out.jsonl"));
    let arguments = ["crawl", &url, "--state", arg(&state), "--output", arg(&out), "--per-host", "2"];
    let child = program(&arguments).spawn().unwrap();
    assert!(site.wait_until(LONG, |log| log.len() >= 10));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = finish(child);
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{message}");
    assert!(
        message.contains("finishing what is under way") && message.contains("the same command goes on"),
        "{message}"
    );
    let fetched = support::targets(&site).len();
    assert_eq!(fs::read_to_string(&out).unwrap().lines().count(), fetched, "all that was fetched is in the output");
    assert_eq!(run(&arguments).status.code(), Some(0));
    assert_eq!(support::targets(&site).len(), 60, "and nothing is fetched twice");
    assert_eq!(fs::read_to_string(&out).unwrap().lines().count(), 60);
}

#[test]
fn ctrl_c_twice_stops_at_once() {
    let slow = Reply::content(Content::html("late")).after(Duration::from_secs(600));
    let site = Site::empty().on("/", Content::html("<a href=/slow>s</a>")).on("/slow", slow).start().unwrap();
    let files = Files::new();
    let (url, state) = (site.url("/"), files.path("state"));
    let child = program(&["crawl", &url, "--state", arg(&state)]).spawn().unwrap();
    assert!(site.wait_until(LONG, |log| log.iter().any(|request| request.target == "/slow")));
    let mut waiting = child;
    // Signals of a kind merge: the second one is sent until it has been seen.
    for _ in 0..600 {
        let _ = Command::new("kill").args(["-INT", &waiting.id().to_string()]).status();
        std::thread::sleep(Duration::from_millis(50));
        if waiting.try_wait().unwrap().is_some() {
            break;
        }
    }
    assert_eq!(finish(waiting).status.code(), Some(3));
    assert_eq!(support::rows(&state).len(), 1);
}

#[test]
fn one_state_one_process_one_crawl() {
    let slow = Reply::content(Content::html("")).after(Duration::from_secs(600));
    let site = Site::empty().on("/", slow).start().unwrap();
    let files = Files::new();
    let (url, other, state) = (site.url("/"), site.url("/other"), files.path("state"));
    let mut first = program(&["crawl", &url, "--state", arg(&state)]).spawn().unwrap();
    assert!(site.wait_until(LONG, |log| log.len() == 2));
    let second = run(&["crawl", &url, "--state", arg(&state)]);
    assert_eq!((second.status.code(), text(&second.stderr).contains("in use")), (Some(4), true));
    let report = run(&["report", arg(&state)]);
    assert_eq!((report.status.code(), text(&report.stderr).contains("in use")), (Some(4), true));
    first.kill().unwrap();
    first.wait().unwrap();
    let another = run(&["crawl", &other, "--state", arg(&state)]);
    assert_eq!((another.status.code(), text(&another.stderr).contains("another crawl")), (Some(4), true));
    fs::write(files.path("text"), "not a database, but long enough to be looked at for what it is").unwrap();
    let foreign = run(&["crawl", &url, "--state", arg(&files.path("text"))]);
    assert_eq!((foreign.status.code(), text(&foreign.stderr).contains("not the state")), (Some(4), true));
}

#[test]
fn outputs_reports_exports_and_columns() {
    let page = |price: &str| {
        Content::html(format!("<title>P</title><b class=price>{price}</b><a href=/1>1</a><a href=/2>2</a>"))
    };
    let site = Site::empty()
        .on("/", page("1.50"))
        .on("/1", page("2.50"))
        .on("/2", Reply::redirect(301, "/3"))
        .start()
        .unwrap();
    let files = Files::new();
    let (url, state) = (site.url("/"), files.path("state"));
    let names = ["a.jsonl", "a.csv", "a.sqlite"].map(|name| files.path(name));
    let graphs = ["a.dot", "a.graphml"].map(|name| files.path(name));
    let mut arguments = vec!["crawl", &url, "--state", arg(&state), "--field", "price:number=.price::text"];
    names.iter().for_each(|path| arguments.extend(["--output", arg(path)]));
    graphs.iter().for_each(|path| arguments.extend(["--graph", arg(path)]));
    let output = run(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let first: serde_json::Value =
        serde_json::from_str(fs::read_to_string(&names[0]).unwrap().lines().next().unwrap()).unwrap();
    assert_eq!(first["fields"]["price"], 1.5);
    assert_eq!(csv::Reader::from_path(&names[1]).unwrap().records().count(), 4);
    let database = rusqlite::Connection::open(&names[2]).unwrap();
    let total: f64 = database.query_row("SELECT sum(price) FROM pages", [], |row| row.get(0)).unwrap();
    assert_eq!(total, 4.0);
    assert!(fs::read_to_string(&graphs[0]).unwrap().starts_with("digraph"));
    assert!(fs::read_to_string(&graphs[1]).unwrap().contains("<graphml"));
    for (what, expected) in
        [("summary", "broken"), ("broken", "/3"), ("redirects", "/2"), ("duplicates", "P"), ("slowest", "/1")]
    {
        let report = run(&["report", arg(&state), what]);
        assert_eq!(report.status.code(), Some(0));
        assert!(text(&report.stdout).contains(expected), "{what}: {}", text(&report.stdout));
    }
    let again = files.path("again.jsonl");
    assert_eq!(run(&["export", arg(&state), arg(&again)]).status.code(), Some(0));
    assert_eq!(fs::read(&again).unwrap(), fs::read(&names[0]).unwrap());
    assert_eq!(run(&["report", arg(&files.path("nothing"))]).status.code(), Some(4));
}

#[test]
fn sitemaps_and_seed_files() {
    // A sitemap's URLs are absolute, and a port is known only once a site listens: so one site lists the other.
    let pages = Site::empty().on("/*", Content::html("")).start().unwrap();
    let nested =
        format!("<urlset><url><loc>{}</loc></url><url><loc>{}</loc></url></urlset>", pages.url("/a"), pages.url("/b"));
    let inner = Site::empty().on("/nested.xml", Content::new("application/xml", nested)).start().unwrap();
    let index = format!("<sitemapindex><sitemap><loc>{}</loc></sitemap></sitemapindex>", inner.url("/nested.xml"));
    let outer = Site::empty().on("/index.xml", Content::new("application/xml", index)).start().unwrap();
    let output = run(&["crawl", "--sitemap", &outer.url("/index.xml"), "--region", "any"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(support::targets(&pages), ["/a", "/b"]);

    let files = Files::new();
    let (seeds, site) = (files.path("seeds"), Site::empty().on("/*", Content::html("")).start().unwrap());
    fs::write(&seeds, format!("# two\n{}\n\n{}\n", site.url("/x"), site.url("/y"))).unwrap();
    assert_eq!(run(&["crawl", "--seeds", arg(&seeds)]).status.code(), Some(0));
    assert_eq!(support::targets(&site), ["/x", "/y"]);
}

#[cfg(target_os = "linux")]
#[test]
fn memory_stays_inside_its_bound() {
    // Bodies of megabytes, many at a time, fifty thousand links, and a trap.
    let many: String = (0..50_000).map(|link| format!("<a href=/m/{link}>")).collect();
    let big = Content::html("<p>".to_owned() + &"x".repeat(3 << 20));
    let links: String = (0..48).map(|link| format!("<a href=/big/{link}>")).collect();
    let site = Site::empty()
        .on("/", Content::html(links + "<a href=/many>"))
        .on("/big/*", big)
        .on("/many", Content::html(many))
        .on("/m/*", Reply::trap(20))
        .start()
        .unwrap();
    let mut child =
        program(&["crawl", &site.url("/"), "--max-pages", "200", "--per-host", "64", "-q"]).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0_u64);
        peak = peak.max(kib);
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(finish(child).status.code(), Some(0));
    // The bodies under way alone would be 144 MB.
    assert!((1..110 * 1024).contains(&peak), "{peak} KiB");
}
