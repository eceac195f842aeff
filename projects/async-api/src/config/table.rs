//! Every setting, once: its name, what it means, how it is read and how it is said.

use super::draft::Draft;
use super::log::{LogFormat, filter};
use super::values::{Parsed, boolean, duration, duration_text, list, number, size, size_text};
use super::{Database, secret};
use crate::store::is_schema_name;
use ipnet::IpNet;
use std::path::PathBuf;
use std::time::Duration;
use toml::Value;

/// A setting.
pub(super) struct Setting {
    /// Its name in the file: `table.name`.
    pub(super) name: &'static str,
    /// What it means.
    pub(super) about: &'static str,
    /// Reads it.
    pub(super) read: fn(&mut Draft, &str) -> Parsed<()>,
    /// Says it; nothing where it is secret.
    pub(super) say: fn(&Draft) -> Option<Value>,
}

impl Setting {
    /// Its name in the environment.
    pub(super) fn variable(&self) -> String {
        format!("ASYNC_API_{}", self.name.replace('.', "_").to_uppercase())
    }
}

const MILLISECOND: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

/// A setting whose value goes into this field.
macro_rules! setting {
    ($name:literal, $about:literal, $($field:ident).+, $read:expr, $say:expr) => {
        Setting {
            name: $name,
            about: $about,
            read: |draft, text| {
                let read: fn(&str) -> Parsed<_> = $read;
                draft.$($field).+ = read(text)?;
                Ok(())
            },
            say: |draft| Some(Value::from($say(&draft.$($field).+))),
        }
    };
}

/// A number of this field's type.
macro_rules! amount {
    ($name:literal, $about:literal, $($field:ident).+, $range:expr) => {
        setting!($name, $about, $($field).+, |text| number(text, $range), integer)
    };
}

/// A length of time.
macro_rules! time {
    ($name:literal, $about:literal, $($field:ident).+, $range:expr) => {
        setting!($name, $about, $($field).+, |text| duration(text, $range), |time: &Duration| duration_text(*time))
    };
}

/// All of them, in the order of the file.
pub(super) const SETTINGS: [Setting; 28] = [
    setting!(
        "listen",
        "Where to listen. Anywhere but on this machine alone, requests need an API key.",
        settings.listen,
        |text| text.parse().map_err(|_| format!("{text:?} is no address: use one such as 127.0.0.1:8080")),
        ToString::to_string
    ),
    setting!(
        "database",
        "A SQLite file, or postgres://user:password@host/database. DATABASE_URL is read, too.",
        settings.database,
        Database::parse,
        ToString::to_string
    ),
    setting!(
        "data",
        "A folder for crawls under way, on this machine.",
        settings.data,
        |text| Ok(text.into()),
        |data: &PathBuf| data.to_string_lossy().into_owned()
    ),
    Setting {
        name: "key",
        about: "An API key: aak_ and 32 characters or more. `async-api keys create NAME` makes others.",
        read: |draft, text| {
            secret::strong(text)?;
            draft.settings.key = Some(crate::keys::hash(text));
            Ok(())
        },
        say: |_| None,
    },
    Setting {
        name: "keys",
        about: "Whether requests need an API key. Where nothing is said: if others can connect, or a key is set.",
        read: |draft, text| {
            draft.keys = Some(boolean(text)?);
            Ok(())
        },
        say: |draft| Some(draft.clone().finish().0.keys.into()),
    },
    Setting {
        name: "retention",
        about: "How long audits that are over are kept, such as \"90d\".",
        read: |draft, text| {
            let kept = if text == "forever" { None } else { Some(duration(text, HOUR..=DAY * 36_500)?) };
            draft.settings.retention = kept;
            Ok(())
        },
        say: |draft| Some(draft.settings.retention.map_or("forever".to_owned(), duration_text).into()),
    },
    setting!(
        "log",
        "How much is logged: error, warn, info, debug, or by module, such as \"info,async_api=debug\".",
        log.filter,
        filter,
        String::clone
    ),
    setting!("log_format", "text or json.", log.format, LogFormat::parse, |format: &LogFormat| format.name()),
    setting!("postgres.schema", "The schema with our tables.", schema, schema_name, String::clone),
    amount!("postgres.connections", "The most connections of this process.", connections, 2..=1000),
    amount!("requests.connections", "Open connections. More wait.", settings.requests.connections, 1..=1_000_000),
    amount!(
        "requests.concurrent",
        "Requests under way. One more is answered 503.",
        settings.requests.concurrent,
        1..=1_000_000
    ),
    time!(
        "requests.deadline",
        "From a request to its answer, and how long a client may take none of it.",
        settings.requests.deadline,
        MILLISECOND * 10..=HOUR
    ),
    time!(
        "requests.head",
        "Until a request's head must be there, and how long a connection may idle.",
        settings.requests.head,
        MILLISECOND * 10..=HOUR
    ),
    setting!(
        "requests.body",
        "The longest body.",
        settings.requests.body,
        |text| size(text, 1024..=1 << 30).map(|bytes| bytes as usize), // 2^30 fits everywhere
        |bytes: &usize| size_text(*bytes as u64)
    ),
    time!(
        "requests.drain",
        "From the word to stop until everything is cut off.",
        settings.requests.drain,
        Duration::ZERO..=HOUR
    ),
    amount!("audits.max_pages", "The most pages of one audit.", settings.audits.max_pages, 1..=10_000_000),
    setting!(
        "audits.max_bytes",
        "The most bytes of one audit.",
        settings.audits.max_bytes,
        |text| size(text, 1024..=1 << 50),
        |bytes: &u64| size_text(*bytes)
    ),
    setting!(
        "audits.page_bytes",
        "The most bytes of one page.",
        settings.audits.page_bytes,
        |text| size(text, 1024..=1 << 30),
        |bytes: &u64| size_text(*bytes)
    ),
    time!("audits.time", "The longest that an audit may take.", settings.audits.time, SECOND..=DAY * 30),
    setting!(
        "audits.allow",
        "Private networks that may be audited, such as [\"10.1.0.0/16\"].",
        settings.audits.allow,
        |text| list(text).map_err(|wrong| format!("{wrong}: use networks such as 10.1.0.0/16")),
        |networks: &Vec<IpNet>| networks.iter().map(ToString::to_string).collect::<Vec<_>>()
    ),
    amount!("jobs.workers", "Audits at a time. 0: this process only answers.", settings.jobs.workers, 0..=1024),
    time!("jobs.lease", "How long a worker may be silent.", settings.jobs.lease, SECOND..=HOUR),
    time!("jobs.poll", "How often to look for work.", settings.jobs.poll, MILLISECOND * 10..=HOUR),
    amount!("jobs.attempts", "How often an audit is begun before it has failed.", settings.jobs.attempts, 1..=100),
    time!("jobs.back_off", "Before the second attempt; it doubles.", settings.jobs.back_off, Duration::ZERO..=HOUR),
    amount!("cpu.threads", "Threads for images and PDF.", settings.cpu.threads, 1..=1024),
    amount!("cpu.queue", "Requests that may wait for one.", settings.cpu.queue, 1..=1_000_000),
];

fn integer<T: Copy + TryInto<i64>>(number: &T) -> i64 {
    (*number).try_into().unwrap_or(i64::MAX)
}

fn schema_name(text: &str) -> Parsed<String> {
    if !is_schema_name(text) {
        return Err(format!("{text:?} is no name of a schema: use lower case letters, digits and _"));
    }
    Ok(text.to_owned())
}

/// The setting of that name.
pub(super) fn named(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}
