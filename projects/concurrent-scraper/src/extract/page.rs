//! The result of an extraction, and its bounds.

use url::Url;

use super::Link;

/// How much one page may cost. Beyond a limit the rest is left out, and the page says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Different links kept.
    pub links: usize,
    /// Bytes of all links kept together, before they are joined to the base.
    pub link_bytes: usize,
    /// Bytes of one link; longer ones are left out.
    pub href: usize,
    /// Bytes of the title.
    pub title: usize,
    /// Bytes of one `<noscript>`.
    pub noscript: usize,
    /// Bytes the parser may hold: a tag that is longer is skipped.
    pub parser: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { links: 50_000, link_bytes: 4 << 20, href: 8 << 10, title: 4 << 10, noscript: 64 << 10, parser: 1 << 20 }
    }
}

/// What was found in one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extracted {
    /// The text of the first `<title>` that has any, white space collapsed.
    pub title: Option<String>,
    /// What links are relative to: the page's address, or what the first `<base href>` made of it.
    pub base: Url,
    /// The address the page prefers for itself: the first `<link rel=canonical>`.
    pub canonical: Option<Url>,
    /// Where `<meta http-equiv=refresh>` sends the reader.
    pub refresh: Option<Url>,
    /// `<meta name=robots>` asks not to follow the page's links.
    pub no_follow: bool,
    /// `<meta name=robots>` asks not to index the page.
    pub no_index: bool,
    /// The name of the encoding the page was read in, as the Encoding Standard spells it.
    pub charset: &'static str,
    /// The links, each once, in document order.
    pub links: Vec<Link>,
    /// How many `a[href]` the page has, repetitions, `javascript:` and all.
    pub occurrences: u64,
    /// Something was left out because of a limit.
    pub truncated: bool,
}
