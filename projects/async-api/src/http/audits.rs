//! `/v1/audits`: created, listed, read, cancelled, retried, deleted.

use super::Shared;
use super::answers::{Conflict, Invalid, Listed, NotFound, WrongBody, WrongType};
use super::auth::Caller;
use super::cursor::Cursor;
use super::faults::Faults;
use super::idempotency::{IdempotencyKey, answer, fingerprint, text};
use super::input::{Asked, Id, Json, Nothing};
use super::problem::{Kind, Problem};
use super::request::AuditRequest;
use crate::model::{Audit, AuditId, AuditState, Timestamp};
use crate::store::{AuditFilter, Cancelled, Created, Idempotent, NewAudit, Retried, StoredResponse};
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::IntoParams;

const PATH: &str = "/v1/audits";
/// Seconds of a day, which is what a quota is for.
const DAY: i64 = 24 * 3600;

/// Creates an audit. It is queued; the answer does not wait for it.
#[utoipa::path(
    post, path = PATH, tag = "audits", operation_id = "create_audit", request_body = AuditRequest,
    params(IdempotencyKey),
    responses(
        (status = 202, description = "It is queued.", body = Audit, headers(
            ("location" = String, description = "Where it is."),
            ("idempotent-replayed" = Option<String>, description = "`true` if it was created by an earlier request."),
        )),
        WrongBody, Invalid,
    ),
)]
pub(super) async fn create(
    State(service): State<Shared>,
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    Json(request): Json<AuditRequest>,
) -> Result<Response, Problem> {
    let (url, options) = request.checked(&service.app.settings.audits)?;
    let print = key.as_ref().map(|_| fingerprint(&Method::POST, PATH, &(&url, &options))).transpose()?;
    let created_at = Timestamp::now();
    let new = NewAudit { id: AuditId::new(), owner: caller.owner, url, options, created_at, schedule: None };
    let location = Some(format!("{PATH}/{}", new.id));
    let response = StoredResponse { status: 202, location, body: text(&new.audit())? };
    let again = key.zip(print).map(|(key, fingerprint)| {
        let (owner, response) = (new.owner.clone(), response.clone());
        Idempotent { owner, key, fingerprint, response }
    });
    match service.app.store.create_audit(new, caller.quota, again).await? {
        Created::New => Ok(answer(response, false)),
        Created::Before(response) => Ok(answer(response, true)),
        Created::OtherRequest => {
            Err(Problem::new(Kind::IdempotencyKey, "this Idempotency-Key came with another request before"))
        }
        Created::QuotaSpent => {
            let detail = format!("{} audits a day are allowed, by UTC", caller.quota.unwrap_or_default());
            let until_midnight = DAY - created_at.0.div_euclid(1000).rem_euclid(DAY);
            Err(Problem::new(Kind::Quota, detail).retry_after(until_midnight.unsigned_abs()))
        }
    }
}

/// Which audits, and how many.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListAsked {
    /// Only those in this state.
    #[param(value_type = Option<AuditState>)]
    state: Option<String>,
    /// How many.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
    /// What an earlier answer gave as `next`.
    after: Option<String>,
    #[serde(flatten)]
    #[param(ignore)]
    unknown: BTreeMap<String, String>,
}

/// Lists audits, the latest first.
#[utoipa::path(
    get, path = PATH, tag = "audits", operation_id = "list_audits", params(ListAsked),
    responses((status = 200, description = "Some of them.", body = Listed<Audit>), Invalid),
)]
pub(super) async fn list(
    State(service): State<Shared>,
    caller: Caller,
    Asked(asked): Asked<ListAsked>,
) -> Result<axum::Json<Listed<Audit>>, Problem> {
    let mut faults = Faults::default();
    let state = faults.word("state", asked.state.as_ref(), &AuditState::ALL, |state| state.name());
    let limit = faults.limit(asked.limit.as_ref());
    let before = faults.after(asked.after.as_ref(), Cursor::audit);
    faults.unknown(asked.unknown.keys());
    let filter = faults.or(AuditFilter { state, before })?;
    let audits = service.app.store.audits(&caller.owner, filter, limit + 1).await?;
    Ok(axum::Json(Listed::new(audits, limit, |audit| Cursor::Audit(audit.id))))
}

/// Reads an audit.
#[utoipa::path(
    get, path = "/v1/audits/{id}", tag = "audits", operation_id = "read_audit", params(("id" = AuditId, Path)),
    responses((status = 200, description = "As it is now.", body = Audit), NotFound),
)]
pub(super) async fn read(
    State(service): State<Shared>,
    caller: Caller,
    Id(id): Id<AuditId>,
) -> Result<axum::Json<Audit>, Problem> {
    let audit = service.app.store.audit(&caller.owner, id).await?;
    audit.map(axum::Json).ok_or_else(|| Problem::no_such("audit"))
}

/// Deletes an audit with all that belongs to it. If it is under way, it stops.
#[utoipa::path(
    delete, path = "/v1/audits/{id}", tag = "audits", operation_id = "delete_audit", params(("id" = AuditId, Path)),
    responses((status = 204, description = "It is gone."), NotFound),
)]
pub(super) async fn delete(
    State(service): State<Shared>,
    caller: Caller,
    Id(id): Id<AuditId>,
) -> Result<StatusCode, Problem> {
    let deleted = service.app.store.delete_audit(&caller.owner, id).await?;
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::no_such("audit")) }
}

/// Cancels an audit: at once if it waits, soon if it is under way. What it found until then is kept.
#[utoipa::path(
    post, path = "/v1/audits/{id}/cancel", tag = "audits", operation_id = "cancel_audit",
    params(("id" = AuditId, Path)),
    responses((status = 202, description = "It is, or soon will be.", body = Audit), NotFound, Conflict, WrongType),
)]
pub(super) async fn cancel(
    State(service): State<Shared>,
    caller: Caller,
    Id(id): Id<AuditId>,
    _: Nothing,
) -> Result<(StatusCode, axum::Json<Audit>), Problem> {
    match service.app.store.cancel_audit(&caller.owner, id).await? {
        Cancelled::Yes(audit) => Ok((StatusCode::ACCEPTED, axum::Json(*audit))),
        Cancelled::Over(audit) => Err(Problem::new(Kind::State, format!("it is {} already", audit.state.name()))),
        Cancelled::NoSuch => Err(Problem::no_such("audit")),
    }
}

/// Queues an audit again that has failed, with all its attempts.
#[utoipa::path(
    post, path = "/v1/audits/{id}/retry", tag = "audits", operation_id = "retry_audit",
    params(("id" = AuditId, Path)),
    responses((status = 202, description = "It is queued again.", body = Audit), NotFound, Conflict, WrongType),
)]
pub(super) async fn retry(
    State(service): State<Shared>,
    caller: Caller,
    Id(id): Id<AuditId>,
    _: Nothing,
) -> Result<(StatusCode, axum::Json<Audit>), Problem> {
    match service.app.store.retry_audit(&caller.owner, id).await? {
        Retried::Yes(audit) => Ok((StatusCode::ACCEPTED, axum::Json(*audit))),
        Retried::NotFailed(audit) => {
            Err(Problem::new(Kind::State, format!("it has not failed: it is {}", audit.state.name())))
        }
        Retried::NoSuch => Err(Problem::no_such("audit")),
    }
}
