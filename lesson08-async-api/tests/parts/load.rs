use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use lesson08_async_api::load::{closed, latencies, open, per_second};
use tokio::time::sleep;

use crate::on_virtual_time;

const MS: Duration = Duration::from_millis(1);

#[test]
fn a_closed_loop_waits_for_each_answer() {
    on_virtual_time(|| async {
        let most = Rc::new(Cell::new((0, 0)));
        let counted = Rc::clone(&most);
        let samples = closed(3, 100 * MS, move || {
            let (now, highest) = counted.get();
            counted.set((now + 1, highest.max(now + 1)));
            async {
                sleep(10 * MS).await;
                true
            }
        });
        let samples = samples.await;
        assert_eq!(samples.len(), 30, "three clients, ten requests each");
        assert!(latencies(&samples).iter().all(|&latency| (latency - 0.01).abs() < 1e-9));
        assert!((per_second(&samples) - 300.0).abs() < 1e-6);
    });
}

#[test]
fn an_open_loop_does_not_wait() {
    on_virtual_time(|| async {
        let samples = open(100, 100 * MS, || async {
            sleep(1000 * MS).await;
            true
        })
        .await;
        let mut due: Vec<u128> = samples.iter().map(|sample| sample.due.as_millis()).collect();
        due.sort_unstable();
        assert_eq!(due, (0..10).map(|number| number * 10).collect::<Vec<_>>(), "all were sent before one was answered");
        assert!(samples.iter().all(|sample| sample.done - sample.due == 1000 * MS));
    });
}

#[test]
fn a_generator_that_is_held_up_counts_from_when_a_request_was_due() {
    on_virtual_time(|| async {
        let first = Cell::new(true);
        let samples = open(100, 50 * MS, || {
            let stall = first.replace(false);
            async move {
                if stall {
                    tokio::time::advance(25 * MS).await; // the generator is not let meanwhile
                }
                true
            }
        });
        let samples = samples.await;
        let late = latencies(&samples).iter().filter(|&&latency| latency > 0.0).count();
        assert_eq!((samples.len(), late), (5, 3), "those due at 0, 10 and 20 ms");
    });
}
