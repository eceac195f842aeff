//! A local web site that misbehaves on command, for downloaders and crawlers to practise on.
//!
//! It listens on 127.0.0.1 and a free port. It serves a folder, a generated graph of pages, or
//! nothing but what [scripts](Site::on) say. The server is written by hand because well-behaved
//! server libraries refuse to cut a body off or to lie about its length.
//!
//! ```
//! use common::site::{Content, Graph, Reply, Site};
//! use std::time::Duration;
//!
//! let site = Site::graph(Graph { pages: 100, ..Graph::default() })
//!     .latency(Duration::from_millis(20))
//!     .robots("User-agent: *\nDisallow: /private/\n")
//!     .on("/flaky", Reply::status(503).times(2).then(Content::text("here at last")))
//!     .on("/page/7.html", Reply::serve().cut_off(100))
//!     .on("/trap/*", Reply::trap(3))
//!     .start()?;
//! let url = site.url("/flaky");
//! // ... download `url` ...
//! for request in site.requests() {
//!     println!("{} {:?}", request.target, request.status);
//! }
//! # Ok::<(), std::io::Error>(())
//! ```

mod builder;
mod connection;
mod connections;
mod content;
mod date;
mod delivery;
mod folder;
mod graph;
mod head;
mod log;
mod outgoing;
mod path;
mod reply;
mod response;
mod rust_docs;
mod script;
mod server;
mod source;
mod stop;

pub use builder::Site;
pub use content::Content;
pub use graph::Graph;
pub use log::Request;
pub use reply::Reply;
pub use rust_docs::rust_docs;
pub use script::Script;
pub use server::RunningSite;
pub use source::Entry;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks, also after a panic in another thread: what the site guards is whole between any two steps.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
