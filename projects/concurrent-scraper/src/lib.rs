//! A concurrent web scraper: polite, bounded, and never loses a page.
//!
//! ```no_run
//! use concurrent_scraper::crawl::{Crawl, Shutdown};
//! use concurrent_scraper::page::Page;
//! use concurrent_scraper::store::{Store, StoreOptions};
//! use std::sync::Arc;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let store = Arc::new(Store::open("crawl.state".as_ref(), StoreOptions::default())?);
//! let crawl = Crawl::builder(["https://example.com/".parse()?]).build(store)?;
//! let ended = crawl.run(|page: &Page| println!("{} {:?}", page.url, page.status), Shutdown::default()).await?;
//! println!("{} pages", ended.counts.done);
//! # Ok(())
//! # }
//! ```
//!
//! One URL's way: [`frontier`] leases it, [`politeness`] says when, [`fetch`] brings it, [`extract`] takes the links out
//! while it arrives, [`store`] keeps what was found and what is new in one transaction, and a [`crawl::Consumer`] gets
//! what has been committed. [`crawl`] ties them together.

pub mod address;
pub mod crawl;
pub mod extract;
pub mod fetch;
#[cfg(feature = "columns")]
pub mod fields;
#[cfg(not(feature = "columns"))]
#[path = "fields/none.rs"]
pub mod fields;
pub mod frontier;
#[cfg(feature = "columns")]
pub mod output;
pub mod page;
pub mod politeness;
pub mod report;
pub mod sitemap;
pub mod store;
