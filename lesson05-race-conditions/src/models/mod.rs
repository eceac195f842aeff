//! The lesson's programs once more, as steps for the [explorer](crate::explorer): what is counted, and what is played.

pub mod account;
pub mod counter;
pub mod file;
pub mod lazy;
pub mod litmus;
pub mod locks;
pub mod stack;
