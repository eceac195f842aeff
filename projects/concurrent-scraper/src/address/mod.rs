//! Addresses: one spelling for each resource, and which of them belong to the crawl.

mod normalise;
mod scope;

pub use normalise::{Normalisation, Query, normalise};
pub use scope::{OutOfScope, Region, Scope, ScopeError, ScopeOptions};
