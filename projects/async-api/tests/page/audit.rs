//! One audit on the live page: followed, read, acted on.

use super::browser::{Look, Seen, visit};
use super::stub::{DONE, FAILED, RUNNING, Stub};
use serde_json::json;

fn audit(id: &str, scenario: &str) -> Option<Seen> {
    visit(Stub::default(), &format!("/#{id}"), Look::default(), scenario)
}

#[test]
fn an_audit_is_followed_to_its_end_although_the_connection_breaks() {
    let seen = audit(
        RUNNING,
        r##"
        await until("progress", () => one("#audit-numbers")?.textContent.includes("Pages40"));
        const bar = [one("#audit-progress").value, one("#audit-progress").max];
        const cancel = shown("#cancel"), reports = shown("#reports");
        await until("the end", () => one("#audit-facts .badge").textContent === "done");
        await until("the last word", () => one("#status").textContent.includes("pages"));
        await until("the findings", () => all("#findings > li").length === 4);
        const streams = (await asked()).filter(({ what }) => what.endsWith("/events")).map(({ last }) => last);
        return {
          bar, cancel, reports, streams, said: one("#status").textContent,
          after: [shown("#cancel"), shown("#retry"), shown("#reports"), shown("#audit-progress")],
        };
        "##,
    );
    let Some(seen) = seen else { return };
    assert_eq!(seen.result["bar"], json!([40, 350]));
    assert_eq!((&seen.result["cancel"], &seen.result["reports"]), (&json!(true), &json!(false)));
    assert_eq!(seen.result["streams"], json!([null, "3"]));
    assert_eq!(seen.result["after"], json!([false, false, true, false]));
    let said = seen.result["said"].as_str().unwrap_or_default();
    assert!(said.starts_with("The audit is done. 1,204 pages: 3 broken links"), "{said}");
}

#[test]
fn findings_are_read_by_kind_and_page_by_page() {
    let seen = audit(
        DONE,
        r##"
        await until("findings", () => all("#findings > li").length === 4);
        const kinds = texts("#kind option");
        one("#findings-more").click();
        await until("the rest", () => all("#findings > li").length === 6);
        const every = all("#findings > li").map((item) => item.innerText);
        choose("#kind", "slow_page");
        await until("the slow ones", () => all("#findings > li").length === 1);
        return { kinds, every, slow: one("#findings > li").innerText };
        "##,
    );
    let Some(seen) = seen else { return };
    let kinds = ["all", "Broken links (3)", "Redirects (1)", "Slow pages (1)", "Duplicate titles (1)"];
    assert_eq!(seen.result["kinds"], json!(kinds));
    for (place, part) in
        [(0, "Status 404"), (0, "Linked from 5 pages"), (3, "301 to https://shop.example/"), (5, "and 138 more")]
    {
        let text = seen.result["every"][place].as_str().unwrap_or_default();
        assert!(text.contains(part), "{text}");
    }
    let slow = "slow page\nhttps://shop.example/page/9\n\n4,210 ms, the first byte after 1,403 ms; 1.2 MB";
    assert_eq!(seen.result["slow"], slow);
}

#[test]
fn what_comes_from_a_site_is_text_and_no_more() {
    let seen = audit(
        DONE,
        r##"
        await until("findings", () => all("#findings > li").length === 4);
        one("#findings-more").click();
        await until("the rest", () => all("#findings > li").length === 6);
        one("#pages-box").open = true;
        await until("pages", () => all("#pages > li").length === 2);
        all("#pages details").forEach((box) => { box.open = true; });
        await until("images", () => all("#pages figure").length === 3);
        const outward = all("main a[target]");
        return {
          evil: window.evil ?? null,
          text: all("#pages p").some((line) => line.textContent.includes("<script>window.evil=1</script>")),
          made: all("main img, main script").length,
          schemes: [...new Set(all("main a[href]").map((link) => link.protocol))],
          rels: [...new Set(outward.map((link) => link.rel))],
          foreign: all("main a[href]").filter((link) => link.host !== location.host && !link.target).length,
        };
        "##,
    );
    let Some(seen) = seen else { return };
    assert_eq!((&seen.result["evil"], &seen.result["text"]), (&json!(null), &json!(true)));
    assert_eq!(seen.result["made"], 0);
    let schemes = seen.result["schemes"].as_array().expect("a list");
    assert!(schemes.iter().all(|scheme| scheme == "http:" || scheme == "https:"), "{schemes:?}");
    assert_eq!(seen.result["rels"], json!(["noopener noreferrer nofollow"]));
    assert_eq!(seen.result["foreign"], 0);
}

#[test]
fn pages_show_their_images_small() {
    let seen = audit(
        DONE,
        r##"
        await until("the audit", () => shown("#pages-box"));
        one("#pages-box").open = true;
        await until("pages", () => all("#pages > li").length === 2);
        one("#pages details").open = true;
        await until("images", () => all("#pages figure").length === 3);
        const figures = all("#pages figure").map((figure) => figure.firstChild.tagName === "CANVAS" ? figure.firstChild.width : figure.firstChild.textContent);
        const red = one("#pages canvas").getContext("2d").getImageData(60, 10, 1, 1).data[0];
        one("#broken").checked = true;
        one("#pages-filter button").click();
        await until("the broken ones", () => all("#pages > li").length === 1);
        return { figures, red: red > 200, broken: one("#pages > li").innerText.includes("the connection was refused") };
        "##,
    );
    let Some(seen) = seen else { return };
    assert_eq!(seen.result["figures"], json!([64, "the image is neither JPEG nor PNG", 64]));
    assert_eq!((&seen.result["red"], &seen.result["broken"]), (&json!(true), &json!(true)));
}

#[test]
fn an_audit_is_cancelled_and_tried_again() {
    let cancelled = audit(
        DONE,
        r##"
        await until("the audit", () => shown("#delete"));
        return [shown("#cancel"), shown("#retry")];
        "##,
    );
    let Some(cancelled) = cancelled else { return };
    assert_eq!(cancelled.result, json!([false, false]));
    let again = audit(
        FAILED,
        r##"
        await until("the audit", () => shown("#retry"));
        const why = one("#audit-error").textContent;
        one("#retry").click();
        await until("the end", () => one("#status").textContent.startsWith("The audit is failed. "));
        return { why, posts: (await asked()).map(({ what }) => what).filter((what) => what.startsWith("POST")) };
        "##,
    );
    let Some(again) = again else { return };
    let posts = json!([format!("POST /audits/{FAILED}/retry")]);
    assert_eq!(again.result, json!({"why": "shop.example has no address", "posts": posts}));
}

#[test]
fn deleting_asks_first() {
    let seen = audit(
        DONE,
        r##"
        await until("the audit", () => shown("#delete"));
        const deletes = async () => (await asked()).filter(({ what }) => what.startsWith("DELETE")).length;
        one("#delete").focus();
        one("#delete").click();
        const safe = document.activeElement.id;
        one("#confirm-no").click();
        const kept = [one("#confirm").open, await deletes(), document.activeElement.id];
        one("#delete").click();
        one("#confirm-yes").click();
        await until("the list", () => shown("#home"));
        return { safe, kept, deleted: await deletes(), said: one("#status").textContent };
        "##,
    );
    let Some(seen) = seen else { return };
    let kept = json!([false, 0, "delete"]);
    assert_eq!(seen.result, json!({"safe": "confirm-no", "kept": kept, "deleted": 1, "said": "The audit is deleted."}));
}

#[test]
fn an_audit_that_is_not_there_is_a_problem() {
    let seen =
        audit("nobody", r##"await until("a problem", () => shown(".problem")); return one("#problem").innerText;"##);
    let Some(seen) = seen else { return };
    let text = seen.result.as_str().unwrap_or_default();
    assert!(text.contains("There is nothing here") && text.contains("there is no such audit"), "{text}");
}
