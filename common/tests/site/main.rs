//! The fixture site behaves, and misbehaves, as told.

#![cfg(feature = "site")]

mod client;
mod connections;
mod folder;
mod graph;
mod scripts;
