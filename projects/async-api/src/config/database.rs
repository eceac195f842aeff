//! Where the service remembers, as an operator writes it and as it may be shown.

use super::Database;
use super::values::Parsed;
use std::fmt;
use url::Url;

/// The schema, unless somebody says another.
pub(super) const SCHEMA: &str = "async_api";
/// The most connections of one process, unless somebody says another number.
pub(super) const CONNECTIONS: usize = 10;

impl Database {
    /// A path, or the URL of a PostgreSQL server. What is wrong is said without the text, which may hold a password.
    pub(super) fn parse(text: &str) -> Parsed<Database> {
        if text.is_empty() || text.contains('\0') {
            return Err("must be a path or a postgres:// URL".to_owned());
        }
        if !text.contains("://") {
            return Ok(Database::File(text.into()));
        }
        if !is_postgres(text) {
            return Err("must be a path or a postgres:// URL: other databases are not supported".to_owned());
        }
        well_formed(text)?;
        Ok(Database::Postgres { url: text.to_owned(), schema: SCHEMA.to_owned(), connections: CONNECTIONS })
    }
}

#[cfg(feature = "postgres")]
fn well_formed(url: &str) -> Parsed<()> {
    let parsed: Result<tokio_postgres::Config, _> = url.parse();
    let wrong = "is no URL that PostgreSQL understands: use one such as postgres://user:password@host:5432/database";
    parsed.map(drop).map_err(|_| wrong.to_owned())
}

#[cfg(not(feature = "postgres"))]
fn well_formed(_url: &str) -> Parsed<()> {
    Err("is a PostgreSQL URL, and this program was built without PostgreSQL".to_owned())
}

fn is_postgres(text: &str) -> bool {
    text.starts_with("postgres://") || text.starts_with("postgresql://")
}

/// Whether it has a password in it.
pub(super) fn has_password(text: &str) -> bool {
    is_postgres(text) && shown(text) != text
}

/// The URL without what is secret in it.
fn shown(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else {
        return "postgres://...".to_owned(); // several hosts, say: fine for PostgreSQL, and hard to take apart
    };
    if url.password().is_some() && url.set_password(Some("...")).is_err() {
        return "postgres://...".to_owned();
    }
    if url.query_pairs().any(|(name, _)| name.to_lowercase().contains("password")) {
        url.set_query(Some("..."));
    }
    url.into()
}

impl fmt::Display for Database {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Database::File(path) => path.display().fmt(out),
            Database::Postgres { url, .. } => shown(url).fmt(out),
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Database::File(path) => out.debug_tuple("File").field(path).finish(),
            Database::Postgres { url, schema, connections } => {
                let mut out = out.debug_struct("Postgres");
                out.field("url", &shown(url)).field("schema", schema).field("connections", connections).finish()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "postgres")]
    #[test]
    fn a_password_is_shown_nowhere() {
        for url in [
            "postgres://anna:hunter2@db:5432/audits",
            "postgresql://anna@db/audits?password=hunter2&application_name=a",
            "postgres://anna:hunter2@one:5432,two:5432/audits",
            "postgres://anna:hunter2@%2Frun%2Fpostgresql/audits",
        ] {
            let database = Database::parse(url).unwrap();
            assert!(!format!("{database} {database:?}").contains("hunter2"), "{database:?}");
            assert!(has_password(url), "{url}");
        }
        let database = Database::parse("postgres://anna:hunter2@db:5432/audits").unwrap();
        assert_eq!(database.to_string(), "postgres://anna:...@db:5432/audits");
    }

    #[test]
    fn what_is_no_database_is_refused_without_being_repeated() {
        for text in ["", "mysql://anna:hunter2@db/audits", "postgres://anna:hunter2@db:port/audits"] {
            let wrong = Database::parse(text).unwrap_err();
            assert!(!wrong.contains("hunter2") && wrong.contains("postgres"), "{wrong}");
        }
    }

    #[test]
    fn everything_else_is_a_path() {
        for path in ["a.db", "/var/lib/a.db", r"C:\data\a.db"] {
            assert_eq!(Database::parse(path), Ok(Database::File(path.into())));
            assert!(!has_password(path));
        }
    }
}
