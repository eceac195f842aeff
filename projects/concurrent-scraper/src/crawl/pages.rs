//! The pages of a crawl as a stream.

use super::consumer::{BoxError, Consumer};
use super::{Crawl, CrawlError, Ended, Shutdown};
use crate::page::Page;
use futures::Stream;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Pages that may wait for the one who reads.
const WAITING: usize = 16;

/// A crawl under way, page by page. It runs as fast as it is read; dropping it stops it, and what was stored stays.
#[derive(Debug)]
pub struct Pages {
    pages: mpsc::Receiver<Page>,
    run: JoinHandle<Result<Ended, CrawlError>>,
    _stop: DropGuard,
}

impl Crawl {
    /// Starts the crawl and gives its pages as a stream. Needs a Tokio runtime.
    ///
    /// `with_links`: whether pages come with their links. `drain` ends it early, as in [`Shutdown`].
    pub fn stream(self, with_links: bool, drain: CancellationToken) -> Pages {
        let (sender, pages) = mpsc::channel(WAITING);
        let shutdown = Shutdown { drain, stop: CancellationToken::new() };
        let stop = shutdown.stop.clone().drop_guard();
        let run = tokio::spawn(self.run(ToChannel { sender, with_links }, shutdown));
        Pages { pages, run, _stop: stop }
    }
}

impl Pages {
    /// How the crawl has ended. To be called when the stream is at its end; before, it waits for nobody to read the
    /// rest, which stops the crawl.
    ///
    /// # Errors
    /// Why it could not go on.
    pub async fn ended(self) -> Result<Ended, CrawlError> {
        drop(self.pages);
        self.run.await.map_err(|error| CrawlError::Defect(error.to_string()))?
    }
}

impl Stream for Pages {
    type Item = Page;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Page>> {
        Poll::Ready(ready!(self.pages.poll_recv(context)))
    }
}

struct ToChannel {
    sender: mpsc::Sender<Page>,
    with_links: bool,
}

/// Nobody reads any more.
#[derive(Debug, thiserror::Error)]
#[error("nobody reads the pages")]
struct Unread;

impl Consumer for ToChannel {
    fn page(&mut self, page: &Page) -> Result<(), BoxError> {
        self.sender.blocking_send(page.clone()).map_err(|_| Unread.into())
    }

    fn wants_links(&self) -> bool {
        self.with_links
    }
}
