//! What a column holds on one page.

use serde::{Deserialize, Serialize};

/// The value of a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// The page has no such element, or its text is not of the column's type.
    Null,
    /// A column of type `integer`.
    Integer(i64),
    /// A column of type `number`.
    Number(f64),
    /// A column of type `text`.
    Text(String),
    /// All matches, of a column with a `*`.
    List(Vec<Value>),
}
