//! Where the pages go.

use crate::frontier::Emitted;
use crate::page::Page;

/// An error of the consumer's own.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Takes the pages of a crawl, on a thread of its own: it may block, and the crawl waits for it.
///
/// A consumer that keeps what it is given in files is exactly-once, whenever the process dies: [`Consumer::flush`] says
/// how long the files are, the frontier remembers it beside the number of the row, and after a restart
/// [`Consumer::resume`] cuts them back to that. For any other consumer the last few pages may come twice.
pub trait Consumer: Send + 'static {
    /// Called once, before anything else: what this consumer had got, by the frontier's account. Returns the number of
    /// the row that it wants to go on behind: `emitted.seq`, or 0 to get all rows from the first.
    ///
    /// # Errors
    /// If it cannot go on; the crawl does not start.
    fn resume(&mut self, emitted: Option<&Emitted>) -> Result<i64, BoxError> {
        Ok(emitted.map_or(0, |emitted| emitted.seq))
    }

    /// Takes a page.
    ///
    /// # Errors
    /// If it cannot; the crawl ends, and this page comes again when it goes on.
    fn page(&mut self, page: &Page) -> Result<(), BoxError>;

    /// Called after every few pages: hands on what is buffered, and says how long each file is, by its name.
    ///
    /// # Errors
    /// If it cannot; the crawl ends.
    fn flush(&mut self) -> Result<Vec<(String, u64)>, BoxError> {
        Ok(Vec::new())
    }

    /// Whether pages should come with their links.
    fn wants_links(&self) -> bool {
        false
    }
}

/// A consumer that wants nothing: the frontier has it all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Discard;

impl Consumer for Discard {
    fn page(&mut self, _: &Page) -> Result<(), BoxError> {
        Ok(())
    }
}

/// A function is a consumer that never fails.
impl<F: FnMut(&Page) + Send + 'static> Consumer for F {
    fn page(&mut self, page: &Page) -> Result<(), BoxError> {
        self(page);
        Ok(())
    }
}
