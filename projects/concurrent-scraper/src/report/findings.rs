//! Pages that are slow, and pages that are there twice.

use serde::Serialize;

use super::render::{Finding, fit};

/// A page that took its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SlowPage {
    /// The page.
    pub url: String,
    /// Milliseconds until its last byte.
    pub total_ms: u32,
    /// Milliseconds until its first.
    pub first_byte_ms: u32,
    /// How long its body is.
    pub bytes: u64,
}

impl Finding for SlowPage {
    const TITLE: &'static str = "Slowest pages";
    const COLUMNS: &'static [&'static str] = &["url", "total_ms", "first_byte_ms", "bytes"];

    fn records(&self) -> Vec<Vec<String>> {
        let numbers = [self.total_ms.to_string(), self.first_byte_ms.to_string(), self.bytes.to_string()];
        vec![std::iter::once(self.url.clone()).chain(numbers).collect()]
    }

    fn lines(&self, width: usize) -> Vec<String> {
        let times = format!("  {:>7} ms ({:>6} to the first byte)  ", self.total_ms, self.first_byte_ms);
        let url = fit(&self.url, width.saturating_sub(times.len()));
        vec![times + &url]
    }
}

/// Pages with the same body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DuplicateContent {
    /// SHA-256 of the body, in hexadecimal.
    pub hash: String,
    /// The pages: two or more.
    pub urls: Vec<String>,
}

/// Pages with the same title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DuplicateTitle {
    /// The title.
    pub title: String,
    /// The pages: two or more.
    pub urls: Vec<String>,
}

/// The groups of two or more among rows that come in order of their key, of which only one group is held at a time.
/// `make` is [`DuplicateContent::new`] or [`DuplicateTitle::new`].
pub fn groups<F>(
    rows: impl IntoIterator<Item = (String, String)>,
    make: impl Fn(String, Vec<String>) -> F,
) -> impl Iterator<Item = F> {
    let mut rows = rows.into_iter().peekable();
    std::iter::from_fn(move || {
        loop {
            let (key, url) = rows.next()?;
            let mut urls = vec![url];
            while let Some((_, url)) = rows.next_if(|(next, _)| *next == key) {
                urls.push(url);
            }
            if urls.len() > 1 {
                return Some(make(key, urls));
            }
        }
    })
}

impl DuplicateContent {
    /// A group of pages.
    pub fn new(hash: String, urls: Vec<String>) -> Self {
        Self { hash, urls }
    }
}

impl DuplicateTitle {
    /// A group of pages.
    pub fn new(title: String, urls: Vec<String>) -> Self {
        Self { title, urls }
    }
}

impl Finding for DuplicateContent {
    const TITLE: &'static str = "Pages with the same content";
    const COLUMNS: &'static [&'static str] = &["hash", "url"];

    fn records(&self) -> Vec<Vec<String>> {
        records(&self.hash, &self.urls)
    }

    fn lines(&self, width: usize) -> Vec<String> {
        lines(&format!("{} pages, {}", self.urls.len(), self.hash), &self.urls, width)
    }
}

impl Finding for DuplicateTitle {
    const TITLE: &'static str = "Pages with the same title";
    const COLUMNS: &'static [&'static str] = &["title", "url"];

    fn records(&self) -> Vec<Vec<String>> {
        records(&self.title, &self.urls)
    }

    fn lines(&self, width: usize) -> Vec<String> {
        lines(&format!("{} pages, {}", self.urls.len(), self.title), &self.urls, width)
    }
}

fn records(key: &str, urls: &[String]) -> Vec<Vec<String>> {
    urls.iter().map(|url| vec![key.to_owned(), url.clone()]).collect()
}

fn lines(head: &str, urls: &[String], width: usize) -> Vec<String> {
    const SHOWN: usize = 5;
    let mut lines = vec![fit(&format!("  {head}"), width)];
    lines.extend(urls.iter().take(SHOWN).map(|url| fit(&format!("      {url}"), width)));
    if urls.len() > SHOWN {
        lines.push(format!("      and {} more", urls.len() - SHOWN));
    }
    lines
}
