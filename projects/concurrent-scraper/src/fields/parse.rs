//! How a column is written.

use scraper::Selector;
use thiserror::Error;

use super::{Field, Part, Type};
use crate::output::COLUMNS;

/// Why a column cannot be read.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum FieldError {
    /// There is no `=`, or nothing on one side of it.
    #[error("`{0}`: a field is written name=selector, for example price:number=.price::text")]
    Shape(String),
    /// A type that does not exist.
    #[error("`{0}`: the types are text, integer and number")]
    Type(String),
    /// Not a CSS selector.
    #[error("`{field}`: not a CSS selector: {reason}")]
    Selector {
        /// The field as it was written.
        field: String,
        /// What the selector's parser says.
        reason: String,
    },
    /// `::` with something else behind it.
    #[error("`{0}`: after the selector comes ::text, ::html or ::attr(name)")]
    Part(String),
    /// The name is taken, by another field or by one of the columns that are always there.
    #[error("`{0}`: there is already a column of this name")]
    Taken(String),
}

pub(super) fn fields(columns: &[String]) -> Result<Vec<Field>, FieldError> {
    let mut fields: Vec<Field> = Vec::with_capacity(columns.len());
    for column in columns {
        let field = field(column)?;
        // SQLite compares the names of columns without regard to case.
        let taken = |name: &str| name.eq_ignore_ascii_case(&field.name);
        if fields.iter().any(|other| taken(&other.name)) || COLUMNS.iter().any(|column| taken(column)) {
            return Err(FieldError::Taken(column.clone()));
        }
        fields.push(field);
    }
    Ok(fields)
}

fn field(column: &str) -> Result<Field, FieldError> {
    let shape = || FieldError::Shape(column.to_owned());
    let (name, selector) = column.split_once('=').ok_or_else(shape)?;
    let (name, all) = match name.trim().strip_suffix('*') {
        Some(name) => (name, true),
        None => (name.trim(), false),
    };
    let (name, of_type) = match name.split_once(':') {
        None => (name, Type::Text),
        Some((name, "text")) => (name, Type::Text),
        Some((name, "integer")) => (name, Type::Integer),
        Some((name, "number")) => (name, Type::Number),
        Some(_) => return Err(FieldError::Type(column.to_owned())),
    };
    let (selector, part) = match selector.rsplit_once("::") {
        None => (selector, Part::Text),
        Some((selector, "text")) => (selector, Part::Text),
        Some((selector, "html")) => (selector, Part::Html),
        Some((selector, part)) => {
            let name = part.strip_prefix("attr(").and_then(|rest| rest.strip_suffix(')')).map(str::trim);
            let name = name.filter(|name| !name.is_empty()).ok_or_else(|| FieldError::Part(column.to_owned()))?;
            (selector, Part::Attribute(name.to_ascii_lowercase()))
        }
    };
    if name.is_empty() || selector.trim().is_empty() {
        return Err(shape());
    }
    let not_css = |error: scraper::error::SelectorErrorKind| FieldError::Selector {
        field: column.to_owned(),
        reason: error.to_string(),
    };
    Ok(Field { name: name.to_owned(), of_type, all, selector: Selector::parse(selector).map_err(not_css)?, part })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(columns: &[&str]) -> String {
        let columns: Vec<String> = columns.iter().map(|&column| column.to_owned()).collect();
        fields(&columns).unwrap_err().to_string()
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert!(error(&["price"]).contains("name=selector"));
        assert!(error(&["=a"]).contains("name=selector"));
        assert!(error(&["a="]).contains("name=selector"));
        assert!(error(&["a=::text"]).contains("name=selector"));
        assert!(error(&["a:float=b"]).contains("the types are"));
        assert!(error(&["a=b::attr()"]).contains("::attr(name)"));
        assert!(error(&["a=b::before"]).contains("::attr(name)"));
        assert!(error(&["a=[["]).contains("not a CSS selector"));
        assert!(error(&["a=b", "A=c"]).contains("already a column"));
        assert!(error(&["URL=b"]).contains("already a column"));
    }
}
