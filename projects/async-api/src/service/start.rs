//! What must be there before the first request: the store, and a key where others can connect.

use crate::config::{Database, Settings, is_local};
use crate::model::KeyLimits;
use crate::store::{Store, StoreError};
use anyhow::{Context, bail, ensure};
use std::net::SocketAddr;
use std::thread::available_parallelism;

/// The name of the key that the settings have.
pub const ENVIRONMENT: &str = "environment";

/// Opens the store that the settings name.
///
/// # Errors
/// If it cannot be opened; the message says what to do.
pub async fn open(database: &Database) -> anyhow::Result<Store> {
    let store = match database {
        Database::File(path) => {
            let readers = available_parallelism().map_or(2, usize::from).clamp(2, 8);
            Store::embedded(path, readers).await
        }
        #[cfg(feature = "postgres")]
        Database::Postgres { url, schema, connections } => Store::postgres(url, schema, *connections).await,
        #[cfg(not(feature = "postgres"))]
        Database::Postgres { .. } => bail!("this program was built without PostgreSQL"),
    };
    store.map_err(|error| {
        let advice = advice(database, &error);
        anyhow::Error::new(error).context(format!("cannot open the database {database}{advice}"))
    })
}

fn advice(database: &Database, error: &StoreError) -> &'static str {
    match (database, error) {
        (Database::File(_), StoreError::Unavailable(_)) => " (does another process hold it?)",
        (Database::File(_), StoreError::Unwritable(_)) => {
            " (is the disk full, is there no such folder, or is it or the file read-only?)"
        }
        (Database::File(_), StoreError::Failed(_)) => " (if it is damaged: restore a backup, or name another file)",
        (Database::Postgres { .. }, StoreError::Unavailable(_)) => {
            " (does the server run, and can it be reached from here?)"
        }
        (Database::Postgres { .. }, StoreError::Unwritable(_)) => " (is its disk full, or is it a read-only standby?)",
        (Database::Postgres { .. }, StoreError::Failed(_)) => {
            " (may this user connect, and create tables in this schema?)"
        }
        (_, StoreError::Closed) => "",
    }
}

/// Whether a service with these settings could start: the database is there, and a key where one is needed.
///
/// # Errors
/// If not, with why.
pub async fn check(settings: &Settings) -> anyhow::Result<()> {
    let store = open(&settings.database).await?;
    let needed = settings.keys && settings.key.is_none();
    let found = if needed { some_key(&store, settings.listen).await } else { Ok(()) };
    store.close().await;
    found
}

/// Puts the settings' key into the store, and makes sure that there is one where one is needed.
///
/// # Errors
/// If there is none, or the store does not answer.
pub(super) async fn keys(store: &Store, settings: &Settings, address: SocketAddr) -> anyhow::Result<()> {
    ensure!(settings.keys || is_local(address), "others can connect to {address}, so requests must need a key");
    if let Some(hash) = settings.key {
        environment(store, hash).await.context("cannot use the key in the settings")?;
    }
    if settings.keys { some_key(store, address).await } else { Ok(()) }
}

async fn some_key(store: &Store, address: SocketAddr) -> anyhow::Result<()> {
    let there_is = store.keys().await?.iter().any(|key| key.revoked_at.is_none());
    ensure!(
        there_is,
        "requests to {address} need an API key, and there is none: \
         make one with `async-api keys create NAME`, or set ASYNC_API_KEY"
    );
    Ok(())
}

/// The key that is set now is the only one of its name that holds: who changes it takes the old one back.
async fn environment(store: &Store, hash: [u8; 32]) -> anyhow::Result<()> {
    let current = store.create_key(ENVIRONMENT, hash, KeyLimits::default()).await?;
    if let Some(when) = current.revoked_at {
        bail!("it was taken back at {when}: set another");
    }
    for key in store.keys().await? {
        if key.name == ENVIRONMENT && key.id != current.id && key.revoked_at.is_none() {
            store.revoke_key(key.id).await?;
            tracing::info!(id = %key.id.0, "the former key in the settings is taken back");
        }
    }
    Ok(())
}
