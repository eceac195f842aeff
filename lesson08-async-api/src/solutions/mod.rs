//! One way to do it. Look here when your own works.

pub mod acquire_timeout;
pub mod group_commit;
pub mod idempotency;
pub mod token_bucket;
