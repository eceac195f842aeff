//! The extractor: bytes in, what the page says out.

use url::Url;

use super::charset::Utf8;
use super::elements::Shared;
use super::parser::{Parser, parser};
use super::{Extracted, Limits, links, text};

/// Reads one page, piece by piece as it arrives. How it is cut into pieces makes no difference.
pub struct Extractor {
    address: Url,
    utf8: Utf8,
    parser: Resuming,
    found: Shared,
}

impl Extractor {
    /// An extractor for the page at `address`, the one that the response came from.
    pub fn new(address: &Url, content_type: Option<&str>, limits: Limits) -> Self {
        let found = Shared::new(limits);
        let parser = Resuming { parser: Some(parser(&found)), skipping: false };
        Self { address: address.clone(), utf8: Utf8::new(content_type), parser, found }
    }

    /// Reads a piece of the body, already unpacked.
    pub fn write(&mut self, bytes: &[u8]) {
        self.utf8.write(bytes, false, &mut |utf8| self.parser.write(utf8, &self.found));
    }

    /// The body has ended: what was found in it.
    pub fn end(mut self) -> Extracted {
        self.utf8.write(b"", true, &mut |utf8| self.parser.write(utf8, &self.found));
        self.parser.end(&self.found);
        let encoding = self.utf8.encoding();
        let mut found = self.found.lock();
        let fallback = self.address;
        let base = found.base.as_deref().and_then(|href| links::join_base(&fallback, href));
        let base = base.unwrap_or(fallback);
        let join = |href: &Option<String>| links::join(&base, href.as_deref()?, encoding);
        Extracted {
            title: text::title(&found.title),
            canonical: join(&found.canonical),
            refresh: join(&found.refresh),
            no_follow: found.directives.no_follow,
            no_index: found.directives.no_index,
            charset: encoding.name(),
            occurrences: found.occurrences,
            truncated: found.truncated || found.links.truncated,
            links: std::mem::take(&mut found.links).join(&base, encoding),
            base,
        }
    }
}

impl std::fmt::Debug for Extractor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Extractor").field("address", &self.address.as_str()).finish_non_exhaustive()
    }
}

/// A parser that goes on behind a tag it has no room for.
struct Resuming {
    parser: Option<Parser>,
    skipping: bool,
}

/// How much the parser is given at once, so that it meets its limit at about the same place however the page came.
const PIECE: usize = 64 << 10;

impl Resuming {
    fn write(&mut self, utf8: &[u8], found: &Shared) {
        for mut piece in utf8.chunks(PIECE) {
            if self.skipping {
                let Some(end) = piece.iter().position(|&byte| byte == b'>') else { continue };
                piece = &piece[end + 1..];
                self.skipping = false;
            }
            let parser = self.parser.get_or_insert_with(|| parser(found));
            if parser.write(piece).is_err() {
                // A parser that failed cannot be used again. The only failure is that it needs too much memory.
                self.parser = None;
                self.skipping = true;
                found.lock().truncated = true;
            }
        }
    }

    fn end(&mut self, found: &Shared) {
        if self.parser.take().is_some_and(|parser| parser.end().is_err()) {
            found.lock().truncated = true;
        }
    }
}
