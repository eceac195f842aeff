//! Which pages link to the broken ones.

use concurrent_scraper::frontier::FrontierError;
use concurrent_scraper::store::Reader;
use std::collections::HashMap;

/// Pages that are named for one finding. A link in the footer of a large site is broken ten thousand times.
pub(super) const NAMED: usize = 100;

/// The pages that link to one URL.
#[derive(Debug, Default)]
pub(super) struct Referrers {
    /// The first of them by visit, sorted.
    pub(super) pages: Vec<String>,
    /// How many there are.
    pub(super) count: u64,
}

#[derive(Default)]
struct Found {
    pages: Vec<u64>,
    count: u64,
    last: Option<u64>,
}

/// Finds who links to these URLs, in three passes over the crawl. Memory: what is named, whatever the size of the crawl.
pub(super) fn of(reader: &Reader, urls: &[&str]) -> Result<HashMap<String, Referrers>, FrontierError> {
    let mut targets: HashMap<u64, (String, Found)> = HashMap::new();
    let wanted: std::collections::HashSet<&str> = urls.iter().copied().collect();
    reader.nodes::<FrontierError>(|id, url, _| {
        if wanted.contains(url) {
            targets.insert(id, (url.to_owned(), Found::default()));
        }
        Ok(())
    })?;
    reader.edges::<FrontierError>(|from, to, _| {
        if let Some((_, found)) = targets.get_mut(&to)
            && found.last != Some(from)
        {
            // All links of a page come in a row: a link and a picture that lead there are one page.
            found.last = Some(from);
            found.count += 1;
            if found.pages.len() < NAMED {
                found.pages.push(from);
            }
        }
        Ok(())
    })?;
    let mut names: HashMap<u64, String> =
        targets.values().flat_map(|(_, found)| &found.pages).map(|id| (*id, String::new())).collect();
    reader.nodes::<FrontierError>(|id, url, _| {
        if let Some(name) = names.get_mut(&id) {
            url.clone_into(name);
        }
        Ok(())
    })?;
    let named = |(url, found): (String, Found)| {
        let mut pages: Vec<String> = found.pages.iter().filter_map(|id| names.get(id).cloned()).collect();
        pages.sort_unstable();
        (url, Referrers { pages, count: found.count })
    };
    Ok(targets.into_values().map(named).collect())
}
