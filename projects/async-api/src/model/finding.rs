//! What an audit found.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The kinds of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A link that leads nowhere.
    BrokenLink,
    /// A link that leads somewhere else.
    Redirect,
    /// A page that takes its time.
    SlowPage,
    /// Pages with one title.
    DuplicateTitle,
}

impl FindingKind {
    /// All of them, the gravest first.
    pub const ALL: [FindingKind; 4] =
        [FindingKind::BrokenLink, FindingKind::Redirect, FindingKind::SlowPage, FindingKind::DuplicateTitle];

    /// The name in JSON and in the store.
    pub fn name(self) -> &'static str {
        match self {
            FindingKind::BrokenLink => "broken_link",
            FindingKind::Redirect => "redirect",
            FindingKind::SlowPage => "slow_page",
            FindingKind::DuplicateTitle => "duplicate_title",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<FindingKind> {
        FindingKind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// One finding. Its number is its place in the audit's list: the gravest kind first, from 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// Its place in the list.
    pub number: u64,
    /// What kind.
    pub kind: FindingKind,
    /// The page that it is about; of several the first.
    pub url: String,
    /// The particulars, whose form goes by the kind.
    pub detail: Detail,
}

/// The particulars of a finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Detail {
    /// Of a broken link.
    Broken {
        /// The status of the response, if there was one.
        status: Option<u16>,
        /// What went wrong, if it was not the status.
        problem: Option<String>,
        /// The pages that link there: the first hundred.
        linked_from: Vec<String>,
        /// How many pages link there.
        links: u64,
    },
    /// Of a redirect.
    Redirect {
        /// Where each hop leads, in order.
        hops: Vec<String>,
        /// The status of each hop.
        statuses: Vec<Option<u16>>,
        /// How the chain ends: `page`, `broken` or `loop`.
        end: String,
    },
    /// Of a slow page.
    Slow {
        /// Milliseconds to the last byte.
        total_ms: u32,
        /// Milliseconds to the first byte.
        first_byte_ms: u32,
        /// The length of the body.
        bytes: u64,
    },
    /// Of pages with one title.
    Titles {
        /// The title.
        title: String,
        /// The pages: the first hundred.
        pages: Vec<String>,
        /// How many pages have it.
        count: u64,
    },
}

impl Detail {
    /// The kind that has particulars of this form.
    pub fn kind(&self) -> FindingKind {
        match self {
            Detail::Broken { .. } => FindingKind::BrokenLink,
            Detail::Redirect { .. } => FindingKind::Redirect,
            Detail::Slow { .. } => FindingKind::SlowPage,
            Detail::Titles { .. } => FindingKind::DuplicateTitle,
        }
    }
}
