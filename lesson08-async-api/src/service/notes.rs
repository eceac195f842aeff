//! The handlers: what is asked, what the store says, what is answered. Everything that can go wrong is a `?`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use serde::Serialize;

use super::input::{Body, Cursor, Id, NoteBody, Page, Query};
use super::{App, Error};
use crate::store::{NewNote, Note};

/// `POST /notes`: keeps a note, and tells whoever listens, after the response.
///
/// # Errors
/// 422 for a note that is none, 503 when there is no room or no connection.
pub async fn create(State(app): State<App>, Body(note): Body<NoteBody>) -> Result<impl IntoResponse, Error> {
    let note = NewNote::try_from(note).map_err(Error::Invalid)?;
    // Room first: when there is none, nothing has been done yet, and the client can safely come again.
    let place = app.background.reserve()?;
    let note = app.store.create(note).await?;
    let (news, id) = (app.news.clone(), note.id);
    place.spawn("announce", async move {
        drop(news.send(id)); // fails when nobody listens, which is no failure
        Ok::<_, std::convert::Infallible>(())
    });
    Ok((StatusCode::CREATED, [(LOCATION, format!("/notes/{}", note.id))], Json(note)))
}

/// `GET /notes/{id}`.
///
/// # Errors
/// 404 if there is none, 503 without a connection.
pub async fn read(State(app): State<App>, Id(id): Id) -> Result<Json<Note>, Error> {
    app.store.read(id).await?.map(Json).ok_or(Error::NoSuchNote(id))
}

/// A page of notes.
#[derive(Debug, Serialize)]
pub struct Notes {
    notes: Vec<Note>,
    /// What to ask for as `after` to get the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// `GET /notes?limit=20&after=CURSOR`: the newest first.
///
/// # Errors
/// 422 for a limit or a cursor that is none, 503 without a connection.
pub async fn list(State(app): State<App>, Query(page): Query<Page>) -> Result<Json<Notes>, Error> {
    let (before, limit) = page.parsed().map_err(Error::Invalid)?;
    // One more than asked for: if it is there, there is a next page.
    let mut notes = app.store.list(before, limit + 1).await?;
    let more = notes.len() > limit as usize;
    notes.truncate(limit as usize);
    let next = notes.last().filter(|_| more).map(|last| Cursor(last.id).to_string());
    Ok(Json(Notes { notes, next }))
}
