//! The OpenAPI document: from the table of routes, with what goes without saying at each endpoint said here.

use super::answers::problem;
use super::problem::{FieldError, Written};
use super::{operations, v1};
use crate::model::Event;
use utoipa::OpenApi as _;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, OpenApi, PathItem, RefOr, ResponseBuilder, Type};

/// The name of the security scheme.
const KEY: &str = "key";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Site audits",
        description = "Give it a site: it crawls it in the background and answers with broken links, redirects, slow \
            pages and duplicate titles. Errors are problem details (RFC 9457).",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    components(schemas(Written, FieldError, Event)),
    tags(
        (name = "audits", description = "Audits, and what they find."),
        (name = "reports", description = "What was found, to hand on."),
        (name = "schedules", description = "Audits that repeat."),
        (name = "operations", description = "For whoever runs the service. No key is needed."),
    ),
)]
struct Head;

/// The OpenAPI 3.1 document of the service.
pub fn openapi() -> OpenApi {
    let (mut private, mut public) = (v1().into_openapi(), operations().into_openapi());
    for operation in private.paths.paths.values_mut().flat_map(operations_of) {
        operation.security = Some(vec![SecurityRequirement::new(KEY, [""; 0]), SecurityRequirement::default()]);
        let key = problem("A key is needed, and there is none that holds.").header("www-authenticate", text());
        let rate = problem("The key's rate limit or quota is spent.").header("retry-after", seconds());
        add(operation, "401", key);
        add(operation, "429", rate);
        add_everywhere(operation);
    }
    public.paths.paths.values_mut().flat_map(operations_of).for_each(add_everywhere);
    let mut document = Head::openapi();
    document.merge(private);
    document.merge(public);
    let mut key = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("aak_...").build();
    key.description = Some("Not needed where the service runs open, on a loopback address.".to_owned());
    let components = document.components.get_or_insert_with(|| ComponentsBuilder::new().build());
    components.add_security_scheme(KEY, SecurityScheme::Http(key));
    document
}

/// What can happen to any request.
fn add_everywhere(operation: &mut Operation) {
    let not_now = "Not now: too much is under way, it took too long, or the database does not answer.";
    add(operation, "403", problem("Without keys, only requests from this machine and its own pages are answered."));
    add(operation, "408", problem("The body did not arrive in time."));
    add(operation, "413", problem("The body is too large."));
    add(operation, "500", problem("A defect of the service."));
    add(operation, "503", problem(not_now).header("retry-after", seconds()));
}

/// Unless the endpoint says something else about it.
fn add(operation: &mut Operation, status: &str, response: ResponseBuilder) {
    let responses = &mut operation.responses.responses;
    responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(response.build()));
}

fn operations_of(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut path.get, &mut path.post, &mut path.delete, &mut path.put, &mut path.patch].into_iter().flatten()
}

fn seconds() -> utoipa::openapi::Header {
    let schema = utoipa::openapi::ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1));
    HeaderBuilder::new().schema(Some(schema)).description(Some("Seconds until it may go better.")).build()
}

fn text() -> utoipa::openapi::Header {
    HeaderBuilder::new().schema(Some(utoipa::openapi::ObjectBuilder::new().schema_type(Type::String))).build()
}
