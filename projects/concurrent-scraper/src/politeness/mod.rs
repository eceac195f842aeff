//! Who may be asked, and when: robots.txt, requests at a time, gaps between them, and keeping away when asked to.

mod host;
mod hosts;
mod retry_after;
mod robots;

pub(crate) use host::Feedback;
pub(crate) use hosts::{Ended, Hosts, Job, Work};
pub(crate) use retry_after::retry_after;
pub use robots::Rules;
pub(crate) use robots::{Unreachable, fetch_rules, product};

use std::time::Duration;

/// How a crawl treats the hosts that it visits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Politeness {
    /// Whether to obey robots.txt (RFC 9309).
    pub robots: bool,
    /// Requests under way at one host.
    pub per_host: usize,
    /// Time between the end of one request to a host and the start of the next. A host with a delay, by this or by its
    /// robots.txt, is sent one request at a time: only so the gap holds as the host sees it.
    pub delay: Duration,
    /// The longest `Crawl-delay` that is obeyed; a longer one counts as this.
    pub longest_crawl_delay: Duration,
    /// The longest `Retry-After` that is waited for. A host that asks for more is left alone, and its URLs say so.
    pub patience: Duration,
    /// How often a URL is tried again after what may pass.
    pub retries: u32,
    /// The wait before the first retry; it doubles with each, and a quarter of it is random.
    pub back_off: Duration,
    /// After this many URLs in a row that a host refused or did not answer to the last try, it is left alone.
    pub give_up_after: u32,
    /// Whether links that say `nofollow` are left alone, and those of pages that say it.
    pub no_follow: bool,
}

impl Default for Politeness {
    fn default() -> Politeness {
        Politeness {
            robots: true,
            per_host: 8,
            delay: Duration::ZERO,
            longest_crawl_delay: Duration::from_secs(60),
            patience: Duration::from_secs(300),
            retries: 3,
            back_off: Duration::from_millis(500),
            give_up_after: 10,
            no_follow: false,
        }
    }
}
