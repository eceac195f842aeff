//! robots.txt (RFC 9309).

use super::retry_after;
use crate::fetch::Fetcher;
use crate::frontier::Validators;
use crate::page::{Problem, ProblemKind};
use reqwest::header::{LOCATION, RETRY_AFTER};
use robotxt::{AccessResult, Robots};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use url::Url;

/// What is read of a file (section 2.5).
const MOST_BYTES: usize = 500 * 1024;
/// Redirects that are followed (section 2.3.1.2).
const MOST_REDIRECTS: usize = 5;

/// What a host allows.
#[derive(Clone, Debug)]
pub enum Rules {
    /// What its robots.txt says; everything, where it has none.
    Known(Arc<Robots>),
    /// It could not be had, which forbids everything (section 2.3.1.4).
    Unreachable(Problem),
}

impl Rules {
    /// The rules in a file.
    pub fn parse(file: &[u8], agent: &str) -> Rules {
        let file = &file[..file.len().min(MOST_BYTES)];
        // A line that the limit cuts could allow or forbid what its whole does not.
        let whole = match file.len() < MOST_BYTES {
            true => file,
            false => &file[..file.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(0)],
        };
        Rules::Known(Arc::new(Robots::from_access(AccessResult::Successful(whole), product(agent))))
    }

    /// No rules: everything is allowed.
    pub fn none() -> Rules {
        Rules::Known(Arc::new(Robots::allow_all()))
    }

    /// Whether a URL may be asked for.
    pub fn allows(&self, url: &Url) -> bool {
        match self {
            Rules::Known(robots) => robots.is_url_allowed(url),
            Rules::Unreachable(_) => false,
        }
    }

    /// The gap that the host asks for.
    pub fn delay(&self) -> Option<Duration> {
        match self {
            Rules::Known(robots) => robots.crawl_delay(),
            Rules::Unreachable(_) => None,
        }
    }

    /// The sitemaps that it names.
    pub fn sitemaps(&self) -> &[Url] {
        match self {
            Rules::Known(robots) => robots.sitemaps(),
            Rules::Unreachable(_) => &[],
        }
    }
}

/// The name that robots.txt is searched for: the first word of the user agent, without its version.
pub(crate) fn product(agent: &str) -> &str {
    let end = agent.find(|character: char| !(character.is_ascii_alphabetic() || "-_".contains(character)));
    &agent[..end.unwrap_or(agent.len())]
}

/// No answer to the question for robots.txt, and how long to wait before asking again, where the host said that.
#[derive(Debug)]
pub(crate) struct Unreachable {
    pub(crate) problem: Problem,
    pub(crate) wait: Option<Duration>,
}

impl From<Problem> for Unreachable {
    fn from(problem: Problem) -> Unreachable {
        Unreachable { problem, wait: None }
    }
}

/// Asks a host for its rules. 4xx other than 429: there are none; 429, 5xx and no answer: unreachable.
pub(crate) async fn fetch_rules(fetcher: &Fetcher, origin: &str, agent: &str) -> Result<Rules, Unreachable> {
    let unusable = |_| Problem::new(ProblemKind::Protocol, "the host has no robots.txt URL");
    let mut url = Url::parse(&format!("{origin}/robots.txt")).map_err(unusable)?;
    for _ in 0..=MOST_REDIRECTS {
        let mut response = fetcher.get(&url, &Validators::default()).await?;
        match response.status() {
            300..400 => {
                let target = response.header(LOCATION).and_then(|target| url.join(target).ok());
                match target.filter(|target| matches!(target.scheme(), "http" | "https")) {
                    Some(target) => url = target,
                    None => return Ok(Rules::none()),
                }
            }
            200..300 => {
                let mut file = Vec::new();
                let read = response.read(MOST_BYTES as u64, |piece| file.extend_from_slice(piece)).await;
                if let Err(problem) = read
                    && problem.kind != ProblemKind::TooLarge
                {
                    return Err(problem.into());
                }
                return Ok(Rules::parse(&file, agent));
            }
            status @ (429 | 500..) => {
                let wait = response.header(RETRY_AFTER).and_then(|value| retry_after(value, SystemTime::now()));
                let problem = Problem::new(ProblemKind::RobotsUnreachable, format!("robots.txt answered {status}"));
                return Err(Unreachable { problem, wait });
            }
            _ => return Ok(Rules::none()),
        }
    }
    // Section 2.3.1.2: more redirects than five may count as no file.
    Ok(Rules::none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(file: &str, path: &str) -> bool {
        Rules::parse(file.as_bytes(), "concurrent-scraper/1.0")
            .allows(&Url::parse("http://h").unwrap().join(path).unwrap())
    }

    #[test]
    fn the_longest_match_decides() {
        let file = "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /*.pdf$\n";
        assert!(!allows(file, "/a/c"));
        assert!(allows(file, "/a/b/c"));
        assert!(!allows(file, "/x.pdf"));
        assert!(allows(file, "/x.pdf?y"));
        assert!(allows(file, "/robots.txt"));
    }

    #[test]
    fn our_own_group_wins() {
        let file =
            "User-agent: *\nDisallow: /\n\nUser-agent: Concurrent-Scraper\nDisallow: /private\nCrawl-delay: 2.5\n";
        assert!(allows(file, "/"));
        assert!(!allows(file, "/private/x"));
        assert_eq!(Rules::parse(file.as_bytes(), "concurrent-scraper/1.0").delay(), Some(Duration::from_millis(2500)));
    }

    #[test]
    fn a_file_is_cut_at_a_line() {
        let mut file = "User-agent: *\n".to_owned();
        while file.len() < MOST_BYTES - 10 {
            file.push_str("# filler\n");
        }
        file.truncate(MOST_BYTES - 12);
        file.push_str("\nDisallow: /only-this\n");
        // Cut in its middle the line would forbid everything.
        assert!(allows(&file, "/x"));
    }

    #[test]
    fn a_hostile_file_costs_little() {
        let rule = format!("Disallow: /{}\n", "*a".repeat(40));
        let file = format!("User-agent: *\n{}", rule.repeat(6_000));
        let started = std::time::Instant::now();
        let rules = Rules::parse(file.as_bytes(), "x");
        let url = Url::parse(&format!("http://h/{}", "a".repeat(2_000))).unwrap();
        rules.allows(&url);
        // Some thousand times what it takes: this fails for exponential matching, not for a busy machine.
        assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    }
}
