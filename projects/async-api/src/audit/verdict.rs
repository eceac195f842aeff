//! What comes of an attempt.

use crate::model::{Counts, Finding};
use crate::store::StoreError;
use concurrent_scraper::crawl::CrawlError;
use concurrent_scraper::frontier::FrontierError;
use std::time::Duration;

/// What came of an attempt that did not fail.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// The audit is over.
    Ended {
        /// Whether before its time, because somebody wanted it so.
        cancelled: bool,
        /// It in numbers.
        counts: Counts,
        /// What was found.
        findings: Vec<Finding>,
    },
    /// The process ends. What has been visited is in the state file.
    Released,
}

/// Why an attempt failed.
#[derive(Debug, thiserror::Error)]
pub enum AttemptError {
    /// The job is another's, or the audit is gone: nothing may be written any more.
    #[error("the lease was lost")]
    Lost,
    /// It took too long.
    #[error("it takes longer than {0:?}, the most that an audit may take")]
    Time(Duration),
    /// It starts nowhere.
    #[error("it has no URL to start at: {0}")]
    Url(#[from] url::ParseError),
    /// The crawl could not go on.
    #[error(transparent)]
    Crawl(#[from] CrawlError),
    /// Its state could not be kept on this machine.
    #[error(transparent)]
    State(#[from] FrontierError),
    /// What it found could not be recorded.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A defect of ours.
    #[error("a part of the service failed: {0}")]
    Defect(String),
}

impl AttemptError {
    /// What went wrong, for whoever asked for the audit. Paths, and what a database says, are for the log.
    pub fn to_clients(&self) -> String {
        let text = match self {
            Self::State(_) | Self::Crawl(CrawlError::Frontier(_)) => "the crawl's state could not be kept",
            Self::Store(_) | Self::Crawl(CrawlError::Consumer(_)) => "what was found could not be recorded",
            Self::Defect(_) | Self::Crawl(CrawlError::Defect(_)) => "a part of the service failed",
            other => return other.to_string(),
        };
        text.to_owned()
    }

    /// Whether another attempt may fare better.
    pub fn may_pass(&self) -> bool {
        use CrawlError::{Scope, Seeds, Setup};
        !matches!(self, Self::Time(_) | Self::Url(_) | Self::Crawl(Scope(_) | Seeds(_) | Setup(_)))
    }

    /// Whether the state file is to blame: the next attempt is better off without it.
    pub fn is_damage(&self) -> bool {
        use FrontierError::{Failed, Foreign};
        matches!(self, Self::State(Failed(_) | Foreign(_)) | Self::Crawl(CrawlError::Frontier(Failed(_) | Foreign(_))))
    }
}
