//! Version 3: PostgreSQL. The queue, the readers and the group commit are the server's; the pool is deadpool's.
//!
//! A pool larger than the server's cores is no quicker: on two cores, 64 connections do a third less than 16.

use std::str::FromStr;

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use tokio_postgres::{Config, NoTls, Row};

use super::{NewNote, Note, PATIENCE, StoreError};

/// Connections to a server.
#[derive(Debug, Clone)]
pub struct Server {
    pool: Pool,
    schema: String,
    temporary: bool,
}

impl Server {
    /// Connects, and makes the table in a schema of that name; a temporary schema is dropped at the end. Without TLS:
    /// for a server on this machine or in this network.
    ///
    /// # Errors
    /// If the URL makes no sense, or the server does not answer.
    pub async fn open(url: &str, schema: &str, temporary: bool, size: usize) -> Result<Self, StoreError> {
        let plain = schema.chars().all(|character| character.is_ascii_lowercase() || "0123456789_".contains(character));
        if schema.is_empty() || !plain {
            return Err(StoreError::SetUp(format!("{schema:?} is no name for a schema")));
        }
        let config = Config::from_str(url)?;
        // Fast: no query to ask whether a connection lives. A second round trip for each request costs a third more.
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let pool = Pool::builder(Manager::from_config(config, NoTls, recycling))
            .max_size(size)
            .wait_timeout(Some(PATIENCE))
            .create_timeout(Some(PATIENCE))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| StoreError::SetUp(error.to_string()))?;
        let server = Server { pool, schema: schema.to_owned(), temporary };
        let table = format!(
            "CREATE SCHEMA IF NOT EXISTS {schema};
             CREATE TABLE IF NOT EXISTS {schema}.notes
                 (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL)"
        );
        server.client().await?.batch_execute(&table).await?;
        Ok(server)
    }

    /// The pool.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    pub(super) async fn create(&self, note: NewNote) -> Result<Note, StoreError> {
        let client = self.client().await?;
        let sql = format!("INSERT INTO {}.notes (title, text) VALUES ($1, $2) RETURNING id", self.schema);
        let insert = client.prepare_cached(&sql).await?;
        let row = client.query_one(&insert, &[&note.title, &note.text]).await?;
        Ok(Note { id: row.try_get(0)?, title: note.title, text: note.text })
    }

    pub(super) async fn read(&self, id: i64) -> Result<Option<Note>, StoreError> {
        let client = self.client().await?;
        let select =
            client.prepare_cached(&format!("SELECT id, title, text FROM {}.notes WHERE id = $1", self.schema)).await?;
        Ok(client.query_opt(&select, &[&id]).await?.as_ref().map(note).transpose()?)
    }

    pub(super) async fn list(&self, before: Option<i64>, limit: u32) -> Result<Vec<Note>, StoreError> {
        let client = self.client().await?;
        let sql = format!("SELECT id, title, text FROM {}.notes WHERE id < $1 ORDER BY id DESC LIMIT $2", self.schema);
        let select = client.prepare_cached(&sql).await?;
        let rows = client.query(&select, &[&before.unwrap_or(i64::MAX), &i64::from(limit)]).await?;
        Ok(rows.iter().map(note).collect::<Result<_, _>>()?)
    }

    pub(super) async fn close(&self) {
        if self.temporary
            && let Ok(client) = self.client().await
        {
            // The server may be gone; then so is the schema's reader.
            drop(client.batch_execute(&format!("DROP SCHEMA IF EXISTS {} CASCADE", self.schema)).await);
        }
        self.pool.close();
    }

    async fn client(&self) -> Result<Object, StoreError> {
        Ok(self.pool.get().await?)
    }
}

fn note(row: &Row) -> Result<Note, tokio_postgres::Error> {
    Ok(Note { id: row.try_get(0)?, title: row.try_get(1)?, text: row.try_get(2)? })
}
