//! Sites that count, and two processes of the program with many requests under way.

use super::cluster;
use super::program::{Program, within};
use super::server::Server;
use super::support::LIMIT;
use common::site::{Content, Graph, Request, RunningSite, Site};
use std::collections::HashSet;
use std::time::{Duration, Instant};

fn page_of_links(links: usize) -> String {
    (0..links).map(|link| format!("<a href=/{link}>{link}</a>")).collect()
}

/// Two processes, known by their names.
fn two(place: &str, arguments: &[&str]) -> [Program; 2] {
    ["anna/1", "ben/1"].map(|agent| Program::crawl(place, &[&["--user-agent", agent], arguments].concat()))
}

fn both_took_part(requests: &[Request]) {
    let agents: HashSet<_> = requests.iter().filter_map(|request| request.header("User-Agent")).collect();
    assert_eq!(agents.len(), 2, "{agents:?}");
}

#[test]
fn no_more_at_a_time_than_the_limit_per_host() {
    let Some(place) = cluster::place() else { return };
    within(move || {
        let graph = Graph { pages: 200, ..Graph::default() };
        let site = Site::graph(graph).latency(Duration::from_millis(20)).start().unwrap();
        for mut program in two(&place, &["--per-host", "3", "--concurrency", "2", &site.url("/")]) {
            assert!(program.end().success());
        }
        let requests = site.requests();
        both_took_part(&requests);
        assert_eq!(site.in_flight_peak(), 3, "as many as it may, and no more");
        let pages: HashSet<_> =
            requests.iter().map(|request| &request.target).filter(|target| *target != "/robots.txt").collect();
        assert_eq!(pages.len(), 200);
        assert!(requests.len() <= 202, "each page once, robots.txt once for each process");
    });
}

/// From the end of a request to the start of the next.
fn smallest_gap(mut requests: Vec<Request>) -> Duration {
    requests.sort_by_key(|request| request.started);
    let gap = |pair: &[Request]| pair[1].started.saturating_duration_since(pair[0].ended.unwrap());
    requests.windows(2).map(gap).min().unwrap()
}

/// Crawls with two processes, of which the busy one is killed half way, and looks for the smallest gap.
fn gap_with_two(place: &str, site: &RunningSite, arguments: &[&str]) -> Duration {
    let seed = site.url("/");
    let [mut anna, mut ben] = two(place, &[&["--lease", "3"], arguments, &[&seed]].concat());
    assert!(site.wait_until(LIMIT, |requests| requests.len() > 10));
    let requests = site.requests();
    let of_anna = requests.iter().filter(|request| request.header("User-Agent") == Some("anna/1")).count();
    let (busy, other) = if of_anna > requests.len() / 2 { (&mut anna, &mut ben) } else { (&mut ben, &mut anna) };
    busy.kill();
    assert!(other.end().success());
    both_took_part(&site.requests());
    smallest_gap(site.requests())
}

#[test]
fn gaps_are_never_below_the_delay() {
    let Some(place) = cluster::place() else { return };
    within(move || {
        let site = Site::empty().on("/*", Content::html("")).on("/", Content::html(page_of_links(30))).start().unwrap();
        let gap = gap_with_two(&place, &site, &["--delay", "0.06"]);
        assert!(gap >= Duration::from_millis(60), "{gap:?}");
    });
}

#[test]
fn nor_below_the_one_that_robots_txt_asks_for() {
    let Some(place) = cluster::place() else { return };
    within(move || {
        let site = Site::empty().robots("User-agent: *\nCrawl-delay: 0.08\n");
        let site = site.on("/*", Content::html("")).on("/", Content::html(page_of_links(20))).start().unwrap();
        let gap = gap_with_two(&place, &site, &[]);
        assert!(gap >= Duration::from_millis(80), "{gap:?}");
    });
}

/// All that may be under way is under way, from both processes, when one of the requests is refused. The others are
/// answered only when there has been time to spread the word: so no request is on its way while the refusal is.
#[test]
fn no_request_inside_a_retry_after() {
    let Some(place) = cluster::place() else { return };
    within(move || {
        let server = Server::start();
        server.answer("/robots.txt", "404 Not Found", "", "");
        server.answer("/", "200 OK", "", &page_of_links(60));
        let seed = format!("{}/", server.url);
        let programs = two(&place, &["--per-host", "16", "--concurrency", "8", &seed]);
        server.wait_for(16);
        let first = server.asked().into_iter().find(|asked| asked.path.len() == 2).unwrap();
        assert_eq!(server.asked().iter().map(|asked| &asked.agent).collect::<HashSet<_>>().len(), 2);

        let refused = Instant::now();
        server.answer(&first.path, "429 Too Many Requests", "Retry-After: 3\r\n", "");
        std::thread::sleep(Duration::from_millis(1500));
        server.answer(&first.path, "200 OK", "", "");
        server.answer("*", "200 OK", "", "");
        for mut program in programs {
            assert!(program.end().success());
        }
        let asked = server.asked();
        let inside = asked.iter().filter(|asked| asked.at > refused && asked.at < refused + Duration::from_secs(3));
        assert_eq!(inside.count(), 0);
        let pages: Vec<_> = asked.iter().filter(|asked| asked.path != "/robots.txt").collect();
        assert_eq!(pages.len(), 62, "each once, and the refused one twice");
    });
}

/// What one of them is told about robots.txt holds for the other, too.
#[test]
fn a_host_that_asks_for_too_much_is_left_alone_by_all() {
    let Some(place) = cluster::place() else { return };
    within(move || {
        let server = Server::start();
        server.answer("/robots.txt", "404 Not Found", "", "");
        server.answer("/", "200 OK", "", &page_of_links(40));
        server.answer("*", "429 Too Many Requests", "Retry-After: 86400\r\n", "");
        let seed = format!("{}/", server.url);
        for mut program in two(&place, &["--per-host", "2", &seed]) {
            assert!(program.end().success());
        }
        let refused = server.asked().iter().filter(|asked| asked.path.len() > 1 && asked.path != "/robots.txt").count();
        // Those under way when the first one was refused.
        assert!((1..=2).contains(&refused), "{refused}");
    });
}
