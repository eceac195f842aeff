//! The store in a PostgreSQL server, which any number of processes may share.

mod connection;
mod hints;

use super::clock::Clock;
use super::transaction::{Together, Transaction};
use super::value::{Row, Value};
use super::{Change, Result, StoreError, is_schema_name, migrations};
use connection::{Open, failed};
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, Timeouts};
use futures::future::BoxFuture;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;
use tokio_postgres::NoTls;
use tokio_util::sync::CancellationToken;

/// How long to wait for a free connection, and for a new one.
const PATIENCE: Duration = Duration::from_secs(3);
/// Who brings the tables up to date holds this lock, in the key space of advisory locks.
const MIGRATING: i64 = 0x61_75_64_69_74;

/// A pool of connections, and one more that listens.
#[derive(Debug)]
pub struct Postgres {
    pool: Pool,
    clock: Arc<Clock>,
    channel: String,
    stop: CancellationToken,
}

impl Postgres {
    /// Connects, makes the schema if need be, and brings its tables up to date.
    pub async fn open(
        url: &str,
        schema: &str,
        connections: usize,
        clock: &Arc<Clock>,
        changes: &broadcast::Sender<Change>,
    ) -> Result<Postgres> {
        if !is_schema_name(schema) {
            return Err(StoreError::Failed(format!("{schema:?} is no name for a schema: a-z, 0-9 and _")));
        }
        let mut config: tokio_postgres::Config =
            url.parse().map_err(|error| StoreError::Failed(format!("no PostgreSQL URL: {error}")))?;
        let options = config.get_options().unwrap_or_default();
        // Whoever hangs is ended by the server: a statement, and a transaction whose process is gone.
        let ours = format!(
            "{options} -c search_path={schema} -c statement_timeout=15000 -c idle_in_transaction_session_timeout=15000"
        );
        config.options(ours.trim());
        config.application_name(format!("async-api {schema}"));
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(PATIENCE);
        }
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let timeouts = Timeouts { wait: Some(PATIENCE), create: Some(PATIENCE), recycle: Some(PATIENCE) };
        let pool = Pool::builder(Manager::from_config(config.clone(), NoTls, recycling))
            .max_size(connections.max(1))
            .timeouts(timeouts)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| StoreError::Failed(error.to_string()))?;
        let store = Postgres {
            pool,
            clock: Arc::clone(clock),
            channel: format!("async_api_{schema}"),
            stop: CancellationToken::new(),
        };
        store.migrate(schema).await?;
        tokio::spawn(hints::listen(config, store.channel.clone(), changes.clone(), store.stop.clone()));
        Ok(store)
    }

    async fn migrate(&self, schema: &str) -> Result<()> {
        let connection = self.connection().await?;
        let mut transaction = Open::in_transaction(&connection, &self.clock, &self.channel);
        let locked: &mut dyn Transaction = &mut transaction;
        locked.change(&format!("SELECT pg_advisory_xact_lock({MIGRATING})"), Vec::new()).await?;
        locked.change(&format!("CREATE SCHEMA IF NOT EXISTS {schema}"), Vec::new()).await?;
        migrations::run(locked, str::to_owned).await?;
        transaction.commit().await
    }

    async fn connection(&self) -> Result<Object> {
        self.pool.get().await.map_err(|error| match error {
            PoolError::Backend(error) => failed(&error),
            PoolError::Closed => StoreError::Closed,
            other => StoreError::Unavailable(other.to_string()),
        })
    }

    /// Runs a statement by itself, and says what was made of its rows.
    pub async fn select<T>(&self, sql: &str, values: &[Value], read: fn(&mut Row<'_>) -> Result<T>) -> Result<Vec<T>>
    where
        T: Send,
    {
        let connection = self.connection().await?;
        let mut all = Vec::new();
        let mut keep = |row: &mut Row<'_>| read(row).map(|value| all.push(value));
        Open::alone(&connection, &self.clock, &self.channel).run_select(sql, values, &mut keep).await?;
        Ok(all)
    }

    /// Runs statements as one, which needs no transaction around it.
    pub async fn together(&self, together: &'static Together, values: &[Value], change: Change) -> Result<()> {
        let connection = self.connection().await?;
        let mut alone = Open::alone(&connection, &self.clock, &self.channel);
        alone.tell(change);
        alone.run_together(together, values).await
    }

    /// Runs `work` on a connection, each statement by itself.
    pub async fn read<T, W>(&self, work: W) -> Result<T>
    where
        W: for<'t> FnOnce(&'t mut dyn Transaction) -> BoxFuture<'t, Result<T>>,
    {
        let connection = self.connection().await?;
        work(&mut Open::alone(&connection, &self.clock, &self.channel)).await
    }

    /// Runs `work` in a transaction.
    pub async fn write<T, W>(&self, work: W) -> Result<T>
    where
        W: for<'t> FnOnce(&'t mut dyn Transaction) -> BoxFuture<'t, Result<T>>,
    {
        let connection = self.connection().await?;
        let mut transaction = Open::in_transaction(&connection, &self.clock, &self.channel);
        let result = work(&mut transaction).await?;
        transaction.commit().await?;
        Ok(result)
    }

    /// Ends the connections as they become free.
    pub fn close(&self) {
        self.stop.cancel();
        self.pool.close();
    }
}
