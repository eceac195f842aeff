//! `/v1/schedules`: audits that repeat.

use super::Shared;
use super::answers::{Invalid, Listed, NotFound, WrongBody};
use super::auth::Caller;
use super::cursor::Cursor;
use super::faults::Faults;
use super::input::{Asked, Id, Json};
use super::problem::Problem;
use super::request::ScheduleRequest;
use crate::model::{Schedule, ScheduleId};
use crate::store::NewSchedule;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::IntoParams;

/// Creates a schedule. Its first audit is due at once.
#[utoipa::path(
    post, path = "/v1/schedules", tag = "schedules", operation_id = "create_schedule", request_body = ScheduleRequest,
    responses((status = 201, description = "It is there.", body = Schedule), WrongBody, Invalid),
)]
pub(super) async fn create(
    State(service): State<Shared>,
    caller: Caller,
    Json(request): Json<ScheduleRequest>,
) -> Result<(StatusCode, axum::Json<Schedule>), Problem> {
    let (url, options, every_hours) = request.checked(&service.app.settings.audits)?;
    let new = NewSchedule { owner: caller.owner, url, options, every_hours };
    let schedule = service.app.store.create_schedule(new).await?;
    Ok((StatusCode::CREATED, axum::Json(schedule)))
}

/// How many schedules.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SchedulesAsked {
    /// How many.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
    /// What an earlier answer gave as `next`.
    after: Option<String>,
    #[serde(flatten)]
    #[param(ignore)]
    unknown: BTreeMap<String, String>,
}

/// Lists schedules, the latest first.
#[utoipa::path(
    get, path = "/v1/schedules", tag = "schedules", operation_id = "list_schedules", params(SchedulesAsked),
    responses((status = 200, description = "Some of them.", body = Listed<Schedule>), Invalid),
)]
pub(super) async fn list(
    State(service): State<Shared>,
    caller: Caller,
    Asked(asked): Asked<SchedulesAsked>,
) -> Result<axum::Json<Listed<Schedule>>, Problem> {
    let mut faults = Faults::default();
    let limit = faults.limit(asked.limit.as_ref());
    let before = faults.after(asked.after.as_ref(), Cursor::schedule);
    faults.unknown(asked.unknown.keys());
    let before = faults.or(before)?;
    let schedules = service.app.store.schedules(&caller.owner, before, limit + 1).await?;
    Ok(axum::Json(Listed::new(schedules, limit, |schedule| Cursor::Schedule(schedule.id))))
}

/// Deletes a schedule. The audits that it created stay.
#[utoipa::path(
    delete, path = "/v1/schedules/{id}", tag = "schedules", operation_id = "delete_schedule",
    params(("id" = ScheduleId, Path)),
    responses((status = 204, description = "It is gone."), NotFound),
)]
pub(super) async fn delete(
    State(service): State<Shared>,
    caller: Caller,
    Id(id): Id<ScheduleId>,
) -> Result<StatusCode, Problem> {
    let deleted = service.app.store.delete_schedule(&caller.owner, id).await?;
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::no_such("schedule")) }
}
