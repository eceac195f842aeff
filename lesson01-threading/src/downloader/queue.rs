use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc;
use std::thread;

/// Does `work` for every item on a number of threads, and hands each result to `done` on the calling thread.
///
/// Results come as they are ready; `done` gets the item's index with them. Workers never print and never wait for
/// each other: they take the next index and send what came of it.
///
/// # Panics
/// With the panic of `work`, after the other threads have ended.
pub fn for_each<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    work: impl Fn(&T) -> R + Sync,
    mut done: impl FnMut(usize, R),
) {
    let next = AtomicUsize::new(0);
    let (sender, results) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..threads.clamp(1, items.len().max(1)) {
            let (next, work, sender) = (&next, &work, sender.clone());
            scope.spawn(move || {
                loop {
                    // Relaxed: an index must be taken in one step, and is. It guards nothing else: the items were
                    // there before the threads, and the results go through the channel.
                    let index = next.fetch_add(1, Relaxed);
                    let Some(item) = items.get(index) else { break };
                    if sender.send((index, work(item))).is_err() {
                        break; // `done` panicked, and took the receiver with it
                    }
                }
            });
        }
        // The loop below ends when the last sender is gone. This one would keep it waiting for ever.
        drop(sender);
        for (index, result) in results {
            done(index, result);
        }
    });
}
