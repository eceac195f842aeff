//! What one visit of one URL found out: the row that every output writes.

use crate::fields::Value;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One URL, visited. A redirect is a page of its own, and so is where it leads: every hop is a URL of the frontier,
/// which keeps it polite, inside the scope, and never fetched twice.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Page {
    /// The URL that was asked for, normalised.
    pub url: String,
    /// How many links away from a seed. A redirect's target is as deep as the redirect.
    pub depth: u32,
    /// The status of the last response, where there was one.
    pub status: Option<u16>,
    /// What went wrong: no response, no whole body, or none asked for. A status such as 404 is no problem of this kind.
    pub problem: Option<Problem>,
    /// Where a redirect leads, normalised.
    pub redirect: Option<String>,
    /// How many redirects in a row led here.
    pub hops: u32,
    /// The `Content-Type` of the response, as sent.
    pub content_type: Option<String>,
    /// The character encoding that the page was read in (WHATWG name), of HTML only.
    pub charset: Option<String>,
    /// The text of the first `title`, spaces collapsed.
    pub title: Option<String>,
    /// The URL that the page calls its own (`rel=canonical`).
    pub canonical: Option<String>,
    /// Length of the body, unpacked, as far as it was read.
    pub bytes: u64,
    /// SHA-256 of the unpacked body, in hexadecimal. None when the body is not whole.
    pub hash: Option<String>,
    /// Milliseconds from sending the request to the head of the response.
    pub first_byte_ms: u32,
    /// Milliseconds from sending the request to the last byte, of the last attempt.
    pub total_ms: u32,
    /// When the last attempt ended, in milliseconds since 1970.
    pub fetched_at_ms: u64,
    /// How many times it was tried. 0: not at all, as where robots.txt forbids it.
    pub attempts: u32,
    /// The server said that the page is as it was at the last crawl (304): what stands here is what was known.
    pub not_modified: bool,
    /// The page asks not to be indexed (`meta robots`, `X-Robots-Tag`).
    pub no_index: bool,
    /// The page has more links, or a longer body, than what was read of it.
    pub truncated: bool,
    /// How many different links it has.
    pub link_count: u32,
    /// The links themselves, in document order; none where they were not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub links: Option<Vec<Link>>,
    /// The user's own columns, in the order they were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_map")]
    pub fields: Vec<(String, Value)>,
}

impl Page {
    /// Whether a link to it is a broken link: no response, not a whole one, a redirect that goes in circles, or a
    /// status of 400 and above. What was left out on purpose is not broken.
    pub fn is_broken(&self) -> bool {
        match &self.problem {
            Some(problem) => !problem.kind.is_refusal(),
            None => self.status.is_some_and(|status| status >= 400),
        }
    }

    /// Not modified: what is known of the page holds, but for when and how this visit went.
    pub(crate) fn recall(&mut self, known: Page) {
        *self = Page {
            not_modified: true,
            first_byte_ms: self.first_byte_ms,
            total_ms: self.total_ms,
            fetched_at_ms: self.fetched_at_ms,
            attempts: self.attempts,
            ..known
        };
    }
}

/// What went wrong with a visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What kind of thing: what programs compare.
    pub kind: ProblemKind,
    /// The particulars, for people.
    pub message: String,
}

impl Problem {
    /// A problem with its particulars.
    pub fn new(kind: ProblemKind, message: impl Into<String>) -> Problem {
        Problem { kind, message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message.as_str() {
            "" => f.write_str(self.kind.name()),
            message => write!(f, "{}: {message}", self.kind.name()),
        }
    }
}

/// Declares an enum whose variants have names that outputs and the store write.
macro_rules! named {
    ($(#[$about:meta])* $type:ident { $($(#[$doc:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $type { $($(#[$doc])* #[serde(rename = $name)] $variant,)* }

        impl $type {
            /// All of them.
            pub const ALL: &'static [$type] = &[$($type::$variant,)*];

            /// The name that outputs write.
            pub const fn name(self) -> &'static str {
                match self { $($type::$variant => $name,)* }
            }

            /// The one of that name.
            pub fn from_name(name: &str) -> Option<$type> {
                $type::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    };
}

named! {
    /// The kinds of problem.
    ProblemKind {
        /// The host's name has no address.
        Dns = "dns",
        /// No connection: refused, unreachable, or not within the time limit.
        Connect = "connect",
        /// The connection could not be secured: a certificate that is not trusted, say.
        Tls = "tls",
        /// The connection ended before the response did.
        CutOff = "cut_off",
        /// What came is not HTTP, or its head is too large.
        Protocol = "protocol",
        /// No head of a response within the time limit.
        FirstByteTimeout = "first_byte_timeout",
        /// The body stopped arriving for longer than the limit.
        Stalled = "stalled",
        /// The whole took longer than the limit.
        Timeout = "timeout",
        /// The body is longer than the limit, unpacked. Its links up to there count.
        TooLarge = "too_large",
        /// The body could not be unpacked.
        Encoding = "encoding",
        /// A redirect that leads back to where it started.
        RedirectLoop = "redirect_loop",
        /// More redirects in a row than the limit.
        TooManyRedirects = "too_many_redirects",
        /// A redirect without a target that can be used.
        BadRedirect = "bad_redirect",
        /// The host's robots.txt could not be had, which forbids everything (RFC 9309, section 2.3.1.4).
        RobotsUnreachable = "robots_unreachable",
        /// robots.txt forbids it.
        Robots = "robots",
        /// The host asked to be left alone, or gave no answer to many URLs in a row: it was not asked any more.
        Unavailable = "unavailable",
        /// The address is one that this crawl must not connect to.
        Address = "address",
    }
}

impl ProblemKind {
    /// Whether the crawler chose not to ask, rather than asked and failed.
    pub fn is_refusal(self) -> bool {
        matches!(self, ProblemKind::Robots | ProblemKind::RobotsUnreachable | ProblemKind::Address)
    }
}

/// A link of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Where to: absolute and normalised.
    pub url: String,
    /// What kind of link.
    pub kind: LinkKind,
}

named! {
    /// What makes a link of a URL on a page.
    LinkKind {
        /// `a href`.
        Anchor = "anchor",
        /// `area href`.
        Area = "area",
        /// `frame src`, `iframe src`.
        Frame = "frame",
        /// `img src`, `srcset`, `video poster`, `link rel=icon`.
        Image = "image",
        /// `script src`.
        Script = "script",
        /// `link rel=stylesheet`.
        Style = "style",
        /// `audio`, `video`, `source`, `track`, `embed`, `object`.
        Media = "media",
        /// `link rel=canonical`.
        Canonical = "canonical",
        /// `link rel=alternate`, `next`, `prev`: translations, feeds, pages of a series.
        Related = "related",
        /// `link` of any other kind: `preload`, `manifest`.
        Resource = "resource",
        /// `meta http-equiv=refresh`.
        Refresh = "refresh",
        /// The `Location` of a redirect.
        Redirect = "redirect",
        /// An entry of a sitemap.
        Sitemap = "sitemap",
    }
}

impl LinkKind {
    /// Whether it leads to what a reader would see as a page, rather than to a part of this one.
    pub fn is_navigation(self) -> bool {
        use LinkKind::{Image, Media, Resource, Script, Style};
        !matches!(self, Image | Script | Style | Media | Resource)
    }
}

/// Columns are an object in JSON, in their order.
fn as_map<S: serde::Serializer>(fields: &[(String, Value)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(fields.iter().map(|(name, value)| (name, value)))
}
