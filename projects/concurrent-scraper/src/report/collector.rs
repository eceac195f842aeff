//! One look at every page, keeping what the reports will show.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashSet};

use super::redirects::Redirects;
use super::{Chain, SlowPage, Summary};
use crate::page::Page;

/// Collects findings from the pages of a crawl, in any order. It grows with the findings, not with the crawl.
#[derive(Debug, Default)]
pub struct Collector {
    slow: BTreeSet<(u32, Reverse<String>, u32, u64)>,
    most_slow: usize,
    redirects: Redirects,
    broken: HashSet<String>,
    summary: Summary,
}

/// What was collected.
#[derive(Debug)]
pub struct Findings {
    /// The slowest pages, the slowest first.
    pub slowest: Vec<SlowPage>,
    /// The redirects, by address.
    pub redirects: Vec<Chain>,
    /// The crawl in numbers.
    pub summary: Summary,
}

impl Collector {
    /// Keeps the `most_slow` slowest pages.
    pub fn new(most_slow: usize) -> Self {
        Self { most_slow, ..Self::default() }
    }

    /// Looks at a page.
    pub fn add(&mut self, page: &Page) {
        self.summary.add(page);
        if page.is_broken() {
            self.broken.insert(page.url.clone());
        }
        if let Some(target) = &page.redirect {
            self.redirects.add(&page.url, page.status, target);
        }
        let faster_than_all = self.slow.first().is_some_and(|fastest| page.total_ms < fastest.0);
        if page.status.is_some() && !(self.slow.len() >= self.most_slow && faster_than_all) {
            self.slow.insert((page.total_ms, Reverse(page.url.clone()), page.first_byte_ms, page.bytes));
            if self.slow.len() > self.most_slow {
                self.slow.pop_first();
            }
        }
    }

    /// The findings.
    pub fn finish(self) -> Findings {
        let slow_page =
            |(total_ms, Reverse(url), first_byte_ms, bytes)| SlowPage { url, total_ms, first_byte_ms, bytes };
        Findings {
            slowest: self.slow.into_iter().rev().map(slow_page).collect(),
            redirects: self.redirects.chains(|url| self.broken.contains(url)),
            summary: self.summary,
        }
    }
}
