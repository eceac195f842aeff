//! A name for a task, and for the tasks that it spawns.

use std::io;

use tokio::task;

use crate::demos::on_virtual_time;

tokio::task_local! {
    /// As a context variable is in Python. (`task::Builder::name` needs `--cfg tokio_unstable`.)
    static NAME: &'static str;
}

/// The name that a task sees, and the one that a task sees which it spawned; and whether the ids differ.
///
/// # Errors
/// If the system has no file descriptor left.
pub fn names() -> io::Result<(&'static str, bool, bool)> {
    on_virtual_time()?.block_on(async {
        let child = async || tokio::spawn(async { (NAME.try_with(|_| ()).is_ok(), task::id()) }).await;
        let parent = NAME.scope("parent", async move { (NAME.get(), task::id(), child().await) });
        let (name, id, child) = tokio::spawn(parent).await?;
        let (inherited, child) = child?;
        Ok((name, inherited, id != child))
    })
}
