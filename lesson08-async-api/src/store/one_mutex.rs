//! Version 1: one connection, one lock, a blocking thread for each call.
//!
//! It is right, and what most people write first. Readers wait for the writer, a writer for the disk, and each insert
//! for a commit of its own.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::task::spawn_blocking;

use super::{NewNote, Note, StoreError, sqlite};

/// One connection behind a lock.
#[derive(Debug, Clone)]
pub struct OneMutex(Arc<Mutex<Connection>>);

impl OneMutex {
    /// Opens the file.
    ///
    /// # Errors
    /// If it cannot be opened, or is no database.
    pub fn open(file: &Path) -> Result<Self, StoreError> {
        Ok(OneMutex(Arc::new(Mutex::new(sqlite::open(file)?))))
    }

    pub(super) async fn create(&self, note: NewNote) -> Result<Note, StoreError> {
        self.call(|connection| sqlite::insert(connection, note)).await
    }

    pub(super) async fn read(&self, id: i64) -> Result<Option<Note>, StoreError> {
        self.call(move |connection| sqlite::read(connection, id)).await
    }

    pub(super) async fn list(&self, before: Option<i64>, limit: u32) -> Result<Vec<Note>, StoreError> {
        self.call(move |connection| sqlite::list(connection, before, limit)).await
    }

    pub(super) async fn close(&self) {}

    async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let connection = Arc::clone(&self.0);
        // SQLite blocks: on a worker of the runtime it would stop every other request there.
        let call = spawn_blocking(move || work(&connection.lock().unwrap_or_else(PoisonError::into_inner)));
        call.await.map_err(|_| StoreError::Closed)?
    }
}
