//! Site audits as a service: give it a site, it crawls it in the background and answers with broken links, redirects,
//! slow pages and duplicate titles.
//!
//! ```text
//! client --request--> http --one transaction--> store <--lease, heartbeat, result-- jobs --> audit --> the site
//!   ^                   |                         |
//!   +---- events -------+<---- what has changed --+        report: JSON, CSV; PDF and thumbnails on cpu's few threads
//! ```
//!
//! [`model`] is what all of them speak of. [`store`] keeps it, in SQLite or in PostgreSQL. [`http`] takes requests,
//! [`jobs`] does the work that they leave behind by way of [`audit`], [`report`] writes what was found. [`service`] starts
//! and stops them in order. Nothing is global: a test starts as many services as it likes.

pub mod audit;
pub mod config;
pub mod cpu;
pub mod http;
pub mod jobs;
pub mod keys;
pub mod metrics;
pub mod model;
pub mod report;
pub mod service;
pub mod store;
