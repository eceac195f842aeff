//! Kill any: the rest finish its work, no finding twice, none lost.

use crate::instance::Instance;
use crate::{shared, until, with_schema};
use common::site::{Content, Reply, RunningSite, Site};
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::Duration;

const AUDITS: usize = 12;
const PAGES: usize = 30;

/// A page that links to all others and to one that is not there, each answer a little late.
fn site() -> RunningSite {
    let links: String = (0..PAGES).map(|page| format!("<a href=/{page}>{page}</a>")).collect();
    let page = move |title: usize| {
        Reply::content(Content::html(format!("<title>page {title}</title>{links}<a href=/gone>gone</a>")))
            .after(Duration::from_millis(30))
    };
    let mut site = Site::empty().on("/", page(usize::MAX));
    for number in 0..PAGES {
        site = site.on(&format!("/{number}"), page(number));
    }
    site.start().unwrap()
}

#[test]
fn kill_any_and_the_rest_finish_its_work() {
    let Some(cluster) = shared() else { return };
    with_schema(move |schema| async move {
        let site = site();
        let mut random = fastrand::Rng::with_seed(7);
        let start = || Instance::start(cluster.url(), &schema, 2);
        let mut instances = vec![start(), start(), start()];
        let mut audits = Vec::new();
        for number in 0..AUDITS {
            let (status, audit) = instances[number % 3].audit(&site.url("/"), None).await;
            assert_eq!(status, 202, "{audit}");
            audits.push(audit["id"].as_str().unwrap().to_owned());
        }
        // One after the other goes, in the middle of its work, and another comes.
        for _ in 0..6 {
            until(|| async { instances[0].get("/v1/audits?state=running").await.1["items"][0].is_object() }).await;
            tokio::time::sleep(Duration::from_millis(random.u64(50..400))).await;
            instances.swap_remove(random.usize(..instances.len())).kill();
            instances.push(start());
        }
        for audit in &audits {
            let path = format!("/v1/audits/{audit}");
            until(|| async { instances[0].get(&path).await.1["ended_at"].is_string() }).await;
            let (_, audit) = instances[0].get(&path).await;
            assert_eq!(
                (&audit["state"], &audit["counts"]["pages"]),
                (&"done".into(), &(PAGES as u64 + 2).into()),
                "{audit}"
            );
            let (_, findings) = instances[0].get(&format!("{path}/findings?kind=broken_link&limit=100")).await;
            let findings = findings["items"].as_array().unwrap();
            assert_eq!(findings.len(), 1, "{findings:?}");
            assert_eq!(findings[0]["detail"]["links"], PAGES as u64 + 1);
            let (_, pages) = instances[0].get(&format!("{path}/pages?limit=100")).await;
            let urls: Vec<&Value> = pages["items"].as_array().unwrap().iter().map(|page| &page["url"]).collect();
            assert_eq!(urls.len(), PAGES + 2);
            assert_eq!(urls.iter().map(ToString::to_string).collect::<BTreeSet<_>>().len(), PAGES + 2);
        }
    });
}

/// Whoever is asked to stop gives its work back at once: nobody waits for its lease, which is longer than this test.
#[test]
fn who_stops_hands_over_what_it_has_begun() {
    let Some(cluster) = shared() else { return };
    with_schema(move |schema| async move {
        let site = site();
        let start = || Instance::start_with(cluster.url(), &schema, 1, &[("ASYNC_API_JOBS_LEASE", "1h")]);
        let mut instance = start();
        let (_, audit) = instance.audit(&site.url("/"), None).await;
        let path = format!("/v1/audits/{}", audit["id"].as_str().unwrap());
        let requests = || site.requests().len();
        for _ in 0..3 {
            let before = requests();
            until(|| async { requests() > before + 3 }).await; // it is at work
            assert!(instance.stop(), "it ends well");
            instance = start();
        }
        until(|| async { instance.get(&path).await.1["ended_at"].is_string() }).await;
        let (_, audit) = instance.get(&path).await;
        assert_eq!(
            (&audit["state"], &audit["counts"]["pages"]),
            (&"done".into(), &(PAGES as u64 + 2).into()),
            "{audit}"
        );
        assert_eq!(audit["attempt"], 4, "each took it up once: {audit}");
        assert!(instance.stop());
    });
}

#[test]
fn a_request_that_comes_to_two_instances_is_done_once() {
    let Some(cluster) = shared() else { return };
    with_schema(move |schema| async move {
        let instances: Vec<_> = (0..2).map(|_| Instance::start(cluster.url(), &schema, 0)).collect();
        let asked = (0..20).map(|number| instances[number % 2].audit("https://example.com/", Some("once")));
        let answers = futures::future::join_all(asked).await;
        assert!(answers.iter().all(|answer| *answer == answers[0] && answer.0 == 202), "{answers:?}");
        let (_, list) = instances[0].get("/v1/audits").await;
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
    });
}
