//! Bare hyper: one answer, no router, no layers.

use anyhow::Result;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::service::service_fn;
use hyper::{Response, server::conn::http1};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;

/// Serves until it is killed.
pub fn serve() -> Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("http://{}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::spawn(async move {
                let answer = |_| async {
                    let body = Full::new(Bytes::from_static(b"{\"status\":\"ok\"}"));
                    let json = Response::builder().header("content-type", "application/json").body(body);
                    Ok::<_, Infallible>(json.unwrap_or_default())
                };
                // A client that hangs up is no error here.
                drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)).await);
            });
        }
    })
}
