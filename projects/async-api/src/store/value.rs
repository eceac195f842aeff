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

/// A row as a database gives it. A cell is borrowed: what is made of it decides whether it is copied.
pub trait Cells {
    /// The number in this column, if there is one.
    fn number(&self, column: usize) -> Result<Option<i64>>;

    /// The text in this column, if there is one.
    fn text(&self, column: usize) -> Result<Option<&str>>;

    /// The bytes in this column.
    fn bytes(&self, column: usize) -> Result<&[u8]>;
}

/// A row, whose cells are taken from left to right.
pub struct Row<'a> {
    cells: &'a dyn Cells,
    next: usize,
}

impl<'a> Row<'a> {
    pub fn new(cells: &'a dyn Cells) -> Row<'a> {
        Row { cells, next: 0 }
    }

    fn next(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }

    fn maybe_str(&mut self) -> Result<Option<&'a str>> {
        let column = self.next();
        self.cells.text(column)
    }

    /// A text that is there, for as long as the row is.
    pub fn str(&mut self) -> Result<&'a str> {
        self.maybe_str()?.ok_or_else(|| self.unexpected("no text"))
    }

    /// A text that is there.
    pub fn text(&mut self) -> Result<String> {
        self.str().map(str::to_owned)
    }

    /// A text, or none.
    pub fn maybe_text(&mut self) -> Result<Option<String>> {
        Ok(self.maybe_str()?.map(str::to_owned))
    }

    /// A number that is there.
    pub fn number<T: TryFrom<i64>>(&mut self) -> Result<T> {
        self.maybe_number()?.ok_or_else(|| self.unexpected("no number"))
    }

    /// A number, or none.
    pub fn maybe_number<T: TryFrom<i64>>(&mut self) -> Result<Option<T>> {
        let column = self.next();
        let Some(number) = self.cells.number(column)? else { return Ok(None) };
        T::try_from(number).map(Some).map_err(|_| self.unexpected("a number out of range"))
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
    pub fn bytes(&mut self) -> Result<&'a [u8]> {
        let column = self.next();
        self.cells.bytes(column)
    }

    /// An id that is there.
    pub fn id(&mut self) -> Result<Uuid> {
        self.str()?.parse().map_err(|_| self.unexpected("no id"))
    }

    /// An id, or none.
    pub fn maybe_id(&mut self) -> Result<Option<Uuid>> {
        self.maybe_str()?.map(str::parse).transpose().map_err(|_| self.unexpected("no id"))
    }

    /// What was kept as JSON.
    pub fn json<T: DeserializeOwned>(&mut self) -> Result<T> {
        serde_json::from_str(self.str()?).map_err(|error| StoreError::Failed(format!("a stored value: {error}")))
    }

    fn unexpected(&self, what: &str) -> StoreError {
        StoreError::Failed(format!("{what} in column {} of a row", self.next))
    }
}
