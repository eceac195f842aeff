use shuttle::sync::Arc;

use super::primitives::queue::{OneLock, Queue};
use super::{floor::futex, in_every_schedule, in_many_schedules, in_many_schedules_with_long_pauses, together};

trait Bounded: Send + Sync + 'static {
    fn new(capacity: usize) -> Self;
    fn put(&self, item: usize);
    fn get(&self) -> usize;
}

macro_rules! bounded {
    ($queue:ident) => {
        impl Bounded for $queue<usize> {
            fn new(capacity: usize) -> Self {
                $queue::new(capacity)
            }
            fn put(&self, item: usize) {
                self.put(item);
            }
            fn get(&self) -> usize {
                self.get()
            }
        }
    };
}
bounded!(OneLock);
bounded!(Queue);

fn one_item<Q: Bounded>() {
    let queue = Arc::new(Q::new(1));
    together(2, move |number| if number == 0 { queue.put(7) } else { assert_eq!(queue.get(), 7) });
}

#[test]
fn one_item_arrives() {
    in_every_schedule(one_item::<OneLock<usize>>);
    in_many_schedules(5_000, one_item::<Queue<usize>>); // it has too many; loom runs all that differ
}

fn three_items<Q: Bounded, const CAPACITY: usize>() {
    let queue = Arc::new(Q::new(CAPACITY));
    together(2, move |number| {
        for item in 0..3 {
            if number == 0 { queue.put(item) } else { assert_eq!(queue.get(), item) }
        }
    });
}

#[test]
fn items_arrive_in_order_through_a_queue_that_is_full() {
    in_many_schedules(5_000, three_items::<OneLock<usize>, 1>);
    in_many_schedules(5_000, three_items::<Queue<usize>, 1>);
    in_many_schedules(5_000, three_items::<Queue<usize>, 2>);
}

fn four_threads<Q: Bounded, const CAPACITY: usize>() {
    let queue = Arc::new(Q::new(CAPACITY));
    together(4, move |number| {
        for _ in 0..2 {
            if number < 2 { queue.put(number) } else { assert!(queue.get() < 2) }
        }
    });
}

#[test]
fn producers_and_consumers_all_get_out() {
    for newest_first in [false, true] {
        in_many_schedules(3_000, move || {
            futex::wake_newest_first(newest_first);
            four_threads::<OneLock<usize>, 1>();
        });
        in_many_schedules(3_000, move || {
            futex::wake_newest_first(newest_first);
            four_threads::<Queue<usize>, 1>();
        });
        in_many_schedules_with_long_pauses(3_000, 3, move || {
            futex::wake_newest_first(newest_first);
            four_threads::<Queue<usize>, 2>();
        });
    }
}

#[test]
fn what_is_left_is_dropped_with_the_queue() {
    let item = std::sync::Arc::new(());
    in_every_schedule({
        let item = item.clone();
        move || {
            let queue = Queue::new(3);
            (0..3).for_each(|_| queue.put(item.clone()));
            drop(queue.get());
            queue.put(item.clone()); // in the first place again
        }
    });
    assert_eq!(std::sync::Arc::strong_count(&item), 1);
}
