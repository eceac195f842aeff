//! What the primitives stand on. The proofs replace these files by others of the same names.

use super::sync;

pub mod cell;
pub mod clock;
pub mod futex;
pub mod identity;

/// How often a lock asks before its thread goes to sleep, if nothing else is said. The proofs set it to 0, because each
/// question multiplies the schedules; with 1 and 100 the locks are proved as well, by name.
pub const SPIN: u32 = 100;
