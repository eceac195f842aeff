//! Brings an image that a page shows, as carefully as the crawl brought the page.

use super::USER_AGENT;
use super::addresses;
use crate::config::AuditLimits;
use axum::http::header::LOCATION;
use concurrent_scraper::fetch::{FetchLimits, FetchOptions, Fetcher, Response};
use concurrent_scraper::frontier::Validators;
use concurrent_scraper::page::{Problem, ProblemKind};
use std::time::Duration;
use tokio::time::timeout;
use url::Url;

/// Redirects that are followed.
const MOST_REDIRECTS: usize = 5;
/// The whole, redirects and all. Somebody waits for the answer.
const TOTAL: Duration = Duration::from_secs(12);

/// Fetches images. A clone shares its connections.
#[derive(Clone, Debug)]
pub struct Images {
    fetcher: Fetcher,
    most_bytes: u64,
}

/// Why there is no image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// Its address is one that must not be connected to.
    #[error("{0}")]
    Refused(String),
    /// It could not be had.
    #[error("{0}")]
    Unreachable(String),
    /// It is longer than a page may be.
    #[error("it is too long")]
    TooLong,
}

impl Images {
    /// With these limits.
    ///
    /// # Errors
    /// If no HTTP client can be set up.
    pub fn new(limits: &AuditLimits) -> anyhow::Result<Images> {
        let fetcher = Fetcher::new(&FetchOptions {
            user_agent: USER_AGENT.to_owned(),
            limits: FetchLimits {
                connect: Duration::from_secs(5),
                first_byte: Duration::from_secs(10),
                stall: Duration::from_secs(5),
                total: TOTAL,
                body: limits.page_bytes,
            },
            addresses: addresses::filter(&limits.allow),
            ..FetchOptions::default()
        })?;
        Ok(Images { fetcher, most_bytes: limits.page_bytes })
    }

    /// The bytes of an image; at most five redirects are followed, each checked.
    ///
    /// # Errors
    /// If it cannot be had.
    pub async fn get(&self, url: &str) -> Result<Vec<u8>, ImageError> {
        let late = |_| ImageError::Unreachable(format!("it is not there after {} seconds", TOTAL.as_secs()));
        timeout(TOTAL, self.follow(url)).await.map_err(late)?
    }

    async fn follow(&self, url: &str) -> Result<Vec<u8>, ImageError> {
        let mut url = checked(Url::parse(url))?;
        for _ in 0..=MOST_REDIRECTS {
            // The fetcher looks at every address that it connects to, so at each hop's.
            let response = self.fetcher.get(&url, &Validators::default()).await?;
            match response.status() {
                200..=299 => return self.body(response).await,
                301 | 302 | 303 | 307 | 308 => {
                    let target = response.header(LOCATION).map(|target| url.join(target));
                    url = checked(target.ok_or_else(|| unreachable("a redirect without a target"))?)?;
                }
                status => return Err(unreachable(format!("the server answered {status}"))),
            }
        }
        Err(unreachable(format!("more than {MOST_REDIRECTS} redirects")))
    }

    async fn body(&self, mut response: Response) -> Result<Vec<u8>, ImageError> {
        if response.promised().is_some_and(|length| length > self.most_bytes) {
            return Err(ImageError::TooLong);
        }
        let mut bytes = Vec::new();
        response.read_whole(|piece| bytes.extend_from_slice(piece)).await?;
        Ok(bytes)
    }
}

/// A URL, if it is one that this service asks for.
fn checked(url: Result<Url, url::ParseError>) -> Result<Url, ImageError> {
    let url = url.map_err(|error| unreachable(format!("it has no URL: {error}")))?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        scheme => Err(ImageError::Refused(format!("{scheme} is neither http nor https"))),
    }
}

fn unreachable(why: impl Into<String>) -> ImageError {
    ImageError::Unreachable(why.into())
}

impl From<Problem> for ImageError {
    fn from(problem: Problem) -> ImageError {
        match problem.kind {
            ProblemKind::Address => ImageError::Refused(problem.to_string()),
            ProblemKind::TooLarge => ImageError::TooLong,
            _ => ImageError::Unreachable(problem.to_string()),
        }
    }
}
