//! The pages and the service itself, together: from a site to its report.

use super::browser::{Look, Serve, visit};
use async_api::audit::images::Images;
use async_api::config::Settings;
use async_api::cpu::Bounded;
use async_api::http::problem::Kind;
use async_api::http::{App, router};
use async_api::jobs::Workers;
use async_api::metrics::Metrics;
use async_api::store::Store;
use axum::Router;
use common::Scratch;
use common::site::{Content, Reply, RunningSite, Site};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The service with one worker, which may visit this machine.
struct Whole {
    folder: Scratch,
}

impl Serve for Whole {
    async fn router(self) -> Router {
        let mut settings = Settings { data: self.folder.path().to_owned(), ..Settings::default() };
        settings.audits.allow = vec!["127.0.0.0/8".parse().expect("a network")];
        settings.jobs.workers = 1;
        settings.jobs.poll = Duration::from_millis(20);
        let settings = Arc::new(settings);
        let metrics = Arc::new(Metrics::default());
        let store = Store::embedded(&self.folder.path().join("store.db"), 2).await.expect("a store");
        let workers = Workers::start(store.clone(), Arc::clone(&settings), Arc::clone(&metrics)).expect("workers");
        let app = App {
            cpu: Bounded::new(settings.cpu).expect("threads"),
            images: Images::new(&settings.audits).expect("a client"),
            stopping: CancellationToken::new(),
            store,
            settings,
            metrics,
        };
        // They work for as long as there is somebody to ask for what they did.
        router(app).layer(axum::Extension(Arc::new((workers, self.folder))))
    }
}

/// A page with a broken link, a redirect and an image.
fn site() -> RunningSite {
    let start = "<title>Start</title><a href=gone>gone</a> <a href=old>old</a> <img src=picture.png>";
    let mut picture = Vec::new();
    let mut encoder = png::Encoder::new(&mut picture, 600, 300);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().expect("a head");
    writer.write_image_data(&[90; 600 * 300]).expect("it fits");
    drop(writer);
    Site::empty()
        .on("/", Reply::content(Content::html(start)))
        .on("/gone", Reply::status(404))
        .on("/old", Reply::redirect(301, "/new"))
        .on("/new", Reply::content(Content::html("<title>New</title>")))
        .on("/picture.png", Reply::content(Content::new("image/png", picture)))
        .start()
        .expect("a site")
}

fn whole() -> Whole {
    Whole { folder: Scratch::new().expect("a folder") }
}

#[test]
fn from_a_site_to_its_report() {
    let site = site();
    let scenario = r##"
        fill("#url", "SITE");
        one("#new button").click();
        await until("the end", () => one("#audit-facts .badge")?.textContent === "done");
        const found = await until("findings", () => all("#findings > li").length === 2 && texts("#findings > li"));
        one("#pages-box").open = true;
        await until("pages", () => all("#pages > li").length > 2);
        // At the audit's end the pages are read again, and what was folded out is folded in.
        await until("a picture", () => { one("#pages details").open = true; return one("#pages canvas"); });
        const reports = {};
        for (const link of all("#reports a")) {
          const response = await fetch(link.href);
          reports[link.textContent] = [response.status, (await response.text()).slice(0, 5)];
        }
        one("#delete").click();
        one("#confirm-yes").click();
        await until("nothing", () => texts("#audits li")[0] === "There are none yet.");
        return { found, reports };
    "##;
    let Some(seen) = visit(whole(), "/", Look::default(), &scenario.replace("SITE", &site.url("/"))) else { return };
    let found = seen.result["found"].to_string();
    assert!(found.contains("/gone") && found.contains("Status 404") && found.contains("301 to"), "{found}");
    let reports = json!({"PDF": [200, "%PDF-"], "CSV": [200, "numbe"], "JSON": [200, "{\"aud"]});
    assert_eq!(seen.result["reports"], reports);
}

#[test]
fn what_a_schedule_begins_is_seen_by_whoever_looks() {
    let site = site();
    let scenario = r##"
        await until("an empty list", () => texts("#audits li")[0] === "There are none yet.");
        const body = JSON.stringify({ url: "SITE", every_hours: 24 });
        const made = await fetch("/v1/schedules", { method: "POST", headers: { "content-type": "application/json" }, body });
        await until("its audit, done", () => one("#audits .badge")?.textContent === "done");
        const row = texts("#audits li")[0];
        one("#audits a").click();
        const found = await until("findings", () => all("#findings > li").length === 2 && texts("#findings > li"));
        return { status: made.status, row, found };
    "##;
    let Some(seen) = visit(whole(), "/", Look::default(), &scenario.replace("SITE", &site.url("/"))) else { return };
    assert_eq!(seen.result["status"], 201);
    let row = seen.result["row"].to_string();
    assert!(row.contains("by a schedule"), "{row}");
    assert!(seen.result["found"].to_string().contains("/gone"), "{}", seen.result["found"]);
}

#[test]
fn a_form_filled_in_wrong_is_answered_beside_the_field() {
    let scenario = r##"
        fill("#url", "ftp://example.org/");
        fill("#slow_ms", "9000000000");
        one("#new button").click();
        await until("a word about each", () => shown("#url-error") && shown("#slow_ms-error"));
        return one("#problem a").getAttribute("href");
    "##;
    let Some(seen) = visit(whole(), "/", Look::default(), scenario) else { return };
    assert_eq!(seen.result, "/problems/validation");
}

#[test]
fn the_docs_have_every_endpoint_and_every_problem() {
    let scenario = r##"
        await until("endpoints", () => all("#endpoints .operation").length > 0);
        const lost = all("main a[href^='#']").filter((link) => document.getElementById(link.hash.slice(1)) === null);
        const api = await (await fetch("/openapi.json")).json();
        const operations = Object.values(api.paths).flatMap((item) => Object.keys(item).filter((key) => key !== "parameters"));
        return {
          lost: lost.map(String), operations: operations.length - all("#endpoints .operation").length,
          problems: texts(".problems dt"), odd: one("main").innerText.match(/undefined|\[object/g),
        };
    "##;
    let Some(seen) = visit(whole(), "/docs", Look::default(), scenario) else { return };
    let problems = Kind::ALL.map(|kind| format!("{} ({})", kind.name(), kind.status().as_u16()));
    assert_eq!(seen.result, json!({"lost": [], "operations": 0, "problems": problems, "odd": null}));
}
