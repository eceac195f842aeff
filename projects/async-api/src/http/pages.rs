//! `/v1/audits/{id}/pages`: what was visited.

use super::Shared;
use super::answers::{Invalid, Listed, NotFound};
use super::auth::Caller;
use super::cursor::Cursor;
use super::faults::Faults;
use super::input::{Asked, Id};
use super::problem::Problem;
use crate::model::{AuditId, PageRecord};
use crate::store::PageFilter;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::IntoParams;

/// The longest text to look for, in characters.
const CONTAINS: usize = 200;

/// Which pages, and how many.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PagesAsked {
    /// Only those with this status.
    #[param(value_type = Option<u16>, minimum = 100, maximum = 999)]
    status: Option<String>,
    /// Only those that are broken, or only those that are not.
    #[param(value_type = Option<bool>)]
    broken: Option<String>,
    /// Only those whose URL contains this.
    #[param(max_length = 200)]
    contains: Option<String>,
    /// How many.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
    /// What an earlier answer gave as `next`.
    after: Option<String>,
    #[serde(flatten)]
    #[param(ignore)]
    unknown: BTreeMap<String, String>,
}

/// Lists the pages of an audit, as they were visited. It may still be under way.
#[utoipa::path(
    get, path = "/v1/audits/{id}/pages", tag = "audits", operation_id = "list_pages",
    params(("id" = AuditId, Path), PagesAsked),
    responses((status = 200, description = "Some of them.", body = Listed<PageRecord>), NotFound, Invalid),
)]
pub(super) async fn list(
    State(service): State<Shared>,
    caller: Caller,
    Id(id): Id<AuditId>,
    Asked(asked): Asked<PagesAsked>,
) -> Result<Json<Listed<PageRecord>>, Problem> {
    let mut faults = Faults::default();
    let limit = faults.limit(asked.limit.as_ref());
    let filter = filter(asked, &mut faults);
    let filter = faults.or(filter)?;
    let pages = service.app.store.pages(&caller.owner, id, filter, limit + 1).await?;
    let pages = pages.ok_or_else(|| Problem::no_such("audit"))?;
    Ok(Json(Listed::new(pages, limit, |page| Cursor::Page(page.number))))
}

fn filter(asked: PagesAsked, faults: &mut Faults) -> PageFilter {
    let status = faults.small("status", asked.status.as_ref(), 100..=999);
    let names = |broken: &bool| if *broken { "true" } else { "false" };
    let broken = faults.word("broken", asked.broken.as_ref(), &[true, false], names);
    // A text with a NUL is one that a database may refuse.
    let usable = |text: &String| text.chars().count() <= CONTAINS && !text.chars().any(char::is_control);
    if asked.contains.as_ref().is_some_and(|text| !usable(text)) {
        faults.add("contains", format!("must have at most {CONTAINS} characters, all visible"));
    }
    let after = faults.after(asked.after.as_ref(), Cursor::page).unwrap_or_default();
    faults.unknown(asked.unknown.keys());
    let status = status.and_then(|status| u16::try_from(status).ok());
    PageFilter { status, broken, url_contains: asked.contains.filter(|text| !text.is_empty()), after }
}
