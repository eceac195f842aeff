//! A plain walk over the documentation's files, breadth first, with a scanner of a few lines, against the extractor:
//! the same pages, and as many links.

#[path = "support/documentation.rs"]
mod documentation;

use std::collections::{BTreeSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};

use concurrent_scraper::address::{Region, Scope, ScopeOptions};
use concurrent_scraper::extract::{Extractor, Limits};
use url::Url;

/// The file that an address of the site is served from.
fn file(folder: &Path, url: &Url) -> Option<PathBuf> {
    let path = url.as_str().strip_prefix(documentation::SITE)?.split('?').next()?;
    let path = percent_decode(path);
    let file = folder.join(&path);
    Some(if path.is_empty() || path.ends_with('/') { file.join("index.html") } else { file })
}

fn percent_decode(path: &str) -> String {
    let mut parts = path.split('%');
    let mut decoded = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(octet) => {
                decoded.push(octet);
                decoded.extend_from_slice(&part.as_bytes()[2..]);
            }
            None => decoded.extend([b"%", part.as_bytes()].concat()),
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// Walks from `start` below its folder; `links` gives a page's links as they are to be followed, and their number
/// with all repetitions. Returns the pages and the number of all links.
fn walk(start: &str, links: impl Fn(&Url, &str) -> (Vec<Url>, u64)) -> Option<(BTreeSet<String>, u64)> {
    let folder = documentation::folder()?;
    let start = Url::parse(documentation::SITE).unwrap().join(start).unwrap();
    let below = start.join(".").unwrap();
    let (mut seen, mut queue, mut occurrences) = (BTreeSet::from([start.to_string()]), VecDeque::from([start]), 0);
    let mut pages = BTreeSet::new();
    while let Some(url) = queue.pop_front() {
        let file = file(&folder, &url)?;
        // Some links are broken, and some lead to what is not a page; neither has links.
        let Ok(html) = fs::read_to_string(&file) else { continue };
        pages.insert(url.to_string());
        let is_page = file.extension().is_some_and(|extension| extension == "html");
        let (links, count) = if is_page { links(&url, &html) } else { (Vec::new(), 0) };
        occurrences += count;
        for link in links.into_iter().filter(|link| link.as_str().starts_with(below.as_str())) {
            if seen.insert(link.to_string()) {
                queue.push_back(link);
            }
        }
    }
    Some((pages, occurrences))
}

/// `<a ` up to `>`, outside comments, scripts and styles: enough for pages that rustdoc wrote, and nothing more.
fn scan(page: &Url, html: &str) -> (Vec<Url>, u64) {
    let (mut rest, mut links, mut count) = (html, Vec::new(), 0);
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let skipped = [("<!--", "-->"), ("<script", "</script>"), ("<style", "</style>")];
        if let Some((_, end)) = skipped.iter().find(|(start, _)| rest.starts_with(start)) {
            rest = rest.split_once(end).map_or("", |(_, after)| after);
            continue;
        }
        let tag = &rest[..rest.find('>').unwrap_or(rest.len())];
        if let Some(href) = tag.strip_prefix("<a ").and_then(|tag| tag.split_once("href=")) {
            count += 1;
            let href = href.1.trim_start_matches('"').split('"').next().unwrap_or_default().replace("&amp;", "&");
            if let Ok(mut url) = page.join(&href) {
                url.set_fragment(None);
                links.push(url);
            }
        }
        rest = &rest[1..];
    }
    (links, count)
}

fn extract(page: &Url, html: &str) -> (Vec<Url>, u64) {
    let mut extractor = Extractor::new(page, Some("text/html"), Limits::default());
    // As a network might cut it.
    html.as_bytes().chunks(16_000).for_each(|piece| extractor.write(piece));
    let extracted = extractor.end();
    assert!(!extracted.truncated, "{page}");
    let options = ScopeOptions { region: Region::Any, ..ScopeOptions::default() };
    let scope = Scope::new(&[], &options).unwrap();
    let links = extracted.links.into_iter().filter(|link| link.kind.is_navigation()).map(|link| link.url);
    (links.filter(|url| scope.contains(url, 0).is_ok()).collect(), extracted.occurrences)
}

fn the_walks_agree(start: &str) {
    let Some((pages, links)) = walk(start, extract) else { return };
    let Some((expected_pages, expected_links)) = walk(start, scan) else { return };
    eprintln!("{start}: {} pages, {links} links", pages.len());
    assert!(pages.len() > 100 && links > 10_000, "{} pages, {links} links", pages.len());
    let differ: Vec<&String> = pages.symmetric_difference(&expected_pages).collect();
    assert!(differ.is_empty(), "{} pages differ: {differ:?}", differ.len());
    assert_eq!(links, expected_links);
}

#[test]
fn the_walk_of_a_crate() {
    the_walks_agree("alloc/index.html");
}

#[test]
#[ignore = "120 MB of pages: cargo test --release -p concurrent-scraper --test ground_truth -- --ignored"]
fn the_walk_of_the_standard_library() {
    the_walks_agree("std/index.html");
}

#[test]
#[ignore = "500 MB of pages: cargo test --release -p concurrent-scraper --test ground_truth -- --ignored"]
fn the_walk_of_all_the_documentation() {
    the_walks_agree("index.html");
}
