//! The mailboxes, compiled against loom.

#![allow(clippy::todo, unused_imports, unused_variables)]

use loom::{sync, thread};

#[path = "../../src/exercises/mailbox.rs"]
pub mod exercise;
#[path = "../../src/solutions/mailbox.rs"]
pub mod solution;
