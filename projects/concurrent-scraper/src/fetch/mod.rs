//! Brings one response: one request, bounded in time and size, told apart in what can go wrong.
//!
//! Redirects are not followed here. Where one leads is a URL like any other: the frontier knows whether it has been
//! visited, the scope whether it may be, the host's gate when.

mod client;
mod problem;
mod resolver;

pub use client::{FetchOptions, Proxy, SetupError};
pub use resolver::AddressFilter;

use crate::frontier::Validators;
use crate::page::{Problem, ProblemKind};
use reqwest::header::{HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH};
use std::fmt;
use std::future::Future;
use std::time::{Duration, Instant};
use tokio::time::timeout;
use url::{Host, Url};

/// Sends requests. Connections are kept and shared.
#[derive(Clone)]
pub struct Fetcher {
    client: reqwest::Client,
    limits: FetchLimits,
    filter: AddressFilter,
    headers: HeaderMap,
    login: Option<(String, String)>,
    trusted: Vec<String>,
}

/// How long a response may take, and how long it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FetchLimits {
    /// Until there is a connection.
    pub connect: Duration,
    /// From sending the request, a connection included, to the head of the response.
    pub first_byte: Duration,
    /// Between two pieces of the body.
    pub stall: Duration,
    /// The whole.
    pub total: Duration,
    /// Bytes of a body, unpacked.
    pub body: u64,
}

impl Default for FetchLimits {
    fn default() -> FetchLimits {
        FetchLimits {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(30),
            stall: Duration::from_secs(20),
            total: Duration::from_secs(120),
            body: 32 << 20,
        }
    }
}

impl Fetcher {
    /// A fetcher with these options.
    ///
    /// # Errors
    /// If an option makes no sense: a proxy that is no URL, a header that is no header.
    pub fn new(options: &FetchOptions) -> Result<Fetcher, SetupError> {
        Ok(Fetcher {
            client: client::build(options)?,
            limits: options.limits,
            filter: options.addresses.clone(),
            headers: client::private_headers(options)?,
            login: options.login.clone(),
            trusted: options.trusted.clone(),
        })
    }

    /// Asks for a URL, and whether it has changed where `known` says what it was.
    ///
    /// # Errors
    /// When no head of a response came.
    pub async fn get(&self, url: &Url, known: &Validators) -> Result<Response, Problem> {
        // A host that is an address needs no resolver, so that the resolver's filter does not see it.
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
            _ => None,
        };
        if let Some(address) = literal.filter(|address| !self.filter.allows(*address)) {
            return Err(Problem::new(ProblemKind::Address, format!("{address} is not to be connected to")));
        }
        let mut request = self.client.get(url.clone());
        if let Some(etag) = &known.etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        if let Some(date) = &known.last_modified {
            request = request.header(IF_MODIFIED_SINCE, date);
        }
        if (self.login.is_some() || !self.headers.is_empty()) && self.trusts(url) {
            request = request.headers(self.headers.clone());
            if let Some((name, password)) = &self.login {
                request = request.basic_auth(name, Some(password));
            }
        }
        let started = Instant::now();
        let first_byte = self.limits.first_byte.min(self.limits.total);
        let response = match timeout(first_byte, request.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(problem::of(&error)),
            Err(_) => {
                return Err(Problem::new(ProblemKind::FirstByteTimeout, format!("nothing within {first_byte:?}")));
            }
        };
        Ok(Response { first_byte: started.elapsed(), started, limits: self.limits, response })
    }

    fn trusts(&self, url: &Url) -> bool {
        let origin = url.origin().ascii_serialization();
        self.trusted.contains(&origin)
    }
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetcher").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// The head of a response, and its body to come.
#[derive(Debug)]
pub struct Response {
    /// How long the head took.
    pub first_byte: Duration,
    started: Instant,
    limits: FetchLimits,
    response: reqwest::Response,
}

impl Response {
    /// The status.
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// All fields.
    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// A field, where it is text.
    pub fn header(&self, name: HeaderName) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    /// The length that the head gives, where the body is not packed.
    pub fn promised(&self) -> Option<u64> {
        self.response.content_length()
    }

    /// Since the request was sent.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Reads up to `most` bytes of the body, unpacked, piece by piece. Returns how many there were.
    ///
    /// # Errors
    /// When the body is not whole, or longer. `sink` has had what came of it.
    pub async fn read(&mut self, most: u64, mut sink: impl FnMut(&[u8])) -> Result<u64, Problem> {
        let mut length = 0;
        while let Some(piece) = self.piece().await? {
            let room = usize::try_from(most - length).unwrap_or(usize::MAX);
            let fits = &piece[..piece.len().min(room)];
            sink(fits);
            length += fits.len() as u64;
            if fits.len() < piece.len() {
                return Err(Problem::new(ProblemKind::TooLarge, format!("more than {most} bytes")));
            }
        }
        Ok(length)
    }

    /// As [`Response::read`] with the fetcher's own limit.
    ///
    /// # Errors
    /// As there.
    pub async fn read_whole(&mut self, sink: impl FnMut(&[u8])) -> Result<u64, Problem> {
        self.read(self.limits.body, sink).await
    }

    async fn piece(&mut self) -> Result<Option<impl std::ops::Deref<Target = [u8]> + use<>>, Problem> {
        let left = self.limits.total.saturating_sub(self.started.elapsed());
        let (limit, kind) = match left < self.limits.stall {
            true => (left, ProblemKind::Timeout),
            false => (self.limits.stall, ProblemKind::Stalled),
        };
        within(limit, kind, self.response.chunk()).await?.map_err(|error| problem::of(&error))
    }
}

async fn within<T>(limit: Duration, kind: ProblemKind, future: impl Future<Output = T>) -> Result<T, Problem> {
    let message = || match kind {
        ProblemKind::Stalled => format!("the body stood still for {limit:?}"),
        _ => "the body is not whole yet".to_owned(),
    };
    timeout(limit, future).await.map_err(|_| Problem::new(kind, message()))
}
