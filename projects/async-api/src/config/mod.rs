//! What the operator decides: from a file, the environment and flags, checked once at the start.
//!
//! [`load`] reads them. The table of all settings is in `table`: their names, meanings, limits.

mod database;
mod draft;
mod load;
mod log;
mod mistakes;
mod secret;
mod sources;
mod table;
#[cfg(test)]
mod tests;
mod values;

pub(crate) use draft::is_local;
pub use load::{Loaded, Sources, example, load};
pub use log::{LogFormat, LogSettings};
pub use mistakes::Mistakes;

use ipnet::IpNet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// All settings. They are valid: whoever has them need not check again.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where the service remembers.
    pub database: Database,
    /// A folder for crawls under way, on this machine alone.
    pub data: PathBuf,
    /// How requests are held in bounds.
    pub requests: RequestLimits,
    /// How audits are.
    pub audits: AuditLimits,
    /// How the queue is worked.
    pub jobs: JobSettings,
    /// How images and PDF are made.
    pub cpu: CpuSettings,
    /// How long audits that are over are kept; for ever if none.
    pub retention: Option<Duration>,
    /// Whether requests need an API key. Never false where others than this machine can connect.
    pub keys: bool,
    /// SHA-256 of a key that holds besides those in the store.
    pub key: Option<[u8; 32]>,
}

/// Where the service remembers. Shown without its password.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// A SQLite file.
    File(PathBuf),
    /// A PostgreSQL server.
    Postgres {
        /// `postgres://...`; it may contain a password, and is shown nowhere.
        url: String,
        /// The schema with our tables.
        schema: String,
        /// The most connections.
        connections: usize,
    },
}

/// How requests are held in bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestLimits {
    /// Open connections. More wait in the system's queue.
    pub connections: usize,
    /// Requests under way. One more is answered 503 at once.
    pub concurrent: usize,
    /// From the head of a request to its response's head.
    pub deadline: Duration,
    /// Until the head of a request must be there, and how long a connection may idle.
    pub head: Duration,
    /// Bytes of a body.
    pub body: usize,
    /// From the word to stop until everything is cut off.
    pub drain: Duration,
}

/// How audits are held in bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLimits {
    /// The most pages of one audit.
    pub max_pages: u32,
    /// The most bytes of one audit.
    pub max_bytes: u64,
    /// The most bytes of one page.
    pub page_bytes: u64,
    /// The longest that an audit may take, all attempts together.
    pub time: Duration,
    /// Networks that may be connected to although they are private.
    pub allow: Vec<IpNet>,
}

/// How the queue is worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobSettings {
    /// Audits at a time, in this process. 0: it only serves.
    pub workers: usize,
    /// How long a lease holds without a heartbeat.
    pub lease: Duration,
    /// How often to look for work where nobody said that there is some.
    pub poll: Duration,
    /// How often an audit is begun before it is kept as failed.
    pub attempts: u32,
    /// The wait before the second attempt; it doubles with each, and a quarter of it is random.
    pub back_off: Duration,
}

/// How images and PDF are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CpuSettings {
    /// Threads.
    pub threads: usize,
    /// Requests that may wait for one. One more is answered 503.
    pub queue: usize,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            database: Database::File("async-api.db".into()),
            data: "async-api.data".into(),
            requests: RequestLimits {
                connections: 4096,
                concurrent: 512,
                deadline: Duration::from_secs(15),
                head: Duration::from_secs(10),
                body: 64 * 1024,
                drain: Duration::from_secs(20),
            },
            audits: AuditLimits {
                max_pages: 10_000,
                max_bytes: 2 << 30,
                page_bytes: 16 << 20,
                time: Duration::from_secs(3600),
                allow: Vec::new(),
            },
            jobs: JobSettings {
                workers: 2,
                lease: Duration::from_secs(30),
                poll: Duration::from_secs(2),
                attempts: 4,
                back_off: Duration::from_secs(5),
            },
            cpu: CpuSettings { threads: 2, queue: 16 },
            retention: None,
            keys: false,
            key: None,
        }
    }
}
