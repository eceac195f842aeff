//! `/v1/audits/{id}/events`: what happens to an audit, as it happens.
//!
//! The store has every event; what it hints at, or a look now and then, only says when to read on. So nothing is lost
//! and nothing comes twice, whatever becomes of hints. The stream ends behind the event that ends the audit, and when
//! the service stops: a server that stops politely waits for every response.

use super::Shared;
use super::answers::{Invalid, NotFound};
use super::auth::Caller;
use super::cursor::MOST;
use super::faults::Faults;
use super::input::{Asked, Id};
use super::listener::{BATCH, Listener};
use super::problem::Problem;
use crate::model::{AuditId, Event};
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::sse::{Event as Message, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, StreamExt};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::convert::Infallible;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, Required, Type};

/// From where on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct EventsAsked {
    /// The number of the last event that is known; `Last-Event-ID` goes first.
    #[param(value_type = Option<u64>)]
    after: Option<String>,
    #[serde(flatten)]
    #[param(ignore)]
    unknown: BTreeMap<String, String>,
}

/// Follows an audit, from its beginning or from where an earlier stream broke off.
#[utoipa::path(
    get, path = "/v1/audits/{id}/events", tag = "audits", operation_id = "follow_events",
    params(
        ("id" = AuditId, Path), LastEventId, EventsAsked,
    ),
    responses(
        (status = 200, body = String, content_type = "text/event-stream",
            description = "Server-sent events `state` and `progress`. `id` is the event's number, `data` an `Event`."),
        (status = 204, description = "The audit is over, and nothing has happened since: there is no need to come again."),
        NotFound, Invalid,
    ),
)]
pub(super) async fn follow(
    State(service): State<Shared>,
    caller: Caller,
    Id(id): Id<AuditId>,
    last: LastEventId,
    Asked(asked): Asked<EventsAsked>,
) -> Result<Response, Problem> {
    let after = after(&last, &asked)?;
    let no_such = || Problem::no_such("audit");
    let stopping = service.app.stopping.clone();
    let hints = service.app.store.changes();
    // The audit before its events: one that was over then has no event that these do not show.
    let audit = service.app.store.audit(&caller.owner, id).await?.ok_or_else(no_such)?;
    let known = service.app.store.events(&caller.owner, id, after, BATCH).await?.ok_or_else(no_such)?;
    if known.is_empty() && audit.state.is_over() {
        return Ok(StatusCode::NO_CONTENT.into_response()); // what tells a browser not to come again
    }
    let listener = Listener::new(service, caller, id, after, hints, known);
    let events = stream::unfold(listener, Listener::next).map(message);
    let messages = events.take_until(stopping.cancelled_owned());
    let messages = Sse::new(messages).keep_alive(KeepAlive::default());
    Ok(([("x-accel-buffering", "no")], messages).into_response())
}

/// What a browser says when it comes again.
#[derive(Debug)]
pub(super) struct LastEventId(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for LastEventId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<LastEventId, Infallible> {
        let header = parts.headers.get("last-event-id");
        Ok(LastEventId(header.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())))
    }
}

impl IntoParams for LastEventId {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0));
        let last = ParameterBuilder::new().name("Last-Event-ID").parameter_in(ParameterIn::Header);
        let about = "The number of the last event that is known.";
        vec![last.required(Required::False).description(Some(about)).schema(Some(number)).build()]
    }
}

fn after(LastEventId(last): &LastEventId, asked: &EventsAsked) -> Result<u64, Problem> {
    let mut faults = Faults::default();
    let in_query = faults.number("after", asked.after.as_ref(), 0..=MOST);
    // A browser that comes again has the query of the first time, and the header of now.
    let in_header = faults.number("Last-Event-ID", last.as_ref(), 0..=MOST);
    faults.unknown(asked.unknown.keys());
    faults.or(in_header.or(in_query).unwrap_or_default())
}

fn message(event: Event) -> Result<Message, axum::Error> {
    Message::default().id(event.number.to_string()).event(event.what.name()).json_data(event)
}
