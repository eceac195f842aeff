//! A browser that opens one page, lets a script act as its user, and hands back what the script saw.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::{get, post};
use common::Scratch;
use serde::Deserialize;
use serde_json::Value;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{Receiver, channel};

/// What runs in the page before our scripts do: notes what goes wrong, waits, and sends what `scenario` returns.
const HARNESS: &str = r#"
const seen = { violations: [], errors: [], result: null };
addEventListener("securitypolicyviolation", (event) => seen.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
addEventListener("error", (event) => seen.errors.push(String(event.message)));
addEventListener("unhandledrejection", (event) => seen.errors.push(String(event.reason)));

const one = (selector) => document.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];
const texts = (selector) => all(selector).map((element) => element.textContent);
const shown = (selector) => all(selector).some((element) => element.checkVisibility());
const asked = async () => (await fetch("/test/asked")).json();

/** Waits until something is so, for as long as the test may take. */
async function until(what, check) {
  for (let tries = 0; tries < 2000; tries += 1) {
    const value = await check();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`never: ${what}`);
}

function fill(selector, value) {
  one(selector).value = value;
  one(selector).dispatchEvent(new Event("input", { bubbles: true }));
}

function choose(selector, value) {
  one(selector).value = value;
  one(selector).dispatchEvent(new Event("change", { bubbles: true }));
}

addEventListener("DOMContentLoaded", async () => {
  try {
    seen.result = await scenario();
  } catch (error) {
    seen.errors.push(`${error}: ${document.body.innerText}`);
  }
  seen.width = innerWidth;
  seen.overflow = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  await fetch("/test/seen", { method: "POST", body: JSON.stringify(seen) });
});
"#;

/// What the script in the page saw.
#[derive(Debug, Deserialize)]
pub struct Seen {
    /// Against the content security policy.
    pub violations: Vec<String>,
    /// Errors that nobody caught.
    pub errors: Vec<String>,
    /// What the scenario returned.
    pub result: Value,
    /// How wide the window is inside.
    pub width: u32,
    /// How much wider the page is.
    pub overflow: i32,
}

/// How the page is looked at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    /// A phone's window instead of a desk's.
    pub narrow: bool,
    /// By somebody who wants it dark.
    pub dark: bool,
}

/// A service to visit.
pub trait Serve: Send + 'static {
    /// What it serves, from now on.
    fn router(self) -> impl Future<Output = Router>;
}

/// Serves it with the script in every page, before its own.
async fn watched(service: Router, script: String) -> (SocketAddr, Receiver<Seen>) {
    let (seen, told) = channel(1);
    let tell = async move |body: String| {
        seen.send(serde_json::from_str(&body).expect("what was seen")).await.expect("the test waits");
    };
    let router = Router::new()
        .route("/test.js", get(async || ([(CONTENT_TYPE, "text/javascript")], script)))
        .route("/test/seen", post(tell))
        .fallback_service(service)
        .layer(map_response(with_script));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, told)
}

async fn with_script(response: Response) -> Response {
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_page {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let page = to_bytes(body, 1 << 20).await.expect("a page");
    let page = String::from_utf8_lossy(&page);
    let page = page.replacen("<meta", "<script src=\"/test.js\"></script>\n<meta", 1);
    head.headers.remove(CONTENT_LENGTH);
    Response::from_parts(head, Body::from(page))
}

/// Opens the page and runs the body of an async function in it. None if there is no browser.
///
/// # Panics
/// If the page did anything that no page of ours may do.
pub fn visit<S: Serve>(service: S, path: &str, look: Look, scenario: &str) -> Option<Seen> {
    let chromium = found()?;
    let script = format!("async function scenario() {{\n{scenario}\n}}\n{HARNESS}");
    let path = path.to_owned();
    let seen = common::within(Duration::from_secs(60), move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        runtime.expect("a runtime").block_on(async move {
            let (address, mut seen) = watched(service.router().await, script).await;
            // No window can be as narrow as a phone; a frame can.
            let way = if look.narrow { "/test/narrow?" } else { "" };
            let _browser = Browser::open(chromium, &format!("http://{address}{way}{path}"), look.dark);
            seen.recv().await.expect("the page tells what it saw")
        })
    });
    assert_eq!(seen.errors, [""; 0], "errors in the page");
    assert_eq!(seen.violations, [""; 0], "against the content security policy");
    Some(seen)
}

/// Chromium, if it is there.
///
/// # Panics
/// If it is not and must be.
fn found() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome.exe"];
    let found = std::env::split_paths(&folders)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|path| path.is_file());
    if found.is_none() {
        let required = std::env::var_os("REQUIRE_CHROMIUM").is_some_and(|value| value == "1");
        assert!(!required, "REQUIRE_CHROMIUM is set, and there is no Chromium");
        eprintln!("SKIPPED: there is no Chromium, so the pages are not tested in a browser");
    }
    found
}

/// A browser that ends with its test, with a profile of its own.
struct Browser {
    process: Child,
    _profile: Scratch,
}

impl Browser {
    fn open(chromium: PathBuf, url: &str, dark: bool) -> Browser {
        let profile = Scratch::new().expect("a folder");
        let mut command = Command::new(chromium);
        command
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-dev-shm-usage",
                "--lang=en",
                "--window-size=1400,900",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(format!("--blink-settings=preferredColorScheme={}", if dark { 0 } else { 1 }))
            .arg(url)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Browser { process: command.spawn().expect("a browser"), _profile: profile }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
