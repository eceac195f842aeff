//! What a fetcher is told once.

use super::FetchLimits;
use super::resolver::{AddressFilter, Filtered};
use reqwest::dns::Resolve;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Idle connections are dropped before most servers do it: a request must not meet a closing connection.
const IDLE: Duration = Duration::from_secs(15);

/// What requests look like and how they travel.
#[derive(Clone)]
pub struct FetchOptions {
    /// The `User-Agent`, whose product name robots.txt is asked for.
    pub user_agent: String,
    /// Fields for every request to a trusted host.
    pub headers: Vec<(String, String)>,
    /// Name and password for basic authentication, for trusted hosts.
    pub login: Option<(String, String)>,
    /// The origins (`https://host:port`, the port where it is not the scheme's) that get `headers` and `login`. Nobody
    /// else does: a link to another host must not carry a password there.
    pub trusted: Vec<String>,
    /// Whether to keep cookies and send them back, for as long as the crawl runs. It takes the feature `cookies`.
    pub cookies: bool,
    /// The way out.
    pub proxy: Proxy,
    /// Certificates to trust besides the system's, in PEM.
    pub certificates: Vec<Vec<u8>>,
    /// Trusts any certificate: whoever sits in between can read and change everything.
    pub insecure: bool,
    /// How long and how much.
    pub limits: FetchLimits,
    /// Which addresses may be connected to.
    pub addresses: AddressFilter,
    /// Finds addresses of names. None: the system does.
    pub resolver: Option<Arc<dyn Resolve>>,
}

/// The way out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Proxy {
    /// None: straight to the site.
    #[default]
    Direct,
    /// What `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` say.
    Environment,
    /// This one: `http://`, `https://` or `socks5://`.
    Url(String),
}

impl Default for FetchOptions {
    fn default() -> FetchOptions {
        FetchOptions {
            user_agent: concat!("concurrent-scraper/", env!("CARGO_PKG_VERSION")).to_owned(),
            headers: Vec::new(),
            login: None,
            trusted: Vec::new(),
            cookies: false,
            proxy: Proxy::Direct,
            certificates: Vec::new(),
            insecure: false,
            limits: FetchLimits::default(),
            addresses: AddressFilter::default(),
            resolver: None,
        }
    }
}

impl fmt::Debug for FetchOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without what is secret.
        f.debug_struct("FetchOptions")
            .field("user_agent", &self.user_agent)
            .field("proxy", &self.proxy)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// An option that makes no sense.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// A header field that cannot be sent.
    #[error("{0:?} cannot be sent as a header field")]
    Header(String),
    /// A proxy, a certificate or the system's TLS.
    #[error("cannot set up the HTTP client: {}", super::problem::chain(.0))]
    Client(#[from] reqwest::Error),
}

/// The fields that only trusted hosts get.
pub(super) fn private_headers(options: &FetchOptions) -> Result<HeaderMap, SetupError> {
    let mut headers = HeaderMap::new();
    for (name, value) in &options.headers {
        let (Ok(field), Ok(mut content)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value))
        else {
            return Err(SetupError::Header(name.clone()));
        };
        content.set_sensitive(true);
        headers.append(field, content);
    }
    Ok(headers)
}

pub(super) fn build(options: &FetchOptions) -> Result<reqwest::Client, SetupError> {
    let agent = HeaderValue::from_str(&options.user_agent).map_err(|_| SetupError::Header("User-Agent".to_owned()))?;
    let mut client = reqwest::Client::builder()
        .user_agent(agent)
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(options.limits.connect)
        .pool_idle_timeout(IDLE)
        .http1_ignore_invalid_headers_in_responses(true)
        .tls_danger_accept_invalid_certs(options.insecure);
    #[cfg(feature = "cookies")]
    {
        client = client.cookie_store(options.cookies);
    }
    client = match &options.proxy {
        Proxy::Direct => client.no_proxy(),
        Proxy::Environment => client,
        Proxy::Url(url) => client.proxy(reqwest::Proxy::all(url)?),
    };
    for pem in &options.certificates {
        client = client.tls_certs_merge(reqwest::Certificate::from_pem_bundle(pem)?);
    }
    if options.resolver.is_some() || options.addresses.is_set() {
        client = client.dns_resolver(Filtered::new(options.resolver.clone(), options.addresses.clone()));
    }
    Ok(client.build()?)
}
