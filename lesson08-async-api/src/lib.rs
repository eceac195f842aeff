//! Lesson 08: an async service.
//!
//! Between a handler that works and a service that can be left alone lies the question of who waits for whom, for how
//! long, and what becomes of the work when one of them goes away. A pool answers it for connections, a bounded queue
//! for the processor, a tracker for what goes on after the response, and a deadline for the end. Each is small enough
//! to be built here by hand, and is used by one service: notes, kept in SQLite or in PostgreSQL.

pub mod background;
pub mod child;
pub mod client;
pub mod cpu;
pub mod demos;
pub mod exercises;
pub mod load;
pub mod pool;
pub mod running;
pub mod serve;
pub mod service;
pub mod shown;
pub mod solutions;
pub mod store;
