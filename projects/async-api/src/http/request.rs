//! What is asked for when an audit or a schedule is created, checked.

use super::faults::Faults;
use super::problem::Problem;
use crate::audit::addresses;
use crate::config::AuditLimits;
use crate::model::AuditOptions;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::net::{IpAddr, Ipv4Addr};
use url::{Host, Url};
use utoipa::openapi::schema::AdditionalProperties;
use utoipa::openapi::{Object, ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// The longest URL, in characters.
const URL: usize = 2000;
/// The most requests of an audit at once.
const CONCURRENCY: u32 = 32;
/// The longest pause, in milliseconds.
const DELAY: u32 = 60_000;
/// The slowest that a page may be without being called slow, in milliseconds.
const SLOW: u32 = 600_000;
/// The most links from the start.
const DEPTH: u32 = 10_000;
/// The longest time between two scheduled audits, in hours: a year.
const HOURS: u32 = 8760;

/// An audit as it is asked for. Anything may be missing or wrong.
#[derive(Debug, Deserialize)]
pub(super) struct AuditRequest {
    url: Option<Value>,
    max_pages: Option<Value>,
    max_depth: Option<Value>,
    concurrency: Option<Value>,
    delay_ms: Option<Value>,
    slow_ms: Option<Value>,
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

/// A schedule as it is asked for: an audit, and how often.
#[derive(Debug, Deserialize)]
pub(super) struct ScheduleRequest {
    every_hours: Option<Value>,
    #[serde(flatten)]
    audit: AuditRequest,
}

impl AuditRequest {
    /// Where the audit starts and how far it goes.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn checked(self, limits: &AuditLimits) -> Result<(String, AuditOptions), Problem> {
        let mut faults = Faults::default();
        let checked = self.check(limits, &mut faults);
        faults.or(checked)
    }

    fn check(&self, limits: &AuditLimits, faults: &mut Faults) -> (String, AuditOptions) {
        let url = match &self.url {
            Some(Value::String(url)) => start(url, limits).unwrap_or_else(|wrong| {
                faults.add("url", wrong);
                String::new()
            }),
            given => {
                faults.add("url", if given.is_some() { "must be a text" } else { "is needed" });
                String::new()
            }
        };
        let most = limits.max_pages;
        let options = AuditOptions {
            max_pages: faults.small("max_pages", self.max_pages.as_ref(), 1..=most).unwrap_or(most.min(1000)),
            max_depth: faults.small("max_depth", self.max_depth.as_ref(), 0..=DEPTH),
            concurrency: faults.small("concurrency", self.concurrency.as_ref(), 1..=CONCURRENCY).unwrap_or(8),
            delay_ms: faults.small("delay_ms", self.delay_ms.as_ref(), 0..=DELAY).unwrap_or(0),
            slow_ms: faults.small("slow_ms", self.slow_ms.as_ref(), 1..=SLOW).unwrap_or(1000),
        };
        faults.unknown(self.unknown.keys());
        (url, options)
    }
}

impl ScheduleRequest {
    /// Where its audits start, how far they go, and how often.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn checked(self, limits: &AuditLimits) -> Result<(String, AuditOptions, u32), Problem> {
        let mut faults = Faults::default();
        let (url, options) = self.audit.check(limits, &mut faults);
        if self.every_hours.is_none() {
            faults.add("every_hours", "is needed");
        }
        let every_hours = faults.small("every_hours", self.every_hours.as_ref(), 1..=HOURS).unwrap_or(HOURS);
        faults.or((url, options, every_hours))
    }
}

/// The URL as the crawl will have it, or what is wrong with it.
fn start(text: &str, limits: &AuditLimits) -> Result<String, String> {
    let too_long = || format!("must have at most {URL} characters");
    if text.len() > URL * 4 || text.chars().count() > URL {
        return Err(too_long());
    }
    let mut url = Url::parse(text).map_err(|_| "must be an absolute URL, such as https://example.com/")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("must begin with http:// or https://".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must have no user name and no password".to_owned());
    }
    let address = match url.host() {
        None => return Err("must have a host".to_owned()),
        Some(Host::Ipv4(address)) => Some(IpAddr::from(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::from(address)),
        // Names are resolved when it is connected to. What this one means is known.
        Some(Host::Domain(name)) if is_this_machine(name) => Some(Ipv4Addr::LOCALHOST.into()),
        Some(Host::Domain(_)) => None,
    };
    if address.is_some_and(|address| !addresses::allowed(address, &limits.allow)) {
        return Err("must be a public address".to_owned());
    }
    url.set_fragment(None);
    // Characters that are no ASCII have grown.
    if url.as_str().len() > URL { Err(too_long()) } else { Ok(url.into()) }
}

fn is_this_machine(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}

fn number(description: &str, least: u32, most: Option<u32>, usual: Option<u32>) -> ObjectBuilder {
    let types = [Type::Integer, Type::Null].into_iter().collect::<utoipa::openapi::schema::SchemaType>();
    let number = ObjectBuilder::new().schema_type(types).description(Some(description)).minimum(Some(least));
    number.maximum(most).default(usual.map(Value::from))
}

/// Both requests have these fields. Written by hand, since they are read as any JSON first, and to forbid all others.
fn audit_request() -> ObjectBuilder {
    let url = ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("Where it starts: http or https, without user name and password, and a public address."))
        .max_length(Some(URL))
        .examples(["https://example.com/"]);
    ObjectBuilder::new()
        .property("url", url)
        .required("url")
        .property("max_pages", number("The most pages. The operator may allow fewer.", 1, None, Some(1000)))
        .property("max_depth", number("The most links between the start and a page.", 0, Some(DEPTH), None))
        .property("concurrency", number("Requests at once.", 1, Some(CONCURRENCY), Some(8)))
        .property("delay_ms", number("Milliseconds between two requests.", 0, Some(DELAY), Some(0)))
        .property("slow_ms", number("From when on a page is slow, in milliseconds.", 1, Some(SLOW), Some(1000)))
        .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)))
}

impl PartialSchema for AuditRequest {
    fn schema() -> RefOr<Schema> {
        audit_request().build().into()
    }
}

impl PartialSchema for ScheduleRequest {
    fn schema() -> RefOr<Schema> {
        let hours = number("How often, in hours.", 1, Some(HOURS), None).schema_type(Type::Integer);
        let schedule: Object = audit_request().property("every_hours", hours).required("every_hours").build();
        schedule.into()
    }
}

impl ToSchema for AuditRequest {}
impl ToSchema for ScheduleRequest {}
