//! The list of audits, the form for a new one, and the key.

use super::browser::{Look, Seen, visit};
use super::stub::{DONE, Stub};
use serde_json::json;

fn home(scenario: &str) -> Option<Seen> {
    visit(Stub::default(), "/", Look::default(), scenario)
}

#[test]
fn audits_are_listed_page_by_page() {
    let seen = home(
        r##"
        await until("a list", () => all("#audits li").length === 3);
        const first = texts("#audits li");
        one("#audits-more").click();
        await until("the rest", () => all("#audits li").length === 4);
        const focused = document.activeElement === all("#audits li")[3];
        const gone = !shown("#audits-more");
        choose("#state", "failed");
        await until("the failed ones", () => all("#audits li").length === 1);
        return { first, focused, gone, failed: texts("#audits li .address") };
        "##,
    );
    let Some(seen) = seen else { return };
    let first: Vec<String> = serde_json::from_value(seen.result["first"].clone()).expect("texts");
    assert!(first[0].starts_with("failedhttps://shop.example/3"), "{first:?}");
    assert!(first[1].contains("1,204 pages: 3 broken links, 1 redirect, 1 slow page, 1 duplicate title"), "{first:?}");
    assert!(first[2].contains("1,204 pages, 3 broken so far"), "{first:?}");
    assert_eq!(seen.result["focused"], true);
    assert_eq!(seen.result["gone"], true);
    assert_eq!(seen.result["failed"], json!(["https://shop.example/3"]));
}

#[test]
fn a_list_without_audits_says_so() {
    let stub = Stub { empty: true, ..Stub::default() };
    let seen = visit(stub, "/", Look::default(), r##"return until("a list", () => texts("#audits li")[0]);"##);
    let Some(seen) = seen else { return };
    assert_eq!(seen.result, "There are none yet.");
}

#[test]
fn what_is_wrong_with_a_field_stands_beside_it() {
    let seen = home(
        r##"
        one("#new button").click();
        const empty = await until("a word about the empty field", () => one("#url-error")?.textContent);
        fill("#url", "wrong.example");
        one("#new button").click();
        await until("the problem", () => shown("#problem .problem"));
        one("#new button").click();
        await until("the problem again", async () => (await asked()).filter(({ what }) => what.startsWith("POST")).length === 2);
        fill("#max_pages", "7");
        one("#new button").click();
        const posts = await until("a third request", async () => {
          const posts = (await asked()).filter(({ what }) => what.startsWith("POST"));
          return posts.length === 3 && posts;
        });
        await until("the problem", () => shown("#max_pages-error"));
        const described = (field) => one(`#${one(field).getAttribute("aria-describedby")}`).textContent;
        return {
          empty: empty !== "", keys: posts.map(({ key }) => key),
          url: described("#url"), pages: described("#max_pages"), invalid: one("#url").getAttribute("aria-invalid"),
          focus: document.activeElement.id, open: one("#new details").open, problem: one("#problem").innerText,
          more: one("#problem a").getAttribute("href"), role: one("#problem").getAttribute("role"),
        };
        "##,
    );
    let Some(seen) = seen else { return };
    let keys = &seen.result["keys"];
    assert!(keys[0].as_str().is_some_and(|key| key.len() == 32), "{keys}");
    assert_eq!(keys[0], keys[1], "the same request has the same key");
    assert_ne!(keys[1], keys[2], "another request has another");
    assert_eq!(seen.result["empty"], true);
    assert_eq!(seen.result["url"], "must be an address of the public internet");
    assert_eq!(seen.result["pages"], "must be from 1 to 10000");
    assert_eq!((&seen.result["invalid"], &seen.result["focus"]), (&json!("true"), &json!("url")));
    let problem = seen.result["problem"].as_str().unwrap_or_default();
    assert!(problem.contains("Some fields are wrong") && problem.contains("wrong: url, max_pages"), "{problem}");
    assert!(problem.contains("every_hours: a field that the form does not have"), "{problem}");
    assert_eq!((&seen.result["more"], &seen.result["role"]), (&json!("/problems/validation"), &json!("alert")));
}

#[test]
fn an_audit_is_started_and_looked_at() {
    let seen = home(
        r##"
        fill("#url", " shop.example/ ");
        fill("#concurrency", "4");
        one("#new button").click();
        await until("its page", () => shown("#audit-numbers"));
        await until("its findings", () => all("#findings > li").length === 4);
        return { hash: location.hash, focus: document.activeElement.id, title: document.title, left: one("#url").value };
        "##,
    );
    let Some(seen) = seen else { return };
    let title = "https://shop.example/2 · Site audits";
    assert_eq!(seen.result, json!({"hash": format!("#{DONE}"), "focus": "audit-title", "title": title, "left": ""}));
}

#[test]
fn the_key_is_asked_for_where_one_is_needed() {
    let scenario = r##"
        const hidden = !shown("#key");
        await until("the question", () => shown("#key"));
        const focus = document.activeElement.id;
        fill("#key-field", "aak_wrong");
        one("#key button").click();
        await until("the question again", () => shown("#key"));
        fill("#key-field", "aak_right");
        one("#key button").click();
        await until("the list", () => all("#audits li").length === 3);
        location.hash = all("#audits a")[1].hash;
        await until("an audit", () => shown("#reports"));
        one("[data-report='report.csv']").click();
        await until("the report", async () => (await asked()).some(({ what }) => what.endsWith("report.csv")));
        return { hidden, focus, key: shown("#key"), problem: shown(".problem"), forget: shown("#forget"), kept: sessionStorage.getItem("key"), elsewhere: localStorage.length };
    "##;
    let stub = Stub { key: Some("aak_right"), ..Stub::default() };
    let Some(seen) = visit(stub, "/", Look::default(), scenario) else { return };
    assert_eq!(
        seen.result,
        json!({"hidden": true, "focus": "key-field", "key": false, "problem": false, "forget": true, "kept": "aak_right", "elsewhere": 0})
    );
}
