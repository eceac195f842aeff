//! The numbers of URLs: known ones are looked up, new ones are added, in a few statements for a whole group of visits.

use super::schema::{KNOWN, PENDING};
use crate::frontier::{Found, Place, UrlId};
use crate::politeness::Politeness;
use crate::store::cache::Cache;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Statement, Transaction};

/// Hosts whose numbers are remembered.
const MOST_HOSTS: usize = 64 * 1024;

/// Numbered in the order in which they were found, and added in the order of their keys: so two processes that add the
/// same URLs do not wait for each other in a circle.
const ADD: &str = "
WITH numbered AS MATERIALIZED (
    SELECT nextval('urls_id_seq') AS id, found.* FROM (
        SELECT * FROM unnest($1::bytea[], $2::text[], $3::bigint[], $4::smallint[], $5::integer[], $6::integer[],
            $7::boolean[], $8::bigint[]) AS new (key, url, host, state, depth, hops, sitemap, place) ORDER BY place
    ) AS found
)
INSERT INTO urls (id, key, url, host, state, depth, hops, sitemap)
SELECT id, key, url, host, state, depth, hops, sitemap FROM numbered ORDER BY key
ON CONFLICT DO NOTHING RETURNING id, key";

/// A statement of its own, after the one that adds: only so it sees what others added while that one waited for them.
const FIND: &str = "SELECT id, key, state FROM urls WHERE key = ANY($1)";

/// URLs that were only known as targets of links out of the scope, and are to be visited now.
const PROMOTE: &str = "
WITH known AS (SELECT id FROM urls WHERE id = ANY($1) AND state = 2 ORDER BY id FOR UPDATE)
UPDATE urls SET state = 0, host = new.host, depth = new.depth, hops = new.hops, sitemap = new.sitemap
FROM known, unnest($1::bigint[], $2::bigint[], $3::integer[], $4::integer[], $5::boolean[])
    AS new (id, host, depth, hops, sitemap)
WHERE urls.id = known.id AND new.id = known.id";

const ADD_HOSTS: &str = "
INSERT INTO hosts (key, origin, ruled, most, places, delay)
SELECT key, origin, $3, $4, $4, make_interval(secs => $5) FROM unnest($1::bytea[], $2::text[]) AS new (key, origin)
ORDER BY key ON CONFLICT DO NOTHING";

const FIND_HOSTS: &str = "SELECT id, origin FROM hosts WHERE key = ANY($1)";

type Key = u128;

/// A URL in the cache.
#[derive(Clone, Copy)]
struct Met {
    id: UrlId,
    /// To be visited, or visited: nothing is left to do but to note the link.
    visited: bool,
}

/// A URL that has been found and is not in the cache.
struct Wanted<'a> {
    url: &'a str,
    visit: Option<Place>,
    /// Its place among all that have been found.
    place: i64,
}

/// What a transaction has found out: to be remembered when it has been committed.
#[derive(Default)]
pub(super) struct Interned {
    met: HashMap<Key, Met>,
    /// URLs that are to be visited and were not before.
    pub(super) added: i64,
}

impl Interned {
    /// The number of a URL that was among those to intern.
    pub(super) fn id(&self, url: &str) -> Option<UrlId> {
        self.met.get(&Cache::<Met>::key(url)).map(|met| met.id)
    }
}

/// See the [module](self).
pub(super) struct Urls {
    cache: Cache<Met>,
    hosts: HashMap<String, i64>,
    /// For hosts that are new: whether their rules are known from the start, leases at a time, gap.
    host: (bool, i32, f64),
    add: Statement,
    find: Statement,
    promote: Statement,
    add_hosts: Statement,
    find_hosts: Statement,
}

impl Urls {
    pub(super) async fn new(client: &Client, politeness: &Politeness, cached: usize) -> Result<Urls, Error> {
        // Until its robots.txt is known a host has one place: for the one who asks for it.
        let most = if politeness.robots { 1 } else { places(politeness) };
        Ok(Urls {
            cache: Cache::new(cached),
            hosts: HashMap::new(),
            host: (!politeness.robots, most, politeness.delay.as_secs_f64()),
            add: client.prepare(ADD).await?,
            find: client.prepare(FIND).await?,
            promote: client.prepare(PROMOTE).await?,
            add_hosts: client.prepare(ADD_HOSTS).await?,
            find_hosts: client.prepare(FIND_HOSTS).await?,
        })
    }

    /// The numbers of URLs, which are added where they are new.
    pub(super) async fn intern<'a>(
        &mut self,
        transaction: &Transaction<'_>,
        found: impl Iterator<Item = &'a Found>,
    ) -> Result<Interned, Error> {
        let mut interned = Interned::default();
        let mut wanted = BTreeMap::new();
        for (place, found) in found.enumerate() {
            let key = Cache::<Met>::key(&found.url);
            match self.cache.get(key) {
                Some(met) if met.visited || found.visit.is_none() => {
                    interned.met.insert(key, met);
                }
                _ => {
                    let new = Wanted { url: &found.url, visit: found.visit, place: place as i64 };
                    let wanted = wanted.entry(key.to_be_bytes()).or_insert(new);
                    wanted.visit = wanted.visit.or(found.visit);
                }
            }
        }
        if !wanted.is_empty() {
            self.add(transaction, &wanted, &mut interned).await?;
        }
        Ok(interned)
    }

    /// Remembers what has been committed.
    pub(super) fn committed(&mut self, interned: Interned) {
        for (key, met) in interned.met {
            self.cache.insert(key, met);
        }
        if self.hosts.len() > MOST_HOSTS {
            self.hosts.clear();
        }
    }

    /// What is remembered may never have been committed.
    pub(super) fn rolled_back(&mut self) {
        self.hosts.clear();
    }

    async fn add(
        &mut self,
        transaction: &Transaction<'_>,
        wanted: &BTreeMap<[u8; 16], Wanted<'_>>,
        interned: &mut Interned,
    ) -> Result<(), Error> {
        self.know_hosts(transaction, wanted.values().filter(|new| new.visit.is_some()).map(|new| new.url)).await?;
        let host = |url: &str| self.hosts.get(&*origin(url)).copied().unwrap_or_default();
        let keys: Vec<&[u8]> = wanted.keys().map(<[u8; 16]>::as_slice).collect();
        let urls: Vec<&str> = wanted.values().map(|new| new.url).collect();
        let hosts: Vec<i64> = wanted.values().map(|new| new.visit.map_or(0, |_| host(new.url))).collect();
        let state = |new: &Wanted| if new.visit.is_some() { PENDING } else { KNOWN };
        let states: Vec<i16> = wanted.values().map(state).collect();
        let visits: Vec<Place> = wanted.values().map(|new| new.visit.unwrap_or_default()).collect();
        let (depths, hops, sitemaps) = columns(&visits);
        let places: Vec<i64> = wanted.values().map(|new| new.place).collect();
        let parameters: [&(dyn ToSql + Sync); 8] = [&keys, &urls, &hosts, &states, &depths, &hops, &sitemaps, &places];
        let mut others: BTreeSet<[u8; 16]> = wanted.keys().copied().collect();
        for row in transaction.query(&self.add, &parameters).await? {
            let key: [u8; 16] = bytes(row.get("key"));
            others.remove(&key);
            let visited = wanted.get(&key).is_some_and(|new| new.visit.is_some());
            interned.added += i64::from(visited);
            interned.met.insert(Key::from_be_bytes(key), Met { id: row.get("id"), visited });
        }
        let others: Vec<&[u8]> = others.iter().map(<[u8; 16]>::as_slice).collect();
        if others.is_empty() {
            return Ok(());
        }
        let mut promoted: Vec<(UrlId, i64, Place)> = Vec::new();
        for row in transaction.query(&self.find, &[&others]).await? {
            let (key, id): ([u8; 16], _) = (bytes(row.get("key")), row.get("id"));
            let known = row.get::<_, i16>("state") == KNOWN;
            let visit = wanted.get(&key).and_then(|new| new.visit.map(|place| (id, host(new.url), place)));
            interned.met.insert(Key::from_be_bytes(key), Met { id, visited: !known || visit.is_some() });
            promoted.extend(visit.filter(|_| known));
        }
        if !promoted.is_empty() {
            let ids: Vec<i64> = promoted.iter().map(|(id, ..)| *id).collect();
            let hosts: Vec<i64> = promoted.iter().map(|(_, host, _)| *host).collect();
            let places: Vec<Place> = promoted.iter().map(|(.., place)| *place).collect();
            let (depths, hops, sitemaps) = columns(&places);
            let rows = transaction.execute(&self.promote, &[&ids, &hosts, &depths, &hops, &sitemaps]).await?;
            interned.added += rows as i64;
        }
        Ok(())
    }

    /// Learns the numbers of these URLs' hosts.
    async fn know_hosts<'a>(
        &mut self,
        transaction: &Transaction<'_>,
        urls: impl Iterator<Item = &'a str>,
    ) -> Result<(), Error> {
        let unknown: BTreeMap<[u8; 16], String> = urls
            .map(origin)
            .filter(|origin| !self.hosts.contains_key(origin))
            .map(|origin| (host_key(&origin), origin))
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let keys: Vec<&[u8]> = unknown.keys().map(<[u8; 16]>::as_slice).collect();
        let origins: Vec<&String> = unknown.values().collect();
        let (ruled, most, delay) = self.host;
        transaction.execute(&self.add_hosts, &[&keys, &origins, &ruled, &most, &delay]).await?;
        for row in transaction.query(&self.find_hosts, &[&keys]).await? {
            self.hosts.insert(row.get("origin"), row.get("id"));
        }
        Ok(())
    }
}

/// Requests under way at a host: one, where there is a gap to keep.
pub(super) fn places(politeness: &Politeness) -> i32 {
    if politeness.delay.is_zero() { i32::try_from(politeness.per_host.max(1)).unwrap_or(i32::MAX) } else { 1 }
}

pub(super) fn host_key(origin: &str) -> [u8; 16] {
    Cache::<Met>::key(origin).to_be_bytes()
}

/// `scheme://host:port` of a normalised URL.
fn origin(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}")
}

fn bytes(column: &[u8]) -> [u8; 16] {
    // All keys were written from sixteen bytes.
    column.try_into().unwrap_or_default()
}

fn columns(places: &[Place]) -> (Vec<i32>, Vec<i32>, Vec<bool>) {
    let depths = places.iter().map(|place| place.depth.cast_signed()).collect();
    let hops = places.iter().map(|place| place.hops.cast_signed()).collect();
    (depths, hops, places.iter().map(|place| place.sitemap).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use url::Url;

    #[test]
    fn an_origin_is_what_the_url_standard_says() {
        for url in ["http://h/", "https://a.b:81/c?d@e://f", "http://me:pw@h:8080/x", "http://[::1]:9/", "http://h?q/"]
        {
            let url = Url::parse(url).unwrap();
            assert_eq!(origin(url.as_str()), url.origin().ascii_serialization());
        }
    }
}
