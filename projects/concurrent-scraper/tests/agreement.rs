//! The extractor against html5ever, which builds the whole tree as a browser would.

#[path = "support/documentation.rs"]
mod documentation;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use concurrent_scraper::extract::{Extractor, Limits};
use concurrent_scraper::page::LinkKind;
use html5ever::driver::{ParseOpts, parse_document};
use html5ever::tendril::TendrilSink;
use html5ever::tree_builder::TreeBuilderOpts;
use scraper::{ElementRef, Html, HtmlTreeSink};
use url::Url;

/// What both must agree on.
#[derive(Debug, PartialEq, Eq)]
struct Links {
    links: Vec<(LinkKind, Url)>,
    occurrences: u64,
    title: Option<String>,
}

fn by_extractor(page: &Url, html: &str) -> Links {
    let mut extractor = Extractor::new(page, Some("text/html; charset=utf-8"), Limits::default());
    extractor.write(html.as_bytes());
    let extracted = extractor.end();
    let links = extracted.links.into_iter().map(|link| (link.kind, link.url)).collect();
    Links { links, occurrences: extracted.occurrences, title: extracted.title }
}

/// A walk over the tree, elements by name: no code of the extractor's.
fn by_html5ever(page: &Url, html: &str) -> Links {
    // Without scripting, as the extractor: `<noscript>` is a part of the page.
    let tree_builder = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    let options = ParseOpts { tree_builder, ..ParseOpts::default() };
    let tree = parse_document(HtmlTreeSink::new(Html::new_document()), options).one(html);
    let elements: Vec<ElementRef<'_>> = tree.tree.nodes().filter_map(ElementRef::wrap).collect();
    let base = elements.iter().filter(|one| one.value().name() == "base").find_map(|base| base.attr("href"));
    let base = base.map_or(page.clone(), |href| page.join(href).unwrap());
    let (mut links, mut seen, mut occurrences, mut title) = (Vec::new(), HashSet::new(), 0, None);
    // The tree's own order: `nodes()` is the order of creation, which is that of the tags.
    for element in elements {
        let name = element.value().name();
        if name == "title" && title.is_none() && element.value().name.ns == html5ever::ns!(html) {
            let text: String = element.text().collect();
            title = Some(text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")).filter(|title| !title.is_empty());
        }
        occurrences += u64::from(name == "a" && element.attr("href").is_some());
        for (kind, attribute) in attributes(&element) {
            let Some(value) = element.attr(attribute) else { continue };
            let href = if kind == LinkKind::Refresh { value.split_once('=').map_or("", |(_, url)| url) } else { value };
            let Ok(mut url) = base.join(href) else { continue };
            url.set_fragment(None);
            if url.scheme().starts_with("http") && seen.insert((kind, url.clone())) {
                links.push((kind, url));
            }
        }
    }
    Links { links, occurrences, title }
}

fn attributes(element: &ElementRef<'_>) -> Vec<(LinkKind, &'static str)> {
    let rel = element.attr("rel").unwrap_or_default();
    match element.value().name() {
        "a" => vec![(LinkKind::Anchor, "href")],
        "area" => vec![(LinkKind::Area, "href")],
        "iframe" | "frame" => vec![(LinkKind::Frame, "src")],
        "img" => vec![(LinkKind::Image, "src")],
        "script" => vec![(LinkKind::Script, "src")],
        "video" | "audio" | "source" | "track" | "embed" => vec![(LinkKind::Media, "src")],
        "object" => vec![(LinkKind::Media, "data")],
        "link" if rel.contains("stylesheet") => vec![(LinkKind::Style, "href")],
        "link" if rel.contains("icon") => vec![(LinkKind::Image, "href")],
        "link" if rel.contains("canonical") => vec![(LinkKind::Canonical, "href")],
        "link" if ["alternate", "next", "prev"].iter().any(|word| rel.contains(word)) => {
            vec![(LinkKind::Related, "href")]
        }
        "link" => vec![(LinkKind::Resource, "href")],
        "meta" if element.attr("http-equiv") == Some("refresh") => vec![(LinkKind::Refresh, "content")],
        _ => vec![],
    }
}

fn pages(folder: &Path, into: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            pages(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "html") {
            into.push(path);
        }
    }
}

fn agrees_on_every(nth: usize) {
    let Some(folder) = documentation::folder() else { return };
    let mut all = Vec::new();
    pages(&folder, &mut all);
    let (mut tried, mut links, mut differences) = (0, 0, Vec::new());
    for path in all.iter().step_by(nth) {
        let relative = path.strip_prefix(&folder).unwrap().to_str().unwrap().replace('\\', "/");
        let page = Url::parse(documentation::SITE).unwrap().join(&relative).unwrap();
        let Ok(html) = fs::read_to_string(path) else { continue };
        let (ours, theirs) = (by_extractor(&page, &html), by_html5ever(&page, &html));
        tried += 1;
        links += ours.links.len();
        // The order is the page's for both, except where a table lets the tree move an element out of itself.
        if ours != theirs {
            let (one, other): (HashSet<_>, HashSet<_>) = (ours.links.iter().collect(), theirs.links.iter().collect());
            let differ: Vec<_> = one.symmetric_difference(&other).take(3).collect();
            let counts = (ours.occurrences, theirs.occurrences);
            differences
                .push(format!("{relative}: {counts:?} occurrences, {:?} {:?}, {differ:?}", ours.title, theirs.title));
        }
    }
    eprintln!("{tried} pages with {links} links, {} differ", differences.len());
    assert!(tried > 50, "only {tried} of {} pages could be read", all.len());
    assert!(
        differences.is_empty(),
        "{} of {tried} pages differ:\n{}",
        differences.len(),
        differences[..differences.len().min(20)].join("\n")
    );
}

#[test]
fn they_agree_on_a_sample_of_the_documentation() {
    agrees_on_every(401);
}

#[test]
#[ignore = "tens of thousands of pages: cargo test --release -p concurrent-scraper --test agreement -- --ignored"]
fn they_agree_on_all_the_documentation() {
    agrees_on_every(1);
}

/// Where they differ on purpose, and why. A tree builder corrects a page's mistakes; the extractor reads tags.
#[test]
fn where_they_differ() {
    let page = Url::parse("http://h/").unwrap();
    for (html, ours, theirs, why) in [
        ("<table><frame src=x></table>", 1, 0, "an element that may not stand there is dropped from the tree"),
        ("<frame src=x>", 1, 0, "a frame outside a frameset is dropped"),
        ("<a href=x><p><b></a>y</p>", 1, 1, "an element cloned by the adoption agency is one link"),
        ("<table><a href=x></table>", 1, 1, "an element moved out of a table is the same link"),
        ("<a href=x", 0, 0, "a tag that never ends is no tag"),
    ] {
        let (one, other) = (by_extractor(&page, html).links.len(), by_html5ever(&page, html).links.len());
        assert_eq!((one, other), (ours, theirs), "{html}: {why}");
    }
}
