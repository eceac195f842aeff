//! Leasing: who visits what, until when, and whose turn it is at a host.

use super::failed;
use crate::frontier::{FrontierError, Lease, Leased, Place, UrlId, Validators};
use crate::page::{Problem, ProblemKind};
use std::time::Duration;
use tokio_postgres::{Client, Row, Statement};

/// Leases of dead workers come back. Their last request may have been sent the moment before, so the host's gap is kept.
const RECLAIM: &str = "
WITH expired AS (
    SELECT id FROM urls WHERE state = 3 AND until < clock_timestamp() ORDER BY id FOR UPDATE SKIP LOCKED
), back AS (
    UPDATE urls SET state = 0, worker = NULL, until = NULL FROM expired WHERE urls.id = expired.id RETURNING host
)
UPDATE hosts SET next_at = greatest(next_at, clock_timestamp() + delay)
WHERE id IN (SELECT host FROM back) AND delay > interval '0'";

/// Locks up to `$2` hosts behind `$1` that have pending URLs and may be asked now, or soon where there is a gap to wait
/// for. From one host to the next it is one look into the index, however many URLs are in between. Hosts that another
/// process is leasing from at this moment are passed over.
const LOCK: &str = "
WITH RECURSIVE waiting (host) AS (
    (SELECT host FROM urls WHERE state = 0 AND host > $1 ORDER BY host LIMIT 1)
    UNION ALL
    SELECT (SELECT urls.host FROM urls WHERE state = 0 AND urls.host > waiting.host ORDER BY urls.host LIMIT 1)
    FROM waiting WHERE waiting.host IS NOT NULL
)
SELECT hosts.id FROM waiting JOIN hosts ON hosts.id = waiting.host
WHERE hosts.problem IS NOT NULL
   OR (next_at <= clock_timestamp() + least(delay, interval '1 second')
       AND places > (SELECT count(*) FROM urls WHERE urls.host = hosts.id AND state = 3))
LIMIT $2 FOR UPDATE OF hosts SKIP LOCKED";

/// Leases up to `$2` URLs of the hosts `$1` and reserves the hosts' places and turns: all in one statement, which begins
/// after the hosts have been locked and so sees all that others have leased from them.
///
/// `$3` whose, `$4` for how many seconds, `$5` whether level by level. A host that has been given up is asked nothing: its
/// URLs are handed out to be written off.
const LEASE: &str = "
WITH room AS (
    SELECT id, delay, next_at, problem, message,
           CASE WHEN problem IS NOT NULL THEN $2::bigint
                ELSE places - (SELECT count(*) FROM urls WHERE urls.host = hosts.id AND state = 3) END AS places
    FROM hosts
    WHERE id = ANY($1)
      AND (problem IS NOT NULL OR next_at <= clock_timestamp() + least(delay, interval '1 second'))
), chosen AS (
    SELECT next.id, room.id AS host, problem, message, greatest(next_at - clock_timestamp(), interval '0') AS wait
    FROM room CROSS JOIN LATERAL (
        SELECT id FROM urls
        WHERE urls.host = room.id AND state = 0 AND (not_before IS NULL OR not_before <= clock_timestamp())
          AND (NOT $5 OR depth <= (SELECT min(depth) FROM urls WHERE state IN (0, 3)))
        ORDER BY depth, id LIMIT greatest(room.places, 0) FOR UPDATE SKIP LOCKED
    ) AS next
    LIMIT $2::bigint
), reserved AS (
    UPDATE hosts SET next_at = greatest(next_at, clock_timestamp()) + delay
    WHERE id IN (SELECT host FROM chosen) AND delay > interval '0'
), leased AS (
    UPDATE urls SET state = 3, attempt = attempt + 1, worker = $3, until = clock_timestamp() + make_interval(secs => $4)
    FROM chosen WHERE urls.id = chosen.id
    RETURNING urls.id, url, depth, hops, sitemap, attempt, tries, chosen.host AS host, problem, message,
              extract(epoch FROM wait)::double precision AS wait
)
SELECT leased.*, etag, last_modified FROM leased LEFT JOIN pages ON pages.url = leased.id ORDER BY depth, leased.id";

/// A lease that has been taken over is not renewed: its attempt is another one. One that is just being completed need
/// not be.
const RENEW: &str = "
WITH held AS (
    SELECT urls.id FROM urls JOIN unnest($1::bigint[], $2::integer[]) AS mine (id, attempt) USING (id, attempt)
    WHERE state = 3 ORDER BY urls.id FOR UPDATE OF urls SKIP LOCKED
)
UPDATE urls SET until = clock_timestamp() + make_interval(secs => $3) FROM held WHERE urls.id = held.id";

/// Whatever the lease was good for, a request may have been made under it.
const RELEASE: &str = "
WITH back AS (
    UPDATE urls SET state = 0, worker = NULL, until = NULL, tries = greatest(tries, $3),
                    not_before = CASE WHEN $4::double precision > 0 THEN clock_timestamp() + make_interval(secs => $4) END
    FROM unnest($1::bigint[], $2::integer[]) AS mine (id, attempt)
    WHERE urls.id = mine.id AND state = 3 AND urls.attempt = mine.attempt
    RETURNING host
)
UPDATE hosts SET next_at = greatest(next_at, clock_timestamp() + delay)
WHERE id IN (SELECT host FROM back) AND delay > interval '0'";

/// A lease and its fencing token.
pub(super) type Held = (UrlId, i32);

/// The connection that leases, with its statements.
pub(super) struct Leasing {
    pub(super) client: Client,
    worker: i64,
    seconds: f64,
    by_level: bool,
    /// The last host that was leased from: the next ones are those behind it.
    turn: i64,
    reclaim: Statement,
    lock: Statement,
    lease: Statement,
    renew: Statement,
    release: Statement,
}

impl Leasing {
    pub(super) async fn new(
        client: Client,
        worker: i64,
        lease: Duration,
        by_level: bool,
    ) -> Result<Leasing, tokio_postgres::Error> {
        // A lease that a crash of the database forgets is a lease that has come back.
        client.batch_execute("SET synchronous_commit TO off").await?;
        Ok(Leasing {
            worker,
            seconds: lease.as_secs_f64(),
            by_level,
            turn: 0,
            reclaim: client.prepare(RECLAIM).await?,
            lock: client.prepare(LOCK).await?,
            lease: client.prepare(LEASE).await?,
            renew: client.prepare(RENEW).await?,
            release: client.prepare(RELEASE).await?,
            client,
        })
    }

    /// Leases, hosts taking turns. The fencing tokens come beside the leases.
    pub(super) async fn lease(&mut self, want: usize) -> Result<(Leased, Vec<Held>), FrontierError> {
        let (mut leases, mut held) = (Vec::new(), Vec::new());
        let transaction = self.client.transaction().await.map_err(failed)?;
        transaction.execute(&self.reclaim, &[]).await.map_err(failed)?;
        // From where the last turn ended to the last host, then from the first one.
        let mut starts = vec![0];
        if self.turn > 0 {
            starts.insert(0, self.turn);
        }
        for start in starts {
            let room = (want - leases.len()) as i64;
            let hosts = transaction.query(&self.lock, &[&start, &room]).await.map_err(failed)?;
            let hosts: Vec<i64> = hosts.iter().map(|row| row.get(0)).collect();
            if hosts.is_empty() {
                continue;
            }
            let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
                [&hosts, &room, &self.worker, &self.seconds, &self.by_level];
            let rows = transaction.query(&self.lease, &parameters).await.map_err(failed)?;
            self.turn = rows.iter().map(|row| row.get("host")).max().unwrap_or(self.turn);
            for row in rows {
                held.push((row.get("id"), row.get("attempt")));
                leases.push(lease_of(&row));
            }
            if leases.len() >= want {
                break;
            }
        }
        let finished = leases.is_empty() && {
            let any = "SELECT NOT EXISTS (SELECT 1 FROM urls WHERE state IN (0, 3))";
            transaction.query_one(any, &[]).await.map_err(failed)?.get(0)
        };
        transaction.commit().await.map_err(failed)?;
        Ok((Leased { leases, finished }, held))
    }

    pub(super) async fn renew(&self, held: &[Held]) -> Result<(), FrontierError> {
        let (ids, attempts) = columns(held);
        self.client.execute(&self.renew, &[&ids, &attempts, &self.seconds]).await.map_err(failed).map(drop)
    }

    /// Gives leases back, after so many tries in all and not to be leased for so long.
    pub(super) async fn release(&self, held: &[Held], tries: i32, wait: Duration) -> Result<(), FrontierError> {
        let (ids, attempts) = columns(held);
        let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
            [&ids, &attempts, &tries, &wait.as_secs_f64()];
        self.client.execute(&self.release, &parameters).await.map_err(failed).map(drop)
    }
}

pub(super) fn columns(held: &[Held]) -> (Vec<i64>, Vec<i32>) {
    held.iter().copied().unzip()
}

fn lease_of(row: &Row) -> Lease {
    let kind = row.get::<_, Option<&str>>("problem").and_then(ProblemKind::from_name);
    Lease {
        id: row.get("id"),
        url: row.get("url"),
        place: Place {
            depth: row.get::<_, i32>("depth").unsigned_abs(),
            hops: row.get::<_, i32>("hops").unsigned_abs(),
            sitemap: row.get("sitemap"),
        },
        validators: Validators { etag: row.get("etag"), last_modified: row.get("last_modified") },
        wait: Duration::from_secs_f64(row.get::<_, f64>("wait").max(0.0)),
        attempts: row.get::<_, i32>("tries").unsigned_abs(),
        given_up: kind.map(|kind| Problem::new(kind, row.get::<_, Option<String>>("message").unwrap_or_default())),
    }
}
