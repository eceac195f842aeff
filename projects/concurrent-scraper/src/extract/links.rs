//! The links of one page, each once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use encoding_rs::{Encoding, UTF_8};
use url::Url;

use super::Limits;
use crate::address::{Normalisation, normalise};
use crate::page::LinkKind;

/// A link of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where it points: absolute, `http` or `https`, normalised, without a fragment.
    pub url: Url,
    /// What kind of element points there.
    pub kind: LinkKind,
    /// Every such element says `rel=nofollow`.
    pub no_follow: bool,
}

/// Links as the page spells them, until its end: only then is the base certain that they are relative to.
#[derive(Debug, Default)]
pub(super) struct RawLinks {
    /// By kind and then by spelling, the place in `no_follow`. In two steps, so that a link that is known already, as most
    /// are, is found without a copy of it.
    seen: HashMap<LinkKind, HashMap<Box<str>, usize>>,
    no_follow: Vec<bool>,
    bytes: usize,
    pub truncated: bool,
}

impl RawLinks {
    /// Takes a link; `href` has its character references decoded.
    pub fn add(&mut self, kind: LinkKind, href: &str, no_follow: bool, limits: &Limits) {
        // Before comparing, not after joining: pages of documentation point ten times at one page's sections.
        let href = href.split('#').next().unwrap_or_default();
        if is_inline(href) {
            return;
        }
        if href.len() > limits.href {
            self.truncated = true;
            return;
        }
        let seen = self.seen.entry(kind).or_default();
        if let Some(&known) = seen.get(href) {
            self.no_follow[known] &= no_follow;
        } else if self.no_follow.len() >= limits.links || self.bytes + href.len() > limits.link_bytes {
            self.truncated = true;
        } else {
            self.bytes += href.len();
            seen.insert(href.into(), self.no_follow.len());
            self.no_follow.push(no_follow);
        }
    }

    /// The links that lead somewhere on the web, each once, in document order.
    pub fn join(self, base: &Url, encoding: &'static Encoding) -> Vec<Link> {
        let of_kind = |(kind, seen): (LinkKind, HashMap<Box<str>, usize>)| {
            seen.into_iter().map(move |(href, place)| (kind, href, place))
        };
        let mut raw: Vec<_> = self.seen.into_iter().flat_map(of_kind).collect();
        raw.sort_unstable_by_key(|&(_, _, place)| place);
        let mut places: HashMap<(LinkKind, Url), usize> = HashMap::with_capacity(raw.len());
        let mut links: Vec<Link> = Vec::with_capacity(raw.len());
        for (kind, href, place) in raw {
            let Some(url) = join(base, &href, encoding) else { continue };
            let no_follow = self.no_follow[place];
            match places.entry((kind, url)) {
                Entry::Occupied(known) => links[*known.get()].no_follow &= no_follow,
                Entry::Vacant(new) => {
                    links.push(Link { url: new.key().1.clone(), kind, no_follow });
                    new.insert(links.len() - 1);
                }
            }
        }
        links
    }
}

/// Joins a link to its base as the URL Standard says: outer control characters and every tab and newline are
/// removed, and a query is percent-encoded in the page's encoding. None for what is not `http` or `https`.
pub(super) fn join(base: &Url, href: &str, encoding: &'static Encoding) -> Option<Url> {
    let options = Url::options().base_url(Some(base));
    let mut url = if encoding.output_encoding() == UTF_8 {
        options.parse(href).ok()?
    } else {
        options.encoding_override(Some(&|query| encoding.encode(query).0)).parse(href).ok()?
    };
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    normalise(&mut url, &Normalisation::default());
    Some(url)
}

/// What a `<base href>` makes of the page's address. None for a base that the HTML Standard does not let count.
pub(super) fn join_base(address: &Url, href: &str) -> Option<Url> {
    address.join(href).ok().filter(|base| !matches!(base.scheme(), "data" | "javascript"))
}

/// `data:` and `javascript:` carry their content along: megabytes of it, and nowhere to go.
fn is_inline(href: &str) -> bool {
    let href = href.trim_start_matches(|c: char| c <= ' ');
    let starts = |scheme: &str| href.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    starts("data:") || starts("javascript:")
}
