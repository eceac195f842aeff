//! `/v1/audits/{id}/report`: all of it at once, as JSON, CSV or PDF.

use super::answers::{Conflict, NotFound};
use super::auth::Caller;
use super::idempotency::text;
use super::input::Id;
use super::problem::{Kind, Problem};
use super::{Service, Shared};
use crate::model::AuditId;
use crate::report::{MOST, Report, csv, pdf};
use crate::store::FindingFilter;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

/// The report of an audit that has ended, with up to 10,000 findings.
#[utoipa::path(
    get, path = "/v1/audits/{id}/report", tag = "reports", operation_id = "report", params(("id" = AuditId, Path)),
    responses((status = 200, description = "The report.", body = Report), NotFound, Conflict),
)]
pub(super) async fn json(
    State(service): State<Shared>,
    caller: Caller,
    Id(id): Id<AuditId>,
) -> Result<Response, Problem> {
    let body = service.render(&caller, id, |report| text(&report)).await??;
    Ok(([(CONTENT_TYPE, "application/json")], body).into_response())
}

/// The findings of an audit that has ended as CSV, a line each, for spreadsheets.
#[utoipa::path(
    get, path = "/v1/audits/{id}/report.csv", tag = "reports", operation_id = "report_csv",
    params(("id" = AuditId, Path)),
    responses((status = 200, description = "The table.", body = String, content_type = "text/csv"), NotFound, Conflict),
)]
pub(super) async fn table(
    State(service): State<Shared>,
    caller: Caller,
    Id(id): Id<AuditId>,
) -> Result<Response, Problem> {
    let body = service.render(&caller, id, |report| csv(&report)).await?;
    Ok(file(id, "csv", "text/csv; charset=utf-8", body))
}

/// The report of an audit that has ended as PDF, for people.
#[utoipa::path(
    get, path = "/v1/audits/{id}/report.pdf", tag = "reports", operation_id = "report_pdf",
    params(("id" = AuditId, Path)),
    responses(
        (status = 200, description = "The document.", body = Vec<u8>, content_type = "application/pdf"),
        NotFound, Conflict,
    ),
)]
pub(super) async fn document(
    State(service): State<Shared>,
    caller: Caller,
    Id(id): Id<AuditId>,
) -> Result<Response, Problem> {
    let body = service.render(&caller, id, |report| pdf(&report)).await?;
    Ok(file(id, "pdf", "application/pdf", body))
}

fn file(id: AuditId, ending: &str, media_type: &'static str, body: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"audit-{id}.{ending}\"");
    ([(CONTENT_TYPE, media_type.to_owned()), (CONTENT_DISPOSITION, disposition)], body).into_response()
}

impl Service {
    /// Ten thousand findings keep a core busy for a while, in every form.
    async fn render<T: Send + 'static>(
        &self,
        caller: &Caller,
        id: AuditId,
        form: impl FnOnce(Report) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let _place = self.place(&self.reports)?;
        let report = self.report(caller, id).await?;
        self.compute(move || form(report)).await
    }

    async fn report(&self, caller: &Caller, id: AuditId) -> Result<Report, Problem> {
        let no_such = || Problem::no_such("audit");
        let audit = self.app.store.audit(&caller.owner, id).await?.ok_or_else(no_such)?;
        if !audit.state.is_over() {
            // A table without lines would say that all is well.
            let detail = format!("it is {}: there is a report when it has ended", audit.state.name());
            return Err(Problem::new(Kind::State, detail));
        }
        let filter = FindingFilter::default();
        let findings = self.app.store.findings(&caller.owner, id, filter, MOST + 1).await?;
        let mut findings = findings.ok_or_else(no_such)?;
        let truncated = findings.len() > MOST as usize;
        findings.truncate(MOST as usize);
        Ok(Report { audit, findings, truncated })
    }
}
