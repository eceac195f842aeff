//! How fast links come out of pages, beside other ways to find them: MB/s on one thread, on the documentation of the
//! standard library, pages in memory. `cargo bench -p concurrent-scraper --bench extract`

#![allow(clippy::print_stdout, reason = "the table is what it is run for")]

use std::cell::Cell;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use concurrent_scraper::extract::{Extractor, Limits};
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts, states::RawKind,
};
use scraper::{Html, Selector};
use url::Url;

/// Rounds, interleaved, so that a noisy neighbour slows all of them; the median counts.
const ROUNDS: usize = 7;
/// As reqwest hands a body on.
const PIECE: usize = 16 << 10;

type Way = fn(&Url, &str) -> u64;
const WAYS: [(&str, Way); 5] = [
    ("scan for `<a ` (no parser: a floor)", scan),
    ("lol_html, a[href] alone, not resolved", lol_html),
    ("**this extractor**: all links, resolved, once each", ours),
    ("html5ever, tokens alone, not resolved", tokens),
    ("scraper (html5ever's tree), a[href], not resolved", tree),
];

fn main() {
    // `cargo test --benches` and `cargo bench` both come here; only the latter asks for figures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let Some(folder) = common::site::rust_docs() else {
        println!("the documentation is not installed (rustup component add rust-docs): nothing to measure");
        return;
    };
    let mut files = Vec::new();
    html_files(&folder.join("std"), &mut files);
    let pages: Vec<(Url, String)> = files
        .iter()
        .filter_map(|path| Some((Url::parse("http://docs/std/a/b.html").ok()?, fs::read_to_string(path).ok()?)))
        .collect();
    let bytes: usize = pages.iter().map(|(_, html)| html.len()).sum();
    let mut times = [const { Vec::<Duration>::new() }; WAYS.len()];
    let mut counts = [0; WAYS.len()];
    for _ in 0..ROUNDS {
        for (at, (_, way)) in WAYS.iter().enumerate() {
            let start = Instant::now();
            counts[at] = pages.iter().map(|(url, html)| way(url, html)).sum();
            times[at].push(start.elapsed());
        }
    }
    println!("{} pages, {} MB, median of {ROUNDS} rounds\n", pages.len(), bytes / 1_000_000);
    println!("| way | MB/s | pages/s | links |\n|---|---|---|---|");
    for (((name, _), mut times), links) in WAYS.into_iter().zip(times).zip(counts) {
        times.sort();
        let seconds = times[ROUNDS / 2].as_secs_f64();
        println!("| {name} | {:.0} | {:.0} | {links} |", bytes as f64 / 1e6 / seconds, pages.len() as f64 / seconds);
    }
}

fn html_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            html_files(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "html") {
            into.push(path);
        }
    }
}

fn ours(url: &Url, html: &str) -> u64 {
    let mut extractor = Extractor::new(url, Some("text/html; charset=utf-8"), Limits::default());
    html.as_bytes().chunks(PIECE).for_each(|piece| extractor.write(piece));
    black_box(extractor.end()).occurrences
}

fn scan(_: &Url, html: &str) -> u64 {
    html.matches("<a ").filter(|link| !black_box(link).is_empty()).count() as u64
}

fn lol_html(_: &Url, html: &str) -> u64 {
    let links = Cell::new(0);
    let handler = lol_html::element!("a[href]", |anchor| {
        links.set(links.get() + u64::from(black_box(anchor.get_attribute("href")).is_some()));
        Ok(())
    });
    let settings = lol_html::Settings::new().append_element_content_handler(handler).with_strict(false);
    let mut rewriter = lol_html::HtmlRewriter::new(settings, |_: &[u8]| {});
    let written = html.as_bytes().chunks(PIECE).try_for_each(|piece| rewriter.write(piece));
    if written.is_ok() && rewriter.end().is_err() {
        return 0;
    }
    links.get()
}

struct Count(Cell<u64>);

impl TokenSink for Count {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let Token::TagToken(tag) = token else { return TokenSinkResult::Continue };
        if tag.kind != TagKind::StartTag {
            return TokenSinkResult::Continue;
        }
        match &*tag.name {
            "a" if tag.attrs.iter().any(|attribute| &*attribute.name.local == "href") => self.0.set(self.0.get() + 1),
            "script" => return TokenSinkResult::RawData(RawKind::ScriptData),
            "style" | "noscript" | "iframe" => return TokenSinkResult::RawData(RawKind::Rawtext),
            "title" | "textarea" => return TokenSinkResult::RawData(RawKind::Rcdata),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn tokens(_: &Url, html: &str) -> u64 {
    let tokenizer = Tokenizer::new(Count(Cell::new(0)), TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(html.into());
    // A script ends a feed: it might write into the page.
    while !queue.is_empty() {
        let _ = tokenizer.feed(&queue);
    }
    tokenizer.end();
    tokenizer.sink.0.get()
}

fn tree(_: &Url, html: &str) -> u64 {
    static ANCHORS: std::sync::LazyLock<Option<Selector>> =
        std::sync::LazyLock::new(|| Selector::parse("a[href]").ok());
    let page = Html::parse_document(html);
    ANCHORS.as_ref().map_or(0, |anchors| {
        page.select(anchors).filter(|anchor| black_box(anchor.attr("href")).is_some()).count() as u64
    })
}
