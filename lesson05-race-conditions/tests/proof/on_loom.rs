//! What rests on memory ordering, compiled against loom: every value that a load may come back with.
//!
//! Nothing else: loom ends the whole process at a deadlock, and it does not know scopes or channels of every kind.

use loom::{sync, thread};

#[path = "../../src/programs/litmus.rs"]
pub mod litmus;

#[path = "../../src/programs/lazy.rs"]
pub mod lazy;

#[path = "../../src/programs/stack.rs"]
pub mod stack;
