//! One connection to the server, and what its errors mean.

use super::super::clock::Clock;
use super::super::transaction::{Reader, Together, Transaction};
use super::super::value::{Cells, Row, Value};
use super::super::{Change, Result, StoreError};
use crate::model::Timestamp;
use deadpool_postgres::ClientWrapper as Client;
use futures::future::BoxFuture;
use futures::{FutureExt, TryStreamExt, try_join};
use std::error::Error;
use std::pin::pin;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

/// A value, as the driver takes it.
type Reference<'a> = &'a (dyn ToSql + Sync);

const NOTIFY: &str = "SELECT pg_notify($1, told) FROM unnest(CAST($2 AS TEXT[])) AS told";
const NOW: &str = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)";

/// What an error of PostgreSQL's means to us.
pub fn failed(error: &tokio_postgres::Error) -> StoreError {
    let Some(said) = error.as_db_error() else {
        // The server did not say it: the connection did.
        let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
        return StoreError::Unavailable(format!("{error}{cause}"));
    };
    let text = format!("{} ({})", said.message(), said.code().code());
    match said.code().code() {
        // No space on the device; a standby or a read-only session.
        "53100" | "25006" => StoreError::Unwritable(text),
        // Timeouts, deadlocks and conflicts: once more may do.
        "57014" | "40001" | "40P01" | "55P03" => StoreError::Unavailable(text),
        // Connections, resources, an operator who ends it.
        code if ["08", "53", "57"].contains(&&code[..2]) => StoreError::Unavailable(text),
        _ => StoreError::Failed(text),
    }
}

/// A connection, alone or in a transaction.
pub struct Open<'a> {
    client: &'a Client,
    clock: &'a Clock,
    channel: &'a str,
    stage: Stage,
    told: Vec<String>,
}

/// Where its transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// There is none: each statement stands for itself.
    None,
    /// It begins together with its first statement.
    Due,
    /// It has begun, and must end.
    Begun,
}

impl<'a> Open<'a> {
    /// Each statement for itself.
    pub fn alone(client: &'a Client, clock: &'a Clock, channel: &'a str) -> Self {
        Open { client, clock, channel, stage: Stage::None, told: Vec::new() }
    }

    /// For writing. Dropped before its end, be it by an error or by a client that hangs up, all of it is taken back.
    pub fn in_transaction(client: &'a Client, clock: &'a Clock, channel: &'a str) -> Self {
        Open { client, clock, channel, stage: Stage::Due, told: Vec::new() }
    }

    /// Ends the transaction. PostgreSQL sends the hints when it commits, and to this process as to the others.
    pub async fn commit(mut self) -> Result<()> {
        let run = async {
            let told = std::mem::take(&mut self.told);
            let notify = match told.is_empty() {
                true => None,
                false => Some(self.client.prepare_cached(NOTIFY).await?),
            };
            if self.stage == Stage::Begun {
                self.stage = Stage::None;
                let hints = async {
                    let Some(notify) = &notify else { return Ok(0) };
                    self.client.execute(notify, &[&self.channel, &told]).await
                };
                // Where the hints fail, what is told to commit takes everything back.
                try_join!(hints, self.client.batch_execute("COMMIT"))?;
            }
            Ok(())
        };
        run.await.map_err(|error| failed(&error))
    }

    /// Runs statements as one, and what was told with them.
    pub async fn run_together(&mut self, together: &'static Together, values: &[Value]) -> Result<()> {
        let (channel, hints) = (values.len() + 1, values.len() + 2);
        let sql = together
            .before(|| format!("SELECT pg_notify(${channel}, told) FROM unnest(CAST(${hints} AS TEXT[])) AS told"));
        let told = std::mem::take(&mut self.told);
        let mut all = references(values);
        let (client, to) = (self.client, self.channel);
        all.extend([&to as Reference<'_>, &told]);
        let run = async {
            let statement = client.prepare_cached(sql).await?;
            self.run(client.execute(&statement, &all)).await
        };
        run.await.map(drop).map_err(|error| failed(&error))
    }

    /// Runs a statement: the first of a transaction together with its beginning, in one way there and back.
    async fn run<T>(
        &mut self,
        statement: impl Future<Output = std::result::Result<T, tokio_postgres::Error>>,
    ) -> std::result::Result<T, tokio_postgres::Error> {
        if self.stage != Stage::Due {
            return statement.await;
        }
        self.stage = Stage::Begun;
        // Sent in the order in which they are polled first, and run in the order in which they are sent.
        try_join!(self.client.batch_execute("BEGIN"), statement).map(|((), done)| done)
    }

    /// Runs a statement and shows its rows.
    pub async fn run_select(&mut self, sql: &str, values: &[Value], read: Reader<'_>) -> Result<()> {
        let client = self.client;
        let run = async {
            let statement = client.prepare_cached(sql).await?;
            self.run(client.query_raw(&statement, values)).await
        };
        let mut rows = pin!(run.await.map_err(|error| failed(&error))?);
        while let Some(row) = rows.try_next().await.map_err(|error| failed(&error))? {
            read(&mut Row::new(&row))?;
        }
        Ok(())
    }

    async fn run_change(&mut self, sql: &str, values: &[Value]) -> Result<u64> {
        let client = self.client;
        let run = async {
            let statement = client.prepare_cached(sql).await?;
            self.run(client.execute_raw(&statement, values)).await
        };
        run.await.map_err(|error| failed(&error))
    }

    async fn run_now(&mut self) -> Result<Timestamp> {
        let mut now = None;
        self.run_select(NOW, &[], &mut |row| row.time().map(|time| now = Some(time))).await?;
        now.map(|now| self.clock.put_forward(now))
            .ok_or_else(|| StoreError::Failed("the server has no clock".to_owned()))
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if self.stage == Stage::Begun {
            // It is sent at the first poll, and nobody waits for what comes of it: whoever gets the connection next comes
            // behind it.
            let _ = self.client.batch_execute("ROLLBACK").now_or_never();
        }
    }
}

impl Transaction for Open<'_> {
    fn select<'b>(&'b mut self, sql: &'b str, values: Vec<Value>, read: Reader<'b>) -> BoxFuture<'b, Result<()>> {
        Box::pin(async move { self.run_select(sql, &values, read).await })
    }

    fn change<'b>(&'b mut self, sql: &'b str, values: Vec<Value>) -> BoxFuture<'b, Result<u64>> {
        Box::pin(async move { self.run_change(sql, &values).await })
    }

    fn changes(&mut self, together: &'static Together, values: Vec<Value>) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move { self.run_together(together, &values).await })
    }

    fn now(&mut self) -> BoxFuture<'_, Result<Timestamp>> {
        Box::pin(self.run_now())
    }

    fn lock(&self) -> &'static str {
        " FOR UPDATE"
    }

    fn lock_free(&self) -> &'static str {
        " FOR UPDATE SKIP LOCKED"
    }

    fn tell(&mut self, change: Change) {
        self.told.push(change.to_string());
    }
}

fn references(values: &[Value]) -> Vec<Reference<'_>> {
    values.iter().map(|value| value as Reference<'_>).collect()
}

fn cell<'a, T: FromSql<'a>>(row: &'a tokio_postgres::Row, column: usize) -> Result<T> {
    row.try_get(column).map_err(|error| StoreError::Failed(format!("a stored value: {error}")))
}

impl Cells for tokio_postgres::Row {
    fn number(&self, column: usize) -> Result<Option<i64>> {
        cell(self, column)
    }

    fn text(&self, column: usize) -> Result<Option<&str>> {
        cell(self, column)
    }

    fn bytes(&self, column: usize) -> Result<&[u8]> {
        cell(self, column)
    }
}

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> std::result::Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(number) => number.to_sql_checked(ty, out),
            Value::Text(text) => text.to_sql_checked(ty, out),
            Value::Bytes(bytes) => bytes.to_sql_checked(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true // each form asks its own
    }

    to_sql_checked!();
}
