//! `buffered` would keep the order by letting a slow first item hold a place for nothing; sorting afterwards does not.

use futures::stream::{self, StreamExt};

/// Calls `work` for every item and returns the results in the order of the items.
///
/// At most `at_most` calls are under way at any time, and as many as that while items are left: a slow item keeps one
/// place, and no more. `at_most` is at least 1.
pub async fn map_bounded<T, R>(items: Vec<T>, at_most: usize, work: impl AsyncFn(T) -> R) -> Vec<R> {
    let work = &work;
    let numbered = stream::iter(items).enumerate().map(async |(number, item)| (number, work(item).await));
    let mut results: Vec<(usize, R)> = numbered.buffer_unordered(at_most).collect().await;
    results.sort_unstable_by_key(|(number, _)| *number);
    results.into_iter().map(|(_, result)| result).collect()
}
