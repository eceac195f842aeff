//! One connection to the server, and what its errors mean.

use super::super::clock::Clock;
use super::super::transaction::{Statement, Transaction};
use super::super::value::{Row, Value};
use super::super::{Change, Result, StoreError};
use crate::model::Timestamp;
use deadpool_postgres::{Client, GenericClient, Transaction as Pooled};
use futures::future::{BoxFuture, try_join_all};
use std::error::Error;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

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

/// A connection without a transaction: for reading.
pub struct Autocommit<'a> {
    client: &'a Client,
    clock: &'a Clock,
}

impl<'a> Autocommit<'a> {
    pub fn new(client: &'a Client, clock: &'a Clock) -> Self {
        Autocommit { client, clock }
    }
}

/// A connection in a transaction.
pub struct InTransaction<'a> {
    transaction: Pooled<'a>,
    clock: &'a Clock,
    channel: &'a str,
    told: Vec<String>,
}

impl<'a> InTransaction<'a> {
    pub fn new(transaction: Pooled<'a>, clock: &'a Clock, channel: &'a str) -> Self {
        InTransaction { transaction, clock, channel, told: Vec::new() }
    }

    /// PostgreSQL sends the hints when the transaction commits, and to this process as to the others.
    pub async fn commit(self) -> Result<()> {
        let run = async {
            if !self.told.is_empty() {
                let notify = "SELECT pg_notify($1, told) FROM unnest($2::text[]) AS told";
                let notify = self.transaction.prepare_cached(notify).await?;
                self.transaction.execute(&notify, &[&self.channel, &self.told]).await?;
            }
            self.transaction.commit().await
        };
        run.await.map_err(|error| failed(&error))
    }
}

async fn rows(client: &impl GenericClient, sql: &str, values: &[Value]) -> Result<Vec<Row>> {
    let run = async {
        let statement = client.prepare_cached(sql).await?;
        client.query(&statement, &references(values)).await
    };
    let rows = run.await.map_err(|error: tokio_postgres::Error| failed(&error))?;
    rows.iter().map(read).collect()
}

async fn change(client: &impl GenericClient, sql: &str, values: &[Value]) -> Result<u64> {
    let run = async {
        let statement = client.prepare_cached(sql).await?;
        client.execute(&statement, &references(values)).await
    };
    run.await.map_err(|error: tokio_postgres::Error| failed(&error))
}

async fn now(client: &impl GenericClient, clock: &Clock) -> Result<Timestamp> {
    let mut found = rows(client, NOW, &[]).await?;
    let row = found.first_mut().ok_or_else(|| StoreError::Failed("the server has no clock".to_owned()))?;
    Ok(clock.put_forward(row.time()?))
}

fn references(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

fn read(row: &tokio_postgres::Row) -> Result<Row> {
    let cells = row.columns().iter().enumerate().map(|(index, column)| {
        let cell = match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(index).map(Value::from),
            Type::INT4 => row.try_get::<_, Option<i32>>(index).map(|number| Value::from(number.map(i64::from))),
            Type::TEXT => row.try_get::<_, Option<String>>(index).map(Value::from),
            Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(index).map(Value::from),
            Type::VOID => Ok(Value::Null),
            ref other => return Err(StoreError::Failed(format!("a column of type {other}"))),
        };
        cell.map_err(|error| failed(&error))
    });
    cells.collect::<Result<_>>().map(Row::new)
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

impl Transaction for Autocommit<'_> {
    fn rows<'b>(&'b mut self, sql: &'b str, values: Vec<Value>) -> BoxFuture<'b, Result<Vec<Row>>> {
        Box::pin(async move { rows(self.client, sql, &values).await })
    }

    fn change<'b>(&'b mut self, _: &'b str, _: Vec<Value>) -> BoxFuture<'b, Result<u64>> {
        Box::pin(async { Err(StoreError::Failed("a change outside a transaction".to_owned())) })
    }

    fn changes<'b>(&'b mut self, _: Vec<Statement>) -> BoxFuture<'b, Result<()>> {
        Box::pin(async { Err(StoreError::Failed("a change outside a transaction".to_owned())) })
    }

    fn now(&mut self) -> BoxFuture<'_, Result<Timestamp>> {
        Box::pin(now(self.client, self.clock))
    }

    fn lock(&self) -> &'static str {
        ""
    }

    fn lock_free(&self) -> &'static str {
        ""
    }

    fn tell(&mut self, _: Change) {}
}

impl Transaction for InTransaction<'_> {
    fn rows<'b>(&'b mut self, sql: &'b str, values: Vec<Value>) -> BoxFuture<'b, Result<Vec<Row>>> {
        Box::pin(async move { rows(&self.transaction, sql, &values).await })
    }

    fn change<'b>(&'b mut self, sql: &'b str, values: Vec<Value>) -> BoxFuture<'b, Result<u64>> {
        Box::pin(async move { change(&self.transaction, sql, &values).await })
    }

    fn changes<'b>(&'b mut self, statements: Vec<Statement>) -> BoxFuture<'b, Result<()>> {
        Box::pin(async move {
            let transaction = &self.transaction;
            let run = async {
                let mut prepared = Vec::new();
                for (sql, _) in &statements {
                    prepared.push(transaction.prepare_cached(sql).await?);
                }
                // Sent in the order in which they are polled first, and run in the order in which they are sent.
                let sent = prepared.iter().zip(&statements).map(|(statement, (_, values))| async move {
                    transaction.execute(statement, &references(values)).await
                });
                try_join_all(sent).await.map(drop)
            };
            run.await.map_err(|error: tokio_postgres::Error| failed(&error))
        })
    }

    fn now(&mut self) -> BoxFuture<'_, Result<Timestamp>> {
        Box::pin(now(&self.transaction, self.clock))
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
