//! Bounded queues, from one thread to another.

use std::sync::mpsc::sync_channel;
use std::thread;

use common::blocks::Table;
use common::{format, measure};

use crate::primitives::queue::{OneLock, Queue};

/// A row for each: how many items a second go through so many places.
pub fn costs(items: u32, capacity: usize) -> Table {
    let mut table = Table::new(format!("{items} items through {capacity} places"), &["queue", "items/s"]);
    let mut row = |name: &str, put: &(dyn Fn(u32) + Sync), get: &dyn Fn() -> u32| {
        let all_through = || {
            thread::scope(|scope| {
                scope.spawn(|| (0..items).for_each(put));
                (0..items).map(|_| u64::from(get())).sum::<u64>()
            })
        };
        let rate = f64::from(items) / measure::time(all_through).1;
        table.row(&[&name, &format::count(rate as u64)]);
    };
    let (one, two, (sender, receiver)) = (OneLock::new(capacity), Queue::new(capacity), sync_channel(capacity));
    row("1 one lock", &|item| one.put(item), &|| one.get());
    row("2 a lock for each end", &|item| two.put(item), &|| two.get());
    let receive = || receiver.recv().expect("as many are sent");
    row("std::sync::mpsc::sync_channel", &|item| sender.send(item).expect("the receiver stays"), &receive);
    table
}
