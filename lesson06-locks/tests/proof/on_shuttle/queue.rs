use shuttle::sync::Arc;

use super::primitives::queue::Queue;
use super::{floor::futex, in_every_schedule, in_many_schedules, together};

#[test]
fn one_item_arrives() {
    in_every_schedule(|| {
        let queue = Arc::new(Queue::new(1));
        together(2, move |number| if number == 0 { queue.put(7) } else { assert_eq!(queue.get(), 7) });
    });
}

#[test]
fn items_arrive_in_order_through_a_queue_that_is_full() {
    in_many_schedules(5_000, || {
        let queue = Arc::new(Queue::new(1));
        together(2, move |number| {
            for item in 0..3 {
                if number == 0 { queue.put(item) } else { assert_eq!(queue.get(), item) }
            }
        });
    });
}

#[test]
fn producers_and_consumers_all_get_out() {
    for newest_first in [false, true] {
        in_many_schedules(3_000, move || {
            futex::wake_newest_first(newest_first);
            let queue = Arc::new(Queue::new(1));
            together(4, move |number| {
                for _ in 0..2 {
                    if number < 2 { queue.put(number) } else { assert!(queue.get() < 2) }
                }
            });
        });
    }
}
