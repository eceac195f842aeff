//! How the pages look: on a phone and on a desk, light and dark, to those who see little and those who use keys.

use super::browser::{Look, visit};
use super::stub::{DONE, RUNNING, Stub};
use serde_json::json;

/// The pages with all that can be folded out.
fn pages() -> [(String, &'static str); 4] {
    let open = r##"await until("all of it", () => all("#audits li").length === 3); all("details").forEach((box) => { box.open = true; }); one("#new button").click(); await until("a mistake", () => shown("#url-error"));"##;
    let audit = r##"await until("findings", () => all("#findings > li").length > 0); all("details").forEach((box) => { box.open = true; }); await until("pages", () => all("#pages > li").length === 2); all("details").forEach((box) => { box.open = true; }); await until("images", () => all("figure").length === 3);"##;
    let running = r##"await until("the audit", () => shown("#audit-progress"));"##;
    let docs = r##"await until("endpoints", () => all(".operation").length > 4);"##;
    [
        ("/".to_owned(), open),
        (format!("/#{DONE}"), audit),
        (format!("/#{RUNNING}"), running),
        ("/docs".to_owned(), docs),
    ]
}

#[test]
fn nothing_is_wider_than_the_window() {
    for (path, open) in pages() {
        for narrow in [true, false] {
            let look = Look { narrow, dark: false };
            let scenario = r##"const wide = all("body *").filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > innerWidth + 1); return wide.map((element) => element.outerHTML.slice(0, 80));"##;
            let Some(seen) = visit(Stub::default(), &path, look, &format!("{open}\n{scenario}")) else { return };
            assert_eq!(seen.width, if narrow { 360 } else { 1400 }, "{path}");
            assert_eq!((seen.overflow, &seen.result), (0, &json!([])), "{path} at {}", seen.width);
        }
    }
}

/// Every text against what is behind it: the ratio that WCAG calls contrast, where it is below 4.5.
const CONTRAST: &str = r##"
    const channel = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    const parsed = (colour) => colour.match(/[\d.]+/g).map(Number);
    const light = ([red, green, blue]) => 0.2126 * channel(red / 255) + 0.7152 * channel(green / 255) + 0.0722 * channel(blue / 255);
    function behind(element) {
      for (let at = element; at; at = at.parentElement) {
        const colour = parsed(getComputedStyle(at).backgroundColor);
        if (colour.length === 3 || colour[3] === 1) return colour;
      }
      return [255, 0, 255];
    }
    const faint = [];
    for (const element of all("body *")) {
      const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== "");
      if ((!own && element.tagName !== "INPUT") || !element.checkVisibility()) continue;
      const [one, other] = [light(parsed(getComputedStyle(element).color)), light(behind(element))].sort();
      const ratio = (other + 0.05) / (one + 0.05);
      if (ratio < 4.5) faint.push(`${element.tagName} ${element.className} ${element.textContent.slice(0, 30)}: ${ratio.toFixed(2)}`);
    }
    return { dark: matchMedia("(prefers-color-scheme: dark)").matches, ground: light(behind(document.body)) > 0.5, faint };
"##;

#[test]
fn every_text_can_be_read_light_and_dark() {
    for (path, open) in pages() {
        for dark in [false, true] {
            let look = Look { narrow: false, dark };
            let Some(seen) = visit(Stub::default(), &path, look, &format!("{open}\n{CONTRAST}")) else { return };
            assert_eq!(seen.result, json!({"dark": dark, "ground": !dark, "faint": []}), "{path}");
        }
    }
}

/// What assistive technology goes by.
const STRUCTURE: &str = r##"
    const visible = (selector) => all(selector).filter((element) => element.checkVisibility());
    const levels = visible("h1, h2, h3, h4").map((heading) => Number(heading.tagName[1]));
    return {
      first: levels[0], tops: levels.filter((level) => level === 1).length,
      skipped: levels.some((level, place) => place > 0 && level > levels[place - 1] + 1),
      unnamed: visible("input, select").filter((field) => field.labels.length === 0).length,
      silent: visible("button, a[href]").filter((control) => control.textContent.trim() === "").length,
      twice: all("[id]").map(({ id }) => id).filter((id, place, ids) => ids.indexOf(id) !== place),
      unreachable: visible("[tabindex='-1']").filter((element) => element.matches("a, button, input, select")).length,
      language: document.documentElement.lang, landmarks: all("main").length,
    };
"##;

#[test]
fn the_structure_is_said_too() {
    for (path, open) in pages() {
        let Some(seen) = visit(Stub::default(), &path, Look::default(), &format!("{open}\n{STRUCTURE}")) else {
            return;
        };
        let expected = json!({
            "first": 1, "tops": 1, "skipped": false, "unnamed": 0, "silent": 0, "twice": [], "unreachable": 0,
            "language": "en", "landmarks": 1,
        });
        assert_eq!(seen.result, expected, "{path}");
    }
}

#[test]
fn focus_can_be_seen() {
    let scenario = r##"
        await until("a list", () => all("#audits li").length === 3);
        one("#url").focus();
        const style = getComputedStyle(one("#url"));
        return [style.outlineStyle, parseFloat(style.outlineWidth) >= 2];
    "##;
    let Some(seen) = visit(Stub::default(), "/", Look::default(), scenario) else { return };
    assert_eq!(seen.result, json!(["solid", true]));
}
