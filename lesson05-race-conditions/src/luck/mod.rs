//! The programs left to luck: two threads at once, again and again, and what came of it.

pub mod account;
pub mod counter;
pub mod file;
pub mod litmus;
pub mod publication;
pub mod stack;
