//! The service: notes over HTTP. To be read in this order:
//!
//! 1. this file: the state that handlers share, and the table of routes;
//! 2. [`notes`]: the handlers of the one resource;
//! 3. [`input`]: what comes in is parsed once, into types that cannot be wrong;
//! 4. [`problem`]: every error as one kind of JSON;
//! 5. [`events`]: a stream that never ends by itself;
//! 6. [`lifespan`]: start, run, and stop in order;
//! 7. [`connections`]: how many at once, and a way to cut them off.
//!
//! Nothing is global. The store, the queue and the word to stop are handed in, so a test starts as many services as it
//! likes, each on port 0.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::background::Background;
use crate::store::Store;

pub mod connections;
pub mod events;
pub mod input;
pub mod lifespan;
pub mod notes;
pub mod problem;
pub mod wrong;

pub use lifespan::{Limits, Report, run};
pub use problem::Error;

/// The largest body that is read, in bytes.
pub const BODY_LIMIT: usize = 64 * 1024;

/// What all handlers share. A clone is another handle: axum makes one for each request.
#[derive(Debug, Clone)]
pub struct App {
    /// Where notes are kept.
    pub store: Store,
    /// Work after the response.
    pub background: Background,
    /// Who listens for new notes.
    pub news: broadcast::Sender<i64>,
    /// Cancelled when the service is asked to stop: streams end then.
    pub stopping: CancellationToken,
    requests: Arc<Requests>,
}

#[derive(Debug, Default)]
struct Requests {
    begun: AtomicU64,
    answered: AtomicU64,
}

impl App {
    /// The state of a service with this store, and room for so many tasks after responses.
    pub fn new(store: Store, places: usize) -> Self {
        let background = Background::new(places);
        let (news, _) = broadcast::channel(64);
        App { store, background, news, stopping: CancellationToken::new(), requests: Arc::default() }
    }

    /// How many requests a handler was called for, and how many of these have an answer. The others are under way, or
    /// their clients hung up.
    pub fn requests(&self) -> (u64, u64) {
        // Relaxed: two counts; whoever compares them waits for the end of the service first.
        (self.requests.begun.load(Ordering::Relaxed), self.requests.answered.load(Ordering::Relaxed))
    }
}

/// The table of routes.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/health", get(|| async { "alive" }))
        .route("/notes", get(notes::list).post(notes::create))
        .route("/notes/{id}", get(notes::read))
        .route("/events", get(events::listen))
        .fallback(|| async { Error::NoSuchRoute })
        .method_not_allowed_fallback(|| async { Error::MethodNotAllowed })
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn_with_state(app.clone(), counted))
        .with_state(app)
}

async fn counted(State(app): State<App>, request: Request, next: Next) -> Response {
    app.requests.begun.fetch_add(1, Ordering::Relaxed);
    // If the client hangs up, hyper drops this future here: the count stays one behind.
    let response = next.run(request).await;
    app.requests.answered.fetch_add(1, Ordering::Relaxed);
    response
}
