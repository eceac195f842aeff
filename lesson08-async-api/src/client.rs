//! A client for the demos and the tests.

use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER};
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// Speaks with one service, over as many connections as it has requests at once.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Reply {
    /// 200, say.
    pub status: u16,
    /// The body.
    pub body: String,
    headers: HeaderMap,
}

impl Client {
    /// A client for `http://127.0.0.1:8000`, say. Proxies are not asked.
    ///
    /// # Errors
    /// If the system is out of something.
    pub fn new(base: impl Into<String>) -> reqwest::Result<Self> {
        Ok(Client { http: reqwest::Client::builder().no_proxy().build()?, base: base.into() })
    }

    /// Sends a request; a body as JSON.
    ///
    /// # Errors
    /// If no answer comes back.
    pub async fn send(&self, method: &str, path: &str, body: Option<String>) -> reqwest::Result<Reply> {
        let method = method.parse().unwrap_or(reqwest::Method::GET);
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Reply { status, body: response.text().await?, headers })
    }

    /// `GET`.
    ///
    /// # Errors
    /// If no answer comes back.
    pub async fn get(&self, path: &str) -> reqwest::Result<Reply> {
        self.send("GET", path, None).await
    }

    /// `POST` of JSON.
    ///
    /// # Errors
    /// If no answer comes back.
    pub async fn post(&self, path: &str, body: &Value) -> reqwest::Result<Reply> {
        self.send("POST", path, Some(body.to_string())).await
    }

    /// A connection on which these bytes were sent, and whose answer nobody has read yet. Dropped, it hangs up.
    ///
    /// # Errors
    /// If the service cannot be reached.
    pub async fn open(&self, bytes: &str) -> std::io::Result<TcpStream> {
        let address = self.base.strip_prefix("http://").unwrap_or(&self.base);
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(bytes.as_bytes()).await?;
        Ok(stream)
    }
}

impl Reply {
    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    /// The `Content-Type`.
    pub fn kind(&self) -> &str {
        self.header(CONTENT_TYPE.as_str())
    }

    /// The `Location`.
    pub fn location(&self) -> &str {
        self.header(LOCATION.as_str())
    }

    /// The `Retry-After`.
    pub fn retry_after(&self) -> &str {
        self.header(RETRY_AFTER.as_str())
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}
