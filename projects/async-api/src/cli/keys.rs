//! `keys`.

use super::args::NewKey;
use super::print;
use anyhow::{Context, ensure};
use async_api::config::Database;
use async_api::model::{Key, KeyId, KeyLimits};
use async_api::{keys, service};
use std::fmt::Write;
use uuid::Uuid;

/// Makes a key. On the standard output is the key alone, for scripts.
pub(super) async fn create(database: &Database, new: NewKey) -> anyhow::Result<()> {
    let NewKey { name, requests_per_minute, burst, audits_per_day } = new;
    let text = keys::generate().context("the system has no random numbers")?;
    let store = service::open(database).await?;
    let limits = KeyLimits { requests_per_minute, burst, audits_per_day };
    let created = store.create_key(&name, keys::hash(&text), limits).await;
    store.close().await;
    let id = created.context("cannot keep the key")?.id.0;
    print::result(&format!("{text}\n"))?;
    print::note(&format!("This is {name}'s key {id}, shown this once. Use it as `Authorization: Bearer ...`."));
    Ok(())
}

/// Lists all keys.
pub(super) async fn list(database: &Database) -> anyhow::Result<()> {
    let store = service::open(database).await?;
    let keys = store.keys().await;
    store.close().await;
    print::result(&table(&keys?)?)?;
    Ok(())
}

/// Takes a key back.
pub(super) async fn revoke(database: &Database, id: Uuid) -> anyhow::Result<()> {
    let store = service::open(database).await?;
    let revoked = store.revoke_key(KeyId(id)).await;
    store.close().await;
    ensure!(revoked?, "there is no key {id}, or it was taken back before");
    print::note(&format!("{id} is taken back"));
    Ok(())
}

fn table(keys: &[Key]) -> Result<String, std::fmt::Error> {
    let mut out = String::new();
    writeln!(
        out,
        "{:36}  {:>10}  {:>5}  {:>10}  {:24}  {:24}  name",
        "id", "per minute", "burst", "audits/day", "created", "taken back"
    )?;
    for Key { id, name, limits, created_at, revoked_at } in keys {
        let KeyLimits { requests_per_minute, burst, audits_per_day } = limits;
        let (created, revoked) = (created_at.to_string(), revoked_at.map_or("-".to_owned(), |when| when.to_string()));
        writeln!(
            out,
            "{:36}  {requests_per_minute:>10}  {burst:>5}  {audits_per_day:>10}  {created:24}  {revoked:24}  {name}",
            id.0
        )?;
    }
    Ok(out)
}
