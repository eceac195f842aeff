//! Settings in the making: what has been read so far, on top of what holds where nothing is said.

use super::database::{CONNECTIONS, SCHEMA};
use super::mistakes::Mistake;
use super::{Database, LogSettings, Settings};

/// Settings in the making.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) settings: Settings,
    pub(super) log: LogSettings,
    /// What was said about keys, if anything was: where nothing is, it follows from the rest.
    pub(super) keys: Option<bool>,
    pub(super) schema: String,
    pub(super) connections: usize,
}

impl Default for Draft {
    fn default() -> Draft {
        Draft {
            settings: Settings::default(),
            log: LogSettings::default(),
            keys: None,
            schema: SCHEMA.to_owned(),
            connections: CONNECTIONS,
        }
    }
}

impl Draft {
    /// What is wrong only together. `origin` says where a setting was set.
    pub(super) fn contradictions(&self, origin: impl Fn(&str) -> String) -> Vec<Mistake> {
        let mut wrong = Vec::new();
        let listen = self.settings.listen;
        if self.keys == Some(false) && !is_local(listen) {
            let text = format!("false is for this machine alone, and others can connect to {listen}");
            wrong.push(Mistake::new(origin("keys"), text));
        }
        let audits = &self.settings.audits;
        if audits.page_bytes > audits.max_bytes {
            wrong.push(Mistake::new(origin("audits.page_bytes"), "is more than audits.max_bytes"));
        }
        wrong
    }

    /// The settings, when nothing is wrong.
    pub(super) fn finish(self) -> (Settings, LogSettings) {
        let Draft { mut settings, log, keys, schema: name, connections: most } = self;
        if let Database::Postgres { schema, connections, .. } = &mut settings.database {
            (*schema, *connections) = (name, most);
        }
        // Who sets a key wants it to be asked for.
        settings.keys = keys.unwrap_or(!is_local(settings.listen) || settings.key.is_some());
        (settings, log)
    }
}

/// Whether only this machine can connect.
pub(crate) fn is_local(address: std::net::SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}
