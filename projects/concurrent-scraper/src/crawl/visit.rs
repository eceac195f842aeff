//! One visit: fetch a URL, read what it says, decide what follows from it.

use super::Shared;
use crate::address::normalise;
use crate::extract::{Directives, Extracted, Extractor, is_html};
use crate::fetch::Response;
use crate::frontier::{Found, Place, Validators, Visit};
use crate::page::{Link, LinkKind, Page, Problem, ProblemKind};
use crate::politeness::{Feedback, Job, product, retry_after};
use crate::sitemap;
use crate::store::hex;
use reqwest::header::{CONTENT_TYPE, ETAG, LAST_MODIFIED, LOCATION, RETRY_AFTER, SET_COOKIE};
use sha2::{Digest, Sha256};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use url::Url;

/// A body that nobody parses is read up to here, so that its connection can be used again.
const DRAINED: u64 = 256 * 1024;
/// The part of a page that the user's columns are looked for in.
const COLUMNS_IN: usize = 4 << 20;

/// A visit that has ended.
pub(super) struct Visited {
    pub(super) visit: Visit,
    pub(super) feedback: Feedback,
    /// It failed in a way that may pass.
    pub(super) again: bool,
}

/// A visit that is not made, and why.
pub(super) fn refuse(job: Job, problem: Problem) -> Visit {
    let page = Page { problem: Some(problem), attempts: job.attempts, fetched_at_ms: now_ms(), ..page_of(&job) };
    Visit { id: job.lease.id, page, found: Vec::new(), validators: job.lease.validators }
}

pub(super) async fn visit(shared: &Shared, job: &Job) -> Visited {
    let page = Page { attempts: job.attempts + 1, ..page_of(job) };
    let mut visit = Visit { id: job.lease.id, page, found: Vec::new(), validators: Validators::default() };
    let (feedback, again) = match shared.fetcher.get(&job.url, &job.lease.validators).await {
        Ok(response) => read(shared, job, response, &mut visit).await,
        Err(problem) => {
            let again = may_pass(problem.kind);
            let refused = problem.kind == ProblemKind::Address;
            visit.page.problem = Some(problem);
            (if refused { Feedback::Fine } else { Feedback::Failed }, again)
        }
    };
    visit.page.fetched_at_ms = now_ms();
    visit.page.link_count = u32::try_from(visit.found.len()).unwrap_or(u32::MAX);
    if shared.with_links {
        let link = |found: &Found| Link { url: found.url.clone(), kind: found.kind };
        visit.page.links = Some(visit.found.iter().map(link).collect());
    }
    Visited { visit, feedback, again }
}

fn page_of(job: &Job) -> Page {
    Page { url: job.lease.url.clone(), depth: job.lease.place.depth, hops: job.lease.place.hops, ..Page::default() }
}

async fn read(shared: &Shared, job: &Job, mut response: Response, visit: &mut Visit) -> (Feedback, bool) {
    let status = response.status();
    let text = |name| response.header(name).map(str::to_owned);
    visit.page.status = Some(status);
    visit.page.content_type = text(CONTENT_TYPE);
    visit.page.first_byte_ms = milliseconds(response.first_byte);
    visit.validators = Validators { etag: text(ETAG), last_modified: text(LAST_MODIFIED) };
    let mut feedback = Feedback::Fine;
    let mut again = false;
    match status {
        304 if !job.lease.validators.is_empty() => {
            visit.page.not_modified = true;
            let known = job.lease.validators.clone();
            visit.validators.etag = visit.validators.etag.take().or(known.etag);
            visit.validators.last_modified = visit.validators.last_modified.take().or(known.last_modified);
        }
        301 | 302 | 303 | 307 | 308 => again = redirect(shared, job, &response, visit),
        429 | 503 => {
            let wait = response.header(RETRY_AFTER).and_then(|value| retry_after(value, SystemTime::now()));
            (feedback, again) = (Feedback::SlowDown(wait), true);
        }
        408 | 500 | 502 | 504 => again = true,
        _ => {}
    }
    if let Err(problem) = body(shared, job, &mut response, visit).await {
        again |= may_pass(problem.kind);
        visit.page.problem = visit.page.problem.take().or(Some(problem));
    }
    visit.page.total_ms = milliseconds(response.elapsed());
    (feedback, again)
}

/// Follows a redirect by finding its target. True when the same URL should be asked again: it set a cookie and sent us
/// back to itself to show it.
fn redirect(shared: &Shared, job: &Job, response: &Response, visit: &mut Visit) -> bool {
    let target = response.header(LOCATION).and_then(|target| job.url.join(target).ok());
    let Some(mut target) = target.filter(|target| matches!(target.scheme(), "http" | "https")) else {
        let location = response.headers().get(LOCATION).map(|value| String::from_utf8_lossy(value.as_bytes()));
        let message = location.map_or("without a target".into(), |location| format!("to {location:?}"));
        visit.page.problem = Some(Problem::new(ProblemKind::BadRedirect, message));
        return false;
    };
    normalise(&mut target, &shared.normalisation);
    if target == job.url && shared.limits.cookies && response.headers().contains_key(SET_COOKIE) && job.attempts == 0 {
        return true;
    }
    let place = Place { hops: job.lease.place.hops + 1, ..job.lease.place };
    let mut follow = shared.scope.contains(&target, place.depth).is_ok();
    if place.hops > shared.limits.redirects {
        follow = false;
        let message = format!("{} in a row, the last one to {target}", place.hops);
        visit.page.problem = Some(Problem::new(ProblemKind::TooManyRedirects, message));
    }
    visit.page.redirect = Some(target.as_str().to_owned());
    visit.found.push(Found { url: target.into(), kind: LinkKind::Redirect, visit: follow.then_some(place) });
    false
}

/// Reads the body as far as it is of use.
async fn body(shared: &Shared, job: &Job, response: &mut Response, visit: &mut Visit) -> Result<(), Problem> {
    let parse = matches!(response.status(), 200..300);
    let content_type = visit.page.content_type.clone();
    let typed = content_type.is_none() || is_html(content_type.as_deref(), b"");
    if !(parse && (typed || job.lease.place.sitemap)) && response.promised().is_none_or(|length| length > DRAINED) {
        visit.page.bytes = response.promised().unwrap_or_default();
        return Ok(());
    }
    let mut extractor = None;
    let mut kept = Vec::new();
    let mut hash = Sha256::new();
    let mut bytes = 0;
    // A sitemap is read whole; the limit on bodies bounds it.
    let keep = if job.lease.place.sitemap { usize::MAX } else { shared.fields.as_ref().map_or(0, |_| COLUMNS_IN) };
    let result = response
        .read_whole(|piece| {
            if bytes == 0 && parse && is_html(content_type.as_deref(), piece) && !job.lease.place.sitemap {
                extractor = Some(Extractor::new(&job.url, content_type.as_deref(), shared.extraction.clone()));
            }
            bytes += piece.len() as u64;
            hash.update(piece);
            if let Some(extractor) = &mut extractor {
                extractor.write(piece);
            }
            let room = keep.saturating_sub(kept.len());
            kept.extend_from_slice(&piece[..piece.len().min(room)]);
        })
        .await;
    visit.page.bytes = bytes;
    if result.is_ok() {
        visit.page.hash = Some(hex(&hash.finalize()));
    }
    if job.lease.place.sitemap && parse {
        list(shared, job, kept, visit).await;
    } else if let Some(extractor) = extractor {
        let extracted = extractor.end();
        visit.page.charset = Some(extracted.charset.to_owned());
        visit.page.truncated = extracted.truncated || result.is_err();
        if shared.fields.is_some() {
            columns(shared, visit, kept, extracted.charset).await;
        }
        take(shared, job, response, extracted, visit);
    }
    result.map(drop)
}

/// Takes over what the page says about itself, and its links.
fn take(shared: &Shared, job: &Job, response: &Response, extracted: Extracted, visit: &mut Visit) {
    let directives = response
        .headers()
        .get_all("x-robots-tag")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .map(|value| Directives::from_header(value, product(&shared.user_agent)))
        .fold(Directives { no_index: extracted.no_index, no_follow: extracted.no_follow }, Directives::and);
    visit.page.no_index = directives.no_index;
    visit.page.title = extracted.title;
    visit.page.canonical = extracted.canonical.map(String::from);
    let place = Place { depth: job.lease.place.depth + 1, hops: 0, sitemap: false };
    let own = shared.normalisation != Default::default();
    visit.found.extend(extracted.links.into_iter().map(|link| {
        let mut url: Url = link.url;
        if own {
            normalise(&mut url, &shared.normalisation);
        }
        let follow = link.kind.is_navigation()
            && !(shared.politeness.no_follow && (link.no_follow || directives.no_follow))
            && shared.scope.contains(&url, place.depth).is_ok();
        Found { url: url.into(), kind: link.kind, visit: follow.then_some(place) }
    }));
}

/// Takes the pages and the other sitemaps that a sitemap names. All of them are seeds.
async fn list(shared: &Shared, job: &Job, body: Vec<u8>, visit: &mut Visit) {
    let read = tokio::task::spawn_blocking(move || sitemap::read(&*body, sitemap::Limits::default())).await;
    let Ok(sitemap) = read else { return };
    visit.page.truncated |= sitemap.truncated;
    let depth = job.lease.place.depth;
    let pages = sitemap.pages.into_iter().map(|url| (url, false));
    let nested = sitemap.sitemaps.into_iter().map(|url| (url, true));
    visit.found.extend(pages.chain(nested).map(|(mut url, sitemap)| {
        normalise(&mut url, &shared.normalisation);
        let follow = shared.scope.contains(&url, depth).is_ok();
        let place = Place { depth, hops: 0, sitemap };
        Found { url: url.into(), kind: LinkKind::Sitemap, visit: follow.then_some(place) }
    }));
}

/// Takes the user's columns out, off the threads that keep the network going: a large page takes many milliseconds. Few
/// at a time: each holds a body and a whole document tree.
async fn columns(shared: &Shared, visit: &mut Visit, body: Vec<u8>, charset: &str) {
    let Some(fields) = shared.fields.clone() else { return };
    let Ok(_permit) = shared.parsers.acquire().await else { return };
    let encoding = encoding_rs::Encoding::for_label(charset.as_bytes()).unwrap_or(encoding_rs::UTF_8);
    let parsed = tokio::task::spawn_blocking(move || fields.extract(&encoding.decode(&body).0)).await;
    visit.page.fields = parsed.unwrap_or_default();
}

/// Whether it makes sense to try again.
fn may_pass(kind: ProblemKind) -> bool {
    use ProblemKind::{Connect, CutOff, Dns, FirstByteTimeout, Stalled, Timeout};
    matches!(kind, Dns | Connect | CutOff | FirstByteTimeout | Stalled | Timeout)
}

fn milliseconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
