//! A crawl in numbers.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::render::fit;
use crate::page::Page;

/// A crawl in numbers.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Summary {
    /// URLs visited, redirects and failures among them.
    pub urls: u64,
    /// Those with a status of 200 to 299, or 304.
    pub ok: u64,
    /// Those that are redirects.
    pub redirects: u64,
    /// Those that a link to them makes a broken link.
    pub broken: u64,
    /// Those that were not asked for: robots.txt, or an address that must not be connected to.
    pub refused: u64,
    /// Pages that were cut at a limit.
    pub truncated: u64,
    /// How often each status came.
    pub statuses: BTreeMap<u16, u64>,
    /// How often each problem came.
    pub problems: BTreeMap<&'static str, u64>,
    /// Different links of all pages, added up.
    pub links: u64,
    /// Bytes of all bodies, unpacked.
    pub bytes: u64,
    /// Requests beyond the first of a URL.
    pub retries: u64,
    /// Milliseconds to the last byte of the slowest page.
    pub slowest_ms: u32,
    /// Milliseconds to the last byte, of all pages added up.
    pub total_ms: u64,
}

impl Summary {
    /// Counts a page.
    pub fn add(&mut self, page: &Page) {
        self.urls += 1;
        let fine = page.problem.is_none() && page.status.is_some_and(|status| matches!(status, 200..=299 | 304));
        self.ok += u64::from(fine);
        self.redirects += u64::from(page.redirect.is_some());
        self.broken += u64::from(page.is_broken());
        self.refused += u64::from(page.problem.as_ref().is_some_and(|problem| problem.kind.is_refusal()));
        self.truncated += u64::from(page.truncated);
        if let Some(status) = page.status {
            *self.statuses.entry(status).or_default() += 1;
        }
        if let Some(problem) = &page.problem {
            *self.problems.entry(problem.kind.name()).or_default() += 1;
        }
        self.links += u64::from(page.link_count);
        self.bytes += page.bytes;
        self.retries += u64::from(page.attempts.saturating_sub(1));
        self.slowest_ms = self.slowest_ms.max(page.total_ms);
        self.total_ms += u64::from(page.total_ms);
    }

    /// Writes it as a table, for people. With the time that the crawl took there are rates in it.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn text(&self, took: Option<std::time::Duration>, width: usize, out: &mut impl Write) -> io::Result<()> {
        let mut rows = vec![
            ("URLs", grouped(self.urls)),
            ("ok", grouped(self.ok)),
            ("redirects", grouped(self.redirects)),
            ("broken", grouped(self.broken)),
            ("refused", grouped(self.refused)),
            ("links", grouped(self.links)),
            ("bytes", grouped(self.bytes)),
            ("retries", grouped(self.retries)),
        ];
        if self.truncated > 0 {
            rows.push(("cut at a limit", grouped(self.truncated)));
        }
        if let Some(mean) = self.total_ms.checked_div(self.urls) {
            rows.push(("ms a page", format!("{} (slowest {})", grouped(mean), grouped(self.slowest_ms.into()))));
        }
        if let Some(took) = took.filter(|took| !took.is_zero()) {
            let seconds = took.as_secs_f64();
            rows.push(("took", format!("{seconds:.1} s, {:.0} URLs/s", self.urls as f64 / seconds)));
        }
        let counts = |counts: Vec<(String, u64)>| {
            counts.into_iter().map(|(what, count)| format!("{what}: {}", grouped(count))).collect::<Vec<_>>().join(", ")
        };
        let statuses = counts(self.statuses.iter().map(|(status, count)| (status.to_string(), *count)).collect());
        let problems = counts(self.problems.iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect());
        rows.extend([("statuses", statuses), ("problems", problems)].into_iter().filter(|(_, text)| !text.is_empty()));
        for (name, value) in rows {
            writeln!(out, "{}", fit(&format!("{name:<15}{value}"), width.max(60)))?;
        }
        Ok(())
    }
}

/// 1234567 as `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let separator = |at: usize| (at > 0 && (digits.len() - at).is_multiple_of(3)).then_some(',');
    digits.chars().enumerate().flat_map(|(at, digit)| separator(at).into_iter().chain([digit])).collect()
}
