//! Whose turn it is: hosts take turns, and no host has more leases than its share. So a slow host with a million URLs
//! does not stand in the way of the others.

use super::schema::PENDING;
use crate::frontier::{Lease, Place, UrlId, Validators};
use rusqlite::{Connection, OptionalExtension, named_params};
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

type HostId = i64;

/// What a host has to do. `pending` counts its leased URLs too.
struct Host {
    pending: u64,
    leased: u64,
    /// Depth and number of the last URL read: all pending ones up to it are leased.
    read: (u32, UrlId),
    in_turn: bool,
}

/// The pending URLs by host. The URLs themselves stay in the file.
pub(super) struct Hosts {
    hosts: HashMap<HostId, Host>,
    ids: HashMap<String, HostId>,
    turn: VecDeque<HostId>,
    leased: HashMap<UrlId, (HostId, u32)>,
    share: u64,
    level: Option<u32>,
}

impl Hosts {
    pub(super) fn read(connection: &Connection, share: usize, by_level: bool) -> rusqlite::Result<Hosts> {
        let mut hosts = Hosts {
            hosts: HashMap::new(),
            ids: HashMap::new(),
            turn: VecDeque::new(),
            leased: HashMap::new(),
            share: share.max(1) as u64,
            level: by_level.then_some(0),
        };
        let mut rows = connection.prepare(
            "SELECT hosts.id, origin, count(urls.id) FROM hosts LEFT JOIN urls ON urls.host = hosts.id AND state = 0
             GROUP BY hosts.id",
        )?;
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            let (id, origin) = (row.get(0)?, row.get(1)?);
            hosts.know(id, origin);
            for _ in 0..row.get::<_, i64>(2)? {
                hosts.pending(id, 0, 0);
            }
        }
        Ok(hosts)
    }

    /// The number of a URL's host.
    pub(super) fn id(&mut self, connection: &Connection, url: &str) -> rusqlite::Result<HostId> {
        let origin = origin(url);
        if let Some(id) = self.ids.get(origin) {
            return Ok(*id);
        }
        let known = connection
            .prepare_cached("SELECT id FROM hosts WHERE origin = ?")?
            .query_row([origin], |row| row.get(0))
            .optional()?;
        let id = match known {
            Some(id) => id,
            None => connection.prepare_cached("INSERT INTO hosts (origin) VALUES (?)")?.insert([origin])?,
        };
        self.know(id, origin.to_owned());
        Ok(id)
    }

    fn know(&mut self, id: HostId, origin: String) {
        self.ids.insert(origin, id);
        self.hosts.entry(id).or_insert(Host { pending: 0, leased: 0, read: (0, -1), in_turn: false });
    }

    /// A URL has become pending.
    pub(super) fn pending(&mut self, host: HostId, depth: u32, id: UrlId) {
        let Some(entry) = self.hosts.get_mut(&host) else { return };
        entry.pending += 1;
        entry.read = entry.read.min((depth, id - 1));
        if !entry.in_turn {
            entry.in_turn = true;
            self.turn.push_back(host);
        }
    }

    /// A lease ends; `done` tells whether its URL is done, too, or pending again.
    pub(super) fn end(&mut self, id: UrlId, done: bool) {
        let Some((host, depth)) = self.leased.remove(&id) else { return };
        let Some(host) = self.hosts.get_mut(&host) else { return };
        host.leased -= 1;
        if done {
            host.pending -= 1;
        } else {
            host.read = host.read.min((depth, id - 1));
        }
    }

    pub(super) fn leased(&self) -> u64 {
        self.leased.len() as u64
    }

    /// Whether nothing is pending and nothing leased.
    pub(super) fn finished(&self) -> bool {
        self.leased.is_empty() && self.hosts.values().all(|host| host.pending == 0)
    }

    pub(super) fn lease(&mut self, connection: &Connection, want: usize) -> rusqlite::Result<Vec<Lease>> {
        let leases = self.lease_level(connection, want)?;
        // A level begins when the one before is done, so that depths are the true distances from the seeds.
        if leases.is_empty() && self.leased.is_empty() && self.level.is_some() && !self.finished() {
            let next = "SELECT min(depth) FROM urls INDEXED BY pending WHERE state = 0";
            self.level = connection.query_row(next, [], |row| row.get(0))?;
            return self.lease_level(connection, want);
        }
        Ok(leases)
    }

    fn lease_level(&mut self, connection: &Connection, want: usize) -> rusqlite::Result<Vec<Lease>> {
        let mut leases = Vec::new();
        for _ in 0..self.turn.len() {
            if leases.len() == want {
                break;
            }
            let Some(id) = self.turn.pop_front() else { break };
            let Some(host) = self.hosts.get_mut(&id) else { continue };
            let most = (want - leases.len()) as u64;
            let most = most.min(self.share.saturating_sub(host.leased)).min(host.pending - host.leased);
            if most > 0 {
                let level = self.level.unwrap_or(u32::MAX);
                take(connection, id, host, &mut self.leased, most as usize, level, &mut leases)?;
            }
            host.in_turn = host.pending > 0;
            if host.in_turn {
                self.turn.push_back(id);
            }
        }
        Ok(leases)
    }
}

/// Takes a host's next URLs, in the order of depth and discovery.
fn take(
    connection: &Connection,
    id: HostId,
    host: &mut Host,
    leased: &mut HashMap<UrlId, (HostId, u32)>,
    most: usize,
    level: u32,
    leases: &mut Vec<Lease>,
) -> rusqlite::Result<()> {
    debug_assert_eq!(PENDING, 0, "as the index has it");
    let mut statement = connection.prepare_cached(
        "SELECT urls.id, urls.url, depth, hops, sitemap, etag, last_modified
         FROM urls INDEXED BY pending LEFT JOIN pages ON pages.url = urls.id
         WHERE host = :host AND state = 0 AND (depth, urls.id) > (:depth, :id) AND depth <= :level
         ORDER BY depth, urls.id",
    )?;
    let (depth, last) = host.read;
    let mut rows = statement.query(named_params! { ":host": id, ":depth": depth, ":id": last, ":level": level })?;
    let full = leases.len() + most;
    while leases.len() < full
        && let Some(row) = rows.next()?
    {
        let (url, depth) = (row.get(0)?, row.get(2)?);
        host.read = (depth, url);
        if leased.contains_key(&url) {
            continue;
        }
        leased.insert(url, (id, depth));
        host.leased += 1;
        leases.push(Lease {
            id: url,
            url: row.get(1)?,
            place: Place { depth, hops: row.get(3)?, sitemap: row.get(4)? },
            validators: Validators { etag: row.get(5)?, last_modified: row.get(6)? },
            wait: Duration::ZERO,
            attempts: 0,
            given_up: None,
        });
    }
    Ok(())
}

/// `scheme://host:port` of a normalised URL.
fn origin(url: &str) -> &str {
    let start = url.find("://").map_or(0, |scheme| scheme + 3);
    url[start..].find(['/', '?']).map_or(url, |length| &url[..start + length])
}
