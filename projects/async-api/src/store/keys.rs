//! API keys, of which only the hash is kept.

use super::value::{Row, values};
use super::{Result, Store};
use crate::model::{Key, KeyId, KeyLimits};
use uuid::Uuid;

macro_rules! columns {
    () => {
        "id, name, requests_per_minute, burst, audits_per_day, created_at, revoked_at"
    };
}

impl Store {
    /// Adds a key. If there is one with this hash already, nothing changes: that one is returned.
    ///
    /// # Errors
    /// The store's.
    pub async fn create_key(&self, name: &str, hash: [u8; 32], limits: KeyLimits) -> Result<Key> {
        let (id, name) = (Uuid::now_v7(), name.to_owned());
        self.write(move |transaction| {
            Box::pin(async move {
                let now = transaction.now().await?;
                let sql = "INSERT INTO keys (id, name, hash, requests_per_minute, burst, audits_per_day, created_at) \
                    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (hash) DO NOTHING";
                let KeyLimits { requests_per_minute, burst, audits_per_day } = limits;
                let hash = hash.to_vec();
                let values = values![id, &name, hash.clone(), requests_per_minute, burst, audits_per_day, now];
                transaction.change(sql, values).await?;
                let sql = concat!("SELECT ", columns!(), " FROM keys WHERE hash = $1");
                let key = transaction.row(sql, values![hash], read).await?;
                key.ok_or_else(|| super::StoreError::Failed("the key is gone".to_owned()))
            })
        })
        .await
    }

    /// The key with this hash, if there is one that was not taken back.
    ///
    /// # Errors
    /// The store's.
    pub async fn key(&self, hash: [u8; 32]) -> Result<Option<Key>> {
        let sql = concat!("SELECT ", columns!(), " FROM keys WHERE hash = $1 AND revoked_at IS NULL");
        Ok(self.select(sql, values![hash.to_vec()], read).await?.pop())
    }

    /// All keys.
    ///
    /// # Errors
    /// The store's.
    pub async fn keys(&self) -> Result<Vec<Key>> {
        self.select(concat!("SELECT ", columns!(), " FROM keys ORDER BY id"), Vec::new(), read).await
    }

    /// Takes a key back. Says whether there was one that held.
    ///
    /// # Errors
    /// The store's.
    pub async fn revoke_key(&self, id: KeyId) -> Result<bool> {
        self.write(move |transaction| {
            Box::pin(async move {
                let now = transaction.now().await?;
                let sql = "UPDATE keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
                Ok(transaction.change(sql, values![id.0, now]).await? > 0)
            })
        })
        .await
    }
}

fn read(row: &mut Row<'_>) -> Result<Key> {
    Ok(Key {
        id: KeyId(row.id()?),
        name: row.text()?,
        limits: KeyLimits { requests_per_minute: row.number()?, burst: row.number()?, audits_per_day: row.number()? },
        created_at: row.time()?,
        revoked_at: row.maybe_time()?,
    })
}
