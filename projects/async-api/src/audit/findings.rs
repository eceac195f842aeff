//! What a crawl found, once it has ended.

use super::recorder::{add, record_of};
use super::referrers::{self, NAMED};
use crate::model::{Counts, Detail, Finding, PageRecord};
use concurrent_scraper::frontier::FrontierError;
use concurrent_scraper::report::{Chain, Collector, End, SlowPage};
use concurrent_scraper::store::Reader;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// Slow pages that are listed.
const MOST_SLOW: usize = 1000;

/// Pages with one title.
#[derive(Default)]
struct Titled {
    pages: Vec<String>,
    count: u64,
}

/// Reads the findings out of a state file that nobody writes any more, the gravest kind first, and counts its pages.
/// The order is the same however the crawl went.
pub(super) fn read(state: &Path, slow_ms: u32) -> Result<(Counts, Vec<Finding>), FrontierError> {
    let reader = Reader::open(state)?;
    let mut counts = Counts::default();
    let mut collector = Collector::new(MOST_SLOW);
    let mut broken: Vec<PageRecord> = Vec::new();
    let mut titles: HashMap<String, Titled> = HashMap::new();
    for row in reader.rows(false) {
        let page = row?.page;
        collector.add(&page);
        let page = record_of(0, &page);
        add(&mut counts, &page);
        if page.broken {
            broken.push(page);
        } else if let (Some(title), None) = (page.title, page.redirect) {
            let titled = titles.entry(title).or_default();
            titled.count += 1;
            if titled.pages.len() < NAMED {
                titled.pages.push(page.url);
            }
        }
    }
    let collected = collector.finish();
    let links = broken_links(&reader, &broken)?;
    let urls: HashSet<&str> = broken.iter().map(|page| page.url.as_str()).collect();
    let redirects = collected.redirects.into_iter().map(|chain| redirect(chain, &urls));
    let slow = collected.slowest.into_iter().take_while(|page| page.total_ms >= slow_ms).map(slow_page);
    let found = links.into_iter().chain(redirects).chain(slow).chain(duplicates(titles));
    // The store gives the numbers; these are the same.
    let numbered = (1..).zip(found).map(|(number, finding)| Finding { number, ..finding });
    Ok((counts, numbered.collect()))
}

/// The links that most pages have come first.
fn broken_links(reader: &Reader, broken: &[PageRecord]) -> Result<Vec<Finding>, FrontierError> {
    let urls: Vec<&str> = broken.iter().map(|page| page.url.as_str()).collect();
    let mut referrers = referrers::of(reader, &urls)?;
    let mut links: Vec<Finding> = broken
        .iter()
        .map(|page| {
            let from = referrers.remove(&page.url).unwrap_or_default();
            let (status, problem) = (page.status, page.problem.clone());
            let detail = Detail::Broken { status, problem, linked_from: from.pages, links: from.count };
            finding(page.url.clone(), detail)
        })
        .collect();
    let links_of = |finding: &Finding| match finding.detail {
        Detail::Broken { links, .. } => links,
        _ => 0,
    };
    links.sort_by(|one, other| (Reverse(links_of(one)), &one.url).cmp(&(Reverse(links_of(other)), &other.url)));
    Ok(links)
}

fn redirect(chain: Chain, broken: &HashSet<&str>) -> Finding {
    let end = match chain.end {
        End::Loop => "loop",
        End::Broken => "broken",
        End::Page if chain.hops.last().is_some_and(|last| broken.contains(last.to.as_str())) => "broken",
        End::Page => "page",
    };
    let (hops, statuses) = chain.hops.into_iter().map(|hop| (hop.to, hop.status)).unzip();
    finding(chain.url, Detail::Redirect { hops, statuses, end: end.to_owned() })
}

fn slow_page(page: SlowPage) -> Finding {
    let SlowPage { url, total_ms, first_byte_ms, bytes } = page;
    finding(url, Detail::Slow { total_ms, first_byte_ms, bytes })
}

/// The titles that most pages have come first.
fn duplicates(titles: HashMap<String, Titled>) -> impl Iterator<Item = Finding> {
    let mut groups: Vec<(String, Titled)> = titles.into_iter().filter(|(_, titled)| titled.count > 1).collect();
    groups.sort_by(|(one, few), (other, many)| (many.count, one).cmp(&(few.count, other)));
    groups.into_iter().map(|(title, Titled { mut pages, count })| {
        pages.sort_unstable();
        finding(pages.first().cloned().unwrap_or_default(), Detail::Titles { title, pages, count })
    })
}

fn finding(url: String, detail: Detail) -> Finding {
    Finding { number: 0, kind: detail.kind(), url, detail }
}
