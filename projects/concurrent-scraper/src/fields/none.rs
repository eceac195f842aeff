//! The user's own columns, in a build without the feature `columns`: there can be none.

#[path = "value.rs"]
mod value;

pub use value::Value;

/// The user's columns. Without the feature `columns` there are none.
#[derive(Clone, Debug)]
pub enum Fields {}

impl Fields {
    /// The values of all columns in one page.
    pub fn extract(&self, _: &str) -> Vec<(String, Value)> {
        match *self {}
    }
}
