//! Which addresses belong to the crawl.

use std::collections::HashMap;

use regex::RegexSet;
use thiserror::Error;
use url::{Host, Url};

/// How far from the seeds the crawl may go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Region {
    /// The seeds' hosts, each with its port; `http` and `https` count as one.
    #[default]
    Host,
    /// Below the folders of the seeds: `https://h/docs/index.html` lets `https://h/docs/` through and what is below.
    Prefix,
    /// The seeds' hosts and every host below them; a leading `www.` of a seed is not counted.
    Subdomains,
    /// Anywhere.
    Any,
}

/// What a [`Scope`] is made of, besides the seeds.
#[derive(Debug, Clone, Default)]
pub struct ScopeOptions {
    /// How far from the seeds the crawl may go.
    pub region: Region,
    /// Regular expressions over the whole address; if there are any, one of them must match.
    pub include: Vec<String>,
    /// Regular expressions over the whole address; none of them may match.
    pub exclude: Vec<String>,
    /// The most links between a seed (depth 0) and a page; None for any number.
    pub max_depth: Option<u32>,
}

/// An include or exclude pattern that is not a regular expression, or the patterns are too large together.
#[derive(Debug, Error)]
#[error("not a regular expression: {0}")]
pub struct ScopeError(#[from] regex::Error);

/// Why an address does not belong to the crawl.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
pub enum OutOfScope {
    /// Neither `http` nor `https`.
    #[error("not http or https")]
    Scheme,
    /// Too many links away from the seeds.
    #[error("deeper than {0} links")]
    Depth(u32),
    /// Outside the region around the seeds.
    #[error("outside the seeds' region")]
    Region,
    /// An exclude pattern matches.
    #[error("excluded by a pattern")]
    Excluded,
    /// There are include patterns, and none matches.
    #[error("included by no pattern")]
    NotIncluded,
}

/// The addresses that belong to a crawl.
#[derive(Debug, Clone)]
pub struct Scope {
    /// By host: a list of thousands of seeds must not become thousands of comparisons for each link.
    seeds: HashMap<String, Vec<Seed>>,
    region: Region,
    include: RegexSet,
    exclude: RegexSet,
    max_depth: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Seed {
    port: Option<u16>,
    folder: String,
}

impl Scope {
    /// The scope around `seeds`.
    ///
    /// # Errors
    /// A pattern is no regular expression.
    pub fn new(seeds: &[Url], options: &ScopeOptions) -> Result<Scope, ScopeError> {
        let mut by_host: HashMap<String, Vec<Seed>> = HashMap::new();
        for url in seeds {
            let path = url.path();
            let folder = match options.region {
                Region::Prefix => path[..path.rfind('/').map_or(0, |at| at + 1)].to_owned(),
                _ => String::new(),
            };
            let domain = match options.region {
                Region::Subdomains => host(url).strip_prefix("www.").unwrap_or(host(url)),
                _ => host(url),
            };
            let seed = Seed { port: url.port(), folder };
            let seeds = by_host.entry(domain.to_owned()).or_default();
            if !seeds.contains(&seed) {
                seeds.push(seed);
            }
        }
        Ok(Scope {
            seeds: by_host,
            region: options.region,
            include: RegexSet::new(&options.include)?,
            exclude: RegexSet::new(&options.exclude)?,
            max_depth: options.max_depth,
        })
    }

    /// Whether an address found `depth` links away from a seed belongs to the crawl.
    ///
    /// # Errors
    /// It does not, and why.
    pub fn contains(&self, url: &Url, depth: u32) -> Result<(), OutOfScope> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(OutOfScope::Scheme);
        }
        if let Some(limit) = self.max_depth.filter(|limit| depth > *limit) {
            return Err(OutOfScope::Depth(limit));
        }
        if !self.is_near_a_seed(url) {
            return Err(OutOfScope::Region);
        }
        if self.exclude.is_match(url.as_str()) {
            return Err(OutOfScope::Excluded);
        }
        if !self.include.is_empty() && !self.include.is_match(url.as_str()) {
            return Err(OutOfScope::NotIncluded);
        }
        Ok(())
    }

    fn is_near_a_seed(&self, url: &Url) -> bool {
        let seeds_of = |host: &str| self.seeds.get(host).map_or(&[][..], Vec::as_slice);
        let of_this_port = |seed: &&Seed| seed.port == url.port();
        match self.region {
            Region::Any => true,
            Region::Host => seeds_of(host(url)).iter().any(|seed| of_this_port(&seed)),
            Region::Prefix => {
                seeds_of(host(url)).iter().filter(of_this_port).any(|seed| url.path().starts_with(&seed.folder))
            }
            Region::Subdomains => match url.host() {
                // `example.com` holds `a.b.example.com`; nothing lies below an IP address.
                Some(Host::Domain(_)) => domains(host(url)).any(|domain| self.seeds.contains_key(domain)),
                _ => self.seeds.contains_key(host(url)),
            },
        }
    }
}

/// A host and the domains above it.
fn domains(host: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(host), |domain| domain.split_once('.').map(|(_, above)| above))
}

/// The host without the dot that makes a name absolute.
fn host(url: &Url) -> &str {
    let host = url.host_str().unwrap_or_default();
    host.strip_suffix('.').unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn scope(seeds: &[&str], options: &ScopeOptions) -> Scope {
        Scope::new(&seeds.iter().map(|seed| url(seed)).collect::<Vec<_>>(), options).unwrap()
    }

    #[track_caller]
    fn check(seed: &str, region: Region, inside: &[&str], outside: &[&str]) {
        let scope = scope(&[seed], &ScopeOptions { region, ..ScopeOptions::default() });
        for address in inside {
            assert_eq!(scope.contains(&url(address), 0), Ok(()), "{address}");
        }
        for address in outside {
            assert_eq!(scope.contains(&url(address), 0), Err(OutOfScope::Region), "{address}");
        }
    }

    #[test]
    fn regions() {
        let seed = "https://www.example.com/docs/index.html";
        check(
            seed,
            Region::Host,
            &[seed, "http://www.example.com/", "http://www.example.com./"],
            &["https://example.com/", "https://www.example.com:8443/", "https://www.example.com.evil.net/"],
        );
        check(
            seed,
            Region::Prefix,
            &[seed, "http://www.example.com/docs/", "https://www.example.com/docs/a/b?c"],
            &["https://www.example.com/docs", "https://www.example.com/documents/", "https://example.com/docs/"],
        );
        check(
            seed,
            Region::Subdomains,
            &[seed, "https://example.com/", "https://a.b.example.com:81/"],
            &["https://badexample.com/", "https://example.com.evil.net/", "https://com/"],
        );
        check("http://10.0.0.1/", Region::Subdomains, &["http://10.0.0.1/"], &["http://1.10.0.0.1.nip/"]);
        check("http://h/", Region::Any, &["https://other/"], &[]);
    }

    #[test]
    fn only_the_web() {
        let scope = scope(&["http://h/"], &ScopeOptions { region: Region::Any, ..ScopeOptions::default() });
        for address in ["ftp://h/", "file:///etc/passwd", "mailto:a@h", "javascript:1", "data:,x"] {
            assert_eq!(scope.contains(&url(address), 0), Err(OutOfScope::Scheme), "{address}");
        }
    }

    #[test]
    fn depth_and_patterns() {
        let options = ScopeOptions {
            include: vec![r"/blog/".into(), r"\?page=\d+$".into()],
            exclude: vec![r"/draft/".into()],
            max_depth: Some(2),
            ..ScopeOptions::default()
        };
        let scope = scope(&["http://h/"], &options);
        assert_eq!(scope.contains(&url("http://h/blog/a"), 2), Ok(()));
        assert_eq!(scope.contains(&url("http://h/blog/a"), 3), Err(OutOfScope::Depth(2)));
        assert_eq!(scope.contains(&url("http://h/?page=2"), 0), Ok(()));
        assert_eq!(scope.contains(&url("http://h/about"), 0), Err(OutOfScope::NotIncluded));
        assert_eq!(scope.contains(&url("http://h/blog/draft/a"), 0), Err(OutOfScope::Excluded));
        let bad = ScopeOptions { include: vec!["(".into()], ..ScopeOptions::default() };
        assert!(Scope::new(&[], &bad).is_err());
    }

    #[test]
    fn several_seeds_and_many_of_one_site() {
        let options = ScopeOptions { region: Region::Prefix, ..ScopeOptions::default() };
        let scope = scope(&["http://h/a/1", "http://h/a/2", "http://h/b/1", "http://g/a/"], &options);
        assert_eq!((scope.seeds.len(), scope.seeds["h"].len()), (2, 2));
        assert!(scope.contains(&url("http://h/b/9"), 0).is_ok());
        assert!(scope.contains(&url("http://g/b/"), 0).is_err());
    }
}
