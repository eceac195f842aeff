//! `GET /events`: a line for each new note, for as long as the client listens.
//!
//! Such a response never ends by itself, and a server that stops politely waits for every response: one open stream
//! would keep it for ever. So the stream ends when the service is asked to stop.

use std::convert::Infallible;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream::{self, Stream, StreamExt};
use tokio::sync::broadcast::error::RecvError;

use super::App;

/// Server-sent events, `data: 17` for note 17.
pub async fn listen(State(app): State<App>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let news = stream::unfold(app.news.subscribe(), |mut news| async {
        loop {
            match news.recv().await {
                Ok(id) => return Some((Ok(Event::default().data(id.to_string())), news)),
                Err(RecvError::Lagged(_)) => {} // a slow reader misses some; it must not hold up the others
                Err(RecvError::Closed) => return None,
            }
        }
    });
    Sse::new(news.take_until(app.stopping.cancelled_owned())).keep_alive(KeepAlive::default())
}
