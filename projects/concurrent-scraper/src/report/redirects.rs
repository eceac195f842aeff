//! Redirects, from their first address to where they end.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::render::{Finding, fit};

/// A redirect that no other redirect leads to, with all that follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chain {
    /// Where it begins.
    pub url: String,
    /// One or more.
    pub hops: Vec<Hop>,
    /// How it ends.
    pub end: End,
}

/// One redirect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hop {
    /// Its status: 301, 308.
    pub status: Option<u16>,
    /// Where it leads.
    pub to: String,
}

/// How a chain ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// In something that is not known to be broken; it may be outside the crawl.
    Page,
    /// In something broken.
    Broken,
    /// In itself.
    Loop,
}

/// The redirects of a crawl, by where they begin.
#[derive(Debug, Default)]
pub(super) struct Redirects(HashMap<String, Hop>);

impl Redirects {
    pub fn add(&mut self, url: &str, status: Option<u16>, to: &str) {
        self.0.insert(url.to_owned(), Hop { status, to: to.to_owned() });
    }

    /// The chains, by address. A loop that nothing leads into begins at its least address.
    pub fn chains(self, is_broken: impl Fn(&str) -> bool) -> Vec<Chain> {
        let targets: HashSet<&str> = self.0.values().map(|hop| hop.to.as_str()).collect();
        let mut starts: Vec<&str> = self.0.keys().map(String::as_str).collect();
        starts.sort_unstable_by_key(|url| (targets.contains(url), *url));
        let mut seen = HashSet::new();
        let mut chains = Vec::new();
        for start in starts {
            if targets.contains(start) && seen.contains(start) {
                continue;
            }
            let chain = self.follow(start, &is_broken);
            seen.insert(start);
            // Every hop is an address that this chain has shown already, the end of the last one maybe not.
            seen.extend(chain.hops.iter().filter_map(|hop| self.0.get_key_value(&hop.to)).map(|(url, _)| url.as_str()));
            chains.push(chain);
        }
        chains.sort_unstable_by(|one, other| one.url.cmp(&other.url));
        chains
    }

    fn follow(&self, start: &str, is_broken: &impl Fn(&str) -> bool) -> Chain {
        let (mut hops, mut at, mut passed) = (Vec::new(), start, HashSet::from([start]));
        let end = loop {
            let Some(hop) = self.0.get(at) else {
                break if is_broken(at) { End::Broken } else { End::Page };
            };
            hops.push(hop.clone());
            at = &hop.to;
            if !passed.insert(at) {
                break End::Loop;
            }
        };
        Chain { url: start.to_owned(), hops, end }
    }
}

impl Finding for Chain {
    const TITLE: &'static str = "Redirects";
    const COLUMNS: &'static [&'static str] = &["url", "hop", "status", "to", "end"];

    fn records(&self) -> Vec<Vec<String>> {
        let last = self.hops.len();
        let record = |(at, hop): (usize, &Hop)| {
            let status = hop.status.map(|status| status.to_string()).unwrap_or_default();
            let end = if at + 1 == last { self.end.name() } else { "" };
            vec![self.url.clone(), (at + 1).to_string(), status, hop.to.clone(), end.to_owned()]
        };
        self.hops.iter().enumerate().map(record).collect()
    }

    fn lines(&self, width: usize) -> Vec<String> {
        let mut lines = vec![fit(&format!("  {}", self.url), width)];
        for hop in &self.hops {
            let status = hop.status.map(|status| status.to_string()).unwrap_or_default();
            lines.push(fit(&format!("      {status:>3} -> {}", hop.to), width));
        }
        match self.end {
            End::Page => {}
            End::Broken => lines.push("      which is broken".to_owned()),
            End::Loop => lines.push("      which was passed before: a loop".to_owned()),
        }
        lines
    }
}

impl End {
    fn name(self) -> &'static str {
        match self {
            End::Page => "page",
            End::Broken => "broken",
            End::Loop => "loop",
        }
    }
}
