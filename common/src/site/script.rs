//! What to answer to the first request for a path, to the second, and to all that follow.

use super::content::Content;
use super::lock;
use super::reply::Reply;
use std::collections::HashMap;
use std::sync::Mutex;

/// A sequence of replies, one for each request for a path, and a reply for all requests after them.
///
/// A [`Reply`] or a [`Content`] alone is a script that always answers so. [`Reply::times`] makes
/// a finite one, and [`Script::then`] goes on:
///
/// ```
/// # use common::site::{Content, Reply, Script};
/// // 500, 500, 429, then what the site serves.
/// let script = Reply::status(500).times(2).then(Reply::retry_after(429, 1).times(1));
/// // 500 once, then 404 for ever.
/// let script = Reply::status(500).times(1).then(Reply::status(404));
/// ```
pub struct Script {
    steps: Vec<(Reply, u64)>,
    afterwards: Reply,
    /// How many requests for each path there have been.
    requests: Mutex<HashMap<String, u64>>,
}

impl Script {
    pub(super) fn times(reply: Reply, times: u64) -> Script {
        Script { steps: vec![(reply, times)], ..Script::from(Reply::serve()) }
    }

    /// Goes on with another script, or with one reply for ever, instead of serving.
    pub fn then(mut self, next: impl Into<Script>) -> Script {
        let next = next.into();
        self.steps.extend(next.steps);
        self.afterwards = next.afterwards;
        self
    }

    /// Fails with this status this many times, then serves: 500, 500, 200.
    pub fn fail_then_serve(status: u16, times: u64) -> Script {
        Reply::status(status).times(times)
    }

    /// The reply to the next request for a path.
    fn next(&self, path: &str) -> &Reply {
        if self.steps.is_empty() {
            return &self.afterwards;
        }
        let mut requests = lock(&self.requests);
        let request = requests.entry(path.to_owned()).or_default();
        let mut before = *request;
        *request += 1;
        for (reply, times) in &self.steps {
            match before.checked_sub(*times) {
                None => return reply,
                Some(rest) => before = rest,
            }
        }
        &self.afterwards
    }
}

impl From<Reply> for Script {
    fn from(reply: Reply) -> Script {
        Script { steps: Vec::new(), afterwards: reply, requests: Mutex::default() }
    }
}

impl From<Content> for Script {
    fn from(content: Content) -> Script {
        Script::from(Reply::from(content))
    }
}

/// The scripts of a site, by path.
#[derive(Default)]
pub(super) struct Routes {
    exact: HashMap<String, Script>,
    /// The longest prefix first.
    prefixes: Vec<(String, Script)>,
}

impl Routes {
    pub(super) fn insert(&mut self, pattern: &str, script: Script) {
        assert!(pattern.starts_with('/'), "the pattern {pattern:?} does not start with a slash");
        let Some(prefix) = pattern.strip_suffix('*') else {
            self.exact.insert(pattern.to_owned(), script);
            return;
        };
        self.prefixes.retain(|(other, _)| other != prefix);
        self.prefixes.push((prefix.to_owned(), script));
        self.prefixes.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
    }

    /// The scripted reply to the next request for a path.
    pub(super) fn next(&self, path: &str) -> Option<&Reply> {
        let prefixed = || self.prefixes.iter().find(|(prefix, _)| path.starts_with(prefix));
        let script = self.exact.get(path).or_else(|| prefixed().map(|(_, script)| script))?;
        Some(script.next(path))
    }
}
