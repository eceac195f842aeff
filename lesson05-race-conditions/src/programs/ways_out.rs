//! The ways out of a race, on one task: several threads count what they see.
//!
//! Each takes a way to make the race impossible, and none of them is careful: there is no place to be careful in.

use super::sync::atomic::{AtomicU64, Ordering::Relaxed};
use super::sync::{Arc, Mutex, mpsc};
use super::thread;

/// Confine: each thread counts for itself, and the totals meet when the threads have ended.
pub fn confine(threads: u64, times: u64) -> u64 {
    join_and_add(threads, |_| move || (0..times).map(|_| std::hint::black_box(1)).sum())
}

/// Make immutable: what all threads read, nobody writes. Reading needs no lock.
pub fn make_immutable(threads: u64, times: u64) -> u64 {
    let ones: Arc<[u64]> = vec![1; times as usize].into();
    join_and_add(threads, |_| {
        let ones = Arc::clone(&ones);
        move || ones.iter().map(std::hint::black_box).sum()
    })
}

/// Lock: whoever holds the guard is alone with the data.
pub fn lock(threads: u64, times: u64) -> u64 {
    let counter = Arc::new(Mutex::new(0));
    let count = |_| {
        let counter = Arc::clone(&counter);
        move || {
            for _ in 0..times {
                *counter.lock().expect("counting does not panic") += 1;
            }
            0
        }
    };
    join_and_add(threads, count);
    *counter.lock().expect("counting does not panic")
}

/// Atomic: one step where there were two.
pub fn atomic(threads: u64, times: u64) -> u64 {
    let counter = Arc::new(AtomicU64::new(0));
    let count = |_| {
        let counter = Arc::clone(&counter);
        move || {
            for _ in 0..times {
                counter.fetch_add(1, Relaxed); // relaxed: the counter guards no other data
            }
            0
        }
    };
    join_and_add(threads, count);
    counter.load(Relaxed) // relaxed: the threads are joined
}

/// Message passing: the counter belongs to one thread, an actor, and the others send it what is to be added.
pub fn actor(threads: u64, times: u64) -> u64 {
    let (add, messages) = mpsc::channel::<u64>();
    let actor = thread::spawn(move || {
        let mut counter = 0;
        while let Ok(amount) = messages.recv() {
            counter += amount;
        }
        counter // all senders are gone
    });
    join_and_add(threads, |_| {
        let add = add.clone();
        move || {
            for _ in 0..times {
                add.send(1).expect("the actor lives as long as there are senders");
            }
            0
        }
    });
    drop(add); // the last sender: without this the actor would wait for ever
    actor.join().expect("the actor does not panic")
}

fn join_and_add<F: FnOnce() -> u64 + Send + 'static>(threads: u64, work: impl Fn(u64) -> F) -> u64 {
    let workers: Vec<_> = (0..threads).map(|thread| thread::spawn(work(thread))).collect();
    workers.into_iter().map(|worker| worker.join().expect("counting does not panic")).sum()
}
