//! The shared frontier, against a PostgreSQL that the tests start themselves and throw away. Where its programs are not
//! installed the tests say so and pass; with `REQUIRE_POSTGRES` set they fail.
#![cfg(all(feature = "postgres", unix))]

mod backend;
mod cluster;
mod conformance;
mod figures;
mod hosts;
mod polite;
mod processes;
mod program;
mod server;
#[path = "../support/mod.rs"]
mod support;
mod together;
