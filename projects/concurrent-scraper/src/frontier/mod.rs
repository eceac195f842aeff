//! What is known, what is to be visited, and what is done: the crawl's one source of truth.
//!
//! A URL is pending, then leased, then done. A lease is a loan: it ends with [`Frontier::complete`], with
//! [`Frontier::release`], or with the life of the process that holds it. [`Store`](crate::store::Store) keeps the
//! frontier in one SQLite file for one process, `postgres::Postgres` in a database for any number of them.

#[cfg(feature = "postgres")]
pub mod postgres;

use crate::page::{LinkKind, Page, Problem};
use futures::future::BoxFuture;
use std::time::Duration;

/// The frontier of one crawl.
///
/// Every method is one transaction: when its future is ready, all of it is durable or, on an error, none of it is.
/// After an error the frontier takes no further orders; what it held is intact.
pub trait Frontier: Send + Sync + 'static {
    /// Adds URLs to visit. Those that are known already are left as they are.
    fn add(&self, urls: Vec<Found>) -> Ordered<'_, ()>;

    /// Takes up to `want` pending URLs, the least deep first, no host with more than its share.
    fn lease(&self, want: usize) -> Ordered<'_, Leased>;

    /// Ends visits: stores the page, its links, the URLs that are new among them, and that this one is done. Also
    /// remembers how far the output has got.
    ///
    /// Returns the rows as they are now stored, in the order of the commit.
    fn complete(&self, visits: Vec<Visit>, emitted: Option<Emitted>) -> Ordered<'_, Vec<Row>>;

    /// Gives leases back: the URLs are pending again.
    fn release(&self, leases: Vec<UrlId>) -> Ordered<'_, ()>;

    /// Says every few seconds that this process is alive and works on what it has leased. Where a lease cannot outlive
    /// its process, nothing is to do.
    fn renew(&self) -> Ordered<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    /// Whether other processes lease from it, too. If so a lease is good for one request, which starts at once: it comes
    /// with a place and a turn at its host, which are held for it until it ends. The crawl then says with
    /// [`Frontier::tell`] what hosts say to it, and tries again by way of [`Frontier::postpone`].
    fn is_shared(&self) -> bool {
        false
    }

    /// Tells all who lease from it what a host has said to this process. To be called before the lease ends whose request
    /// brought the news.
    fn tell<'a>(&'a self, _origin: &'a str, _news: HostNews) -> Ordered<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    /// Gives a lease back, to be tried again when this much time has passed, after so many attempts.
    fn postpone(&self, lease: UrlId, _attempts: u32, _wait: Duration) -> Ordered<'_, ()> {
        self.release(vec![lease])
    }

    /// How much there is of what.
    fn counts(&self) -> Ordered<'_, Counts>;

    /// Up to `most` rows behind `after` in the order of their commit: what an output has yet to write.
    fn rows(&self, after: i64, most: usize, with_links: bool) -> Ordered<'_, Vec<Row>>;

    /// How far each output had got when the crawl was last interrupted.
    fn emitted(&self) -> Ordered<'_, Option<Emitted>>;
}

/// An order to the frontier, under way.
pub type Ordered<'a, T> = BoxFuture<'a, Result<T, FrontierError>>;

/// The number of a URL in the frontier.
pub type UrlId = i64;

/// A URL that has been found, by a link or as a seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Absolute and normalised.
    pub url: String,
    /// What led to it.
    pub kind: LinkKind,
    /// How to visit it. None: it is only known, as the target of a link that leaves the scope.
    pub visit: Option<Place>,
}

/// Where a URL stands in the crawl.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Links from a seed.
    pub depth: u32,
    /// Redirects in a row that led here.
    pub hops: u32,
    /// Whether it is a sitemap, to be read for URLs and not to be a page.
    pub sitemap: bool,
}

/// URLs to visit now.
#[derive(Clone, Debug, Default)]
pub struct Leased {
    /// The URLs, in the order to visit them.
    pub leases: Vec<Lease>,
    /// Nothing is pending and nothing is leased, by anyone: the crawl is at its end.
    pub finished: bool,
}

/// The loan of a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Its number.
    pub id: UrlId,
    /// The URL.
    pub url: String,
    /// Where it stands.
    pub place: Place,
    /// What the last crawl was told, for asking whether anything changed.
    pub validators: Validators,
    /// Not to be requested before this much time has passed: the host's turn, where the frontier reserves it.
    pub wait: Duration,
    /// How often it was tried before, by whomever.
    pub attempts: u32,
    /// Its host is to be left alone, as somebody else has found out: the URL is not to be requested, and this is why.
    pub given_up: Option<Problem>,
}

/// What a host has said to one process, for all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostNews {
    /// To be left in peace for this long.
    pub closed_for: Duration,
    /// It asked to slow down.
    pub slow_down: bool,
    /// Its robots.txt is known, and asks for this gap between requests.
    pub delay: Option<Duration>,
    /// Not to be asked any more, and why.
    pub given_up: Option<Problem>,
}

/// What a server says about a page's version (RFC 9110, section 8.8).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    /// The `ETag` field, as sent.
    pub etag: Option<String>,
    /// The `Last-Modified` field, as sent.
    pub last_modified: Option<String>,
}

impl Validators {
    /// Whether there is nothing to ask with.
    pub fn is_empty(&self) -> bool {
        self.etag.is_none() && self.last_modified.is_none()
    }
}

/// A visit that has ended, on its way to the store.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The lease that it ends.
    pub id: UrlId,
    /// What was found out.
    pub page: Page,
    /// Where its links lead, in document order.
    pub found: Vec<Found>,
    /// For the next crawl.
    pub validators: Validators,
}

/// A page as the store has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its place in the order of commits.
    pub seq: i64,
    /// The page.
    pub page: Page,
}

/// How far the output has got: every row up to `seq` is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Emitted {
    /// The last row that has been written.
    pub seq: i64,
    /// The length of each output file with that row as its last, by the file's name.
    pub lengths: Vec<(String, u64)>,
}

/// How much there is of what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// URLs to visit.
    pub pending: u64,
    /// URLs that are being visited.
    pub leased: u64,
    /// URLs that have been visited.
    pub done: u64,
    /// Bytes of their bodies.
    pub bytes: u64,
}

/// Why the frontier cannot go on.
#[derive(Clone, Debug, thiserror::Error)]
pub enum FrontierError {
    /// Another process has it.
    #[error("{0} is in use by another crawl")]
    InUse(String),
    /// It is not a crawl's state, or one of another version.
    #[error("{0}")]
    Foreign(String),
    /// No room to write.
    #[error(
        "cannot write the state: {0}; what was stored before is intact, the same command goes on once there is room"
    )]
    Full(String),
    /// Anything else.
    #[error("the state failed: {0}")]
    Failed(String),
    /// An earlier order failed, or the frontier has been closed.
    #[error("the state is closed")]
    Closed,
}
