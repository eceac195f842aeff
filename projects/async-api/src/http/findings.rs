//! `/v1/audits/{id}/findings`: what an audit found.

use super::Shared;
use super::answers::{Invalid, Listed, NotFound};
use super::auth::Caller;
use super::cursor::Cursor;
use super::faults::Faults;
use super::input::{Asked, Id};
use super::problem::Problem;
use crate::model::{AuditId, Finding, FindingKind};
use crate::store::FindingFilter;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::IntoParams;

/// Which findings, and how many.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FindingsAsked {
    /// Only those of this kind.
    #[param(value_type = Option<FindingKind>)]
    kind: Option<String>,
    /// How many.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
    /// What an earlier answer gave as `next`.
    after: Option<String>,
    #[serde(flatten)]
    #[param(ignore)]
    unknown: BTreeMap<String, String>,
}

/// Lists the findings of an audit, the gravest first. There are none until it has ended.
#[utoipa::path(
    get, path = "/v1/audits/{id}/findings", tag = "audits", operation_id = "list_findings",
    params(("id" = AuditId, Path), FindingsAsked),
    responses((status = 200, description = "Some of them.", body = Listed<Finding>), NotFound, Invalid),
)]
pub(super) async fn list(
    State(service): State<Shared>,
    caller: Caller,
    Id(id): Id<AuditId>,
    Asked(asked): Asked<FindingsAsked>,
) -> Result<Json<Listed<Finding>>, Problem> {
    let mut faults = Faults::default();
    let kind = faults.word("kind", asked.kind.as_ref(), &FindingKind::ALL, |kind| kind.name());
    let limit = faults.limit(asked.limit.as_ref());
    let after = faults.after(asked.after.as_ref(), Cursor::finding).unwrap_or_default();
    faults.unknown(asked.unknown.keys());
    let filter = faults.or(FindingFilter { kind, after })?;
    let findings = service.app.store.findings(&caller.owner, id, filter, limit + 1).await?;
    let findings = findings.ok_or_else(|| Problem::no_such("audit"))?;
    Ok(Json(Listed::new(findings, limit, |finding| Cursor::Finding(finding.number))))
}
