//! Broken links, and where to mend them.

use serde::Serialize;

use super::render::{Finding, fit};
use crate::page::{LinkKind, Page};

/// A link that leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BrokenLink {
    /// Where it leads.
    pub url: String,
    /// The status of the response, if there was one.
    pub status: Option<u16>,
    /// What went wrong, if it was not the status: the kind and the particulars.
    pub problem: Option<String>,
    /// The pages to mend.
    pub linked_from: Vec<Referrer>,
}

/// A page with a broken link.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Referrer {
    /// The page.
    pub url: String,
    /// What kind of link it has.
    pub kind: LinkKind,
}

/// How many pages are listed for one link, for people; the other forms have all.
const SHOWN: usize = 10;

impl BrokenLink {
    /// The row for a page that could not be had, and the pages that link there.
    pub fn new(page: &Page, linked_from: impl IntoIterator<Item = (String, LinkKind)>) -> BrokenLink {
        BrokenLink {
            url: page.url.clone(),
            status: page.status,
            problem: page.problem.as_ref().map(ToString::to_string),
            linked_from: linked_from.into_iter().map(|(url, kind)| Referrer { url, kind }).collect(),
        }
    }

    fn why(&self) -> String {
        match (&self.problem, self.status) {
            (Some(problem), _) => problem.clone(),
            (None, Some(status)) => status.to_string(),
            (None, None) => String::new(),
        }
    }
}

impl Finding for BrokenLink {
    const TITLE: &'static str = "Broken links";
    const COLUMNS: &'static [&'static str] = &["url", "status", "problem", "linked_from", "kind"];

    fn records(&self) -> Vec<Vec<String>> {
        let record = |page: &str, kind: &str| {
            let status = self.status.map(|status| status.to_string()).unwrap_or_default();
            let problem = self.problem.clone().unwrap_or_default();
            vec![self.url.clone(), status, problem, page.to_owned(), kind.to_owned()]
        };
        if self.linked_from.is_empty() {
            // A seed, or an entry of a sitemap: broken though no page links there.
            return vec![record("", "")];
        }
        self.linked_from.iter().map(|page| record(&page.url, page.kind.name())).collect()
    }

    fn lines(&self, width: usize) -> Vec<String> {
        let mut lines = vec![fit(&format!("  {}", self.url), width), fit(&format!("      {}", self.why()), width)];
        for page in self.linked_from.iter().take(SHOWN) {
            let kind = page.kind.name();
            lines.push(format!("      on {} ({kind})", fit(&page.url, width.saturating_sub(kind.len() + 12))));
        }
        let more = self.linked_from.len().saturating_sub(SHOWN);
        if more > 0 {
            lines.push(format!("      and {more} more"));
        }
        lines
    }
}
