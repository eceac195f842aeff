//! What statements take and give: the four types that both databases have.

use super::{Result, StoreError};
use crate::model::{AuditId, Owner, ScheduleId, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Value {
    /// As JSON, in a text.
    pub fn json(value: &impl Serialize) -> Result<Value> {
        serde_json::to_string(value).map(Value::from).map_err(|error| StoreError::Failed(error.to_string()))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        // PostgreSQL's text cannot hold it, and a title from the web may.
        Value::Text(text.replace('\0', "\u{fffd}"))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        if text.contains('\0') { Value::from(text.as_str()) } else { Value::Text(text) }
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Int(number)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Value {
        Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Value {
        Value::Bytes(bytes)
    }
}

/// Types that are kept as another that is a value.
macro_rules! kept_as {
    ($($type:ty: $one:ident => $value:expr;)*) => {
        $(impl From<$type> for Value {
            fn from($one: $type) -> Value {
                Value::from($value)
            }
        })*
    };
}

kept_as! {
    u32: number => i64::from(number);
    u16: number => i64::from(number);
    bool: flag => i64::from(flag);
    &String: text => text.as_str();
    &Owner: owner => owner.0.as_str();
    Uuid: id => id.to_string();
    AuditId: id => id.0;
    ScheduleId: id => id.0;
    Timestamp: moment => moment.0;
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

/// The values of a statement, in the order of their numbers.
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::value::Value::from($value)),*] };
}
pub(super) use values;

/// A row, whose cells are taken from left to right.
#[derive(Debug)]
pub struct Row(std::vec::IntoIter<Value>);

impl Row {
    pub fn new(cells: Vec<Value>) -> Row {
        Row(cells.into_iter())
    }

    fn next(&mut self) -> Result<Value> {
        self.0.next().ok_or_else(|| StoreError::Failed("a row is too short".to_owned()))
    }

    /// A text that is there.
    pub fn text(&mut self) -> Result<String> {
        self.maybe_text()?.ok_or_else(|| unexpected("a text", &Value::Null))
    }

    /// A text, or none.
    pub fn maybe_text(&mut self) -> Result<Option<String>> {
        match self.next()? {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(Some(text)),
            other => Err(unexpected("a text", &other)),
        }
    }

    /// A number that is there.
    pub fn number<T: TryFrom<i64>>(&mut self) -> Result<T> {
        self.maybe_number()?.ok_or_else(|| unexpected("a number", &Value::Null))
    }

    /// A number, or none.
    pub fn maybe_number<T: TryFrom<i64>>(&mut self) -> Result<Option<T>> {
        match self.next()? {
            Value::Null => Ok(None),
            Value::Int(number) => {
                T::try_from(number).map(Some).map_err(|_| unexpected("a number in range", &Value::Int(number)))
            }
            other => Err(unexpected("a number", &other)),
        }
    }

    /// Yes or no.
    pub fn flag(&mut self) -> Result<bool> {
        Ok(self.number::<i64>()? != 0)
    }

    /// A moment that is there.
    pub fn time(&mut self) -> Result<Timestamp> {
        self.number().map(Timestamp)
    }

    /// A moment, or none.
    pub fn maybe_time(&mut self) -> Result<Option<Timestamp>> {
        Ok(self.maybe_number()?.map(Timestamp))
    }

    /// Bytes that are there.
    pub fn bytes(&mut self) -> Result<Vec<u8>> {
        match self.next()? {
            Value::Bytes(bytes) => Ok(bytes),
            other => Err(unexpected("bytes", &other)),
        }
    }

    /// An id that is there.
    pub fn id(&mut self) -> Result<Uuid> {
        let text = self.text()?;
        text.parse().map_err(|_| unexpected("an id", &Value::Text(text)))
    }

    /// An id, or none.
    pub fn maybe_id(&mut self) -> Result<Option<Uuid>> {
        let Some(text) = self.maybe_text()? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| unexpected("an id", &Value::Text(text)))
    }

    /// What was kept as JSON.
    pub fn json<T: DeserializeOwned>(&mut self) -> Result<T> {
        serde_json::from_str(&self.text()?).map_err(|error| StoreError::Failed(format!("a stored value: {error}")))
    }
}

fn unexpected(what: &str, found: &Value) -> StoreError {
    StoreError::Failed(format!("expected {what}, found {found:?}"))
}
