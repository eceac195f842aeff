//! **Goal**: Asynchronous work on many items, so many at once, results in the items' order.
//!
//! **Minutes**: 20

use futures::stream::{self, StreamExt};

/// Calls `work` for every item and returns the results in the order of the items.
///
/// At most `at_most` calls are under way at any time, and as many as that while items are left: a slow item keeps one
/// place, and no more. `at_most` is at least 1.
pub async fn map_bounded<T, R>(items: Vec<T>, at_most: usize, work: impl AsyncFn(T) -> R) -> Vec<R> {
    todo!("number the items, let them finish in any order, and sort")
}
