use std::convert::Infallible;
use std::time::Duration;

use lesson08_async_api::background::{Background, Counts, Full};
use tokio::time::{Instant, sleep};

use crate::on_virtual_time;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn room_is_given_back_by_whoever_has_it() {
    on_virtual_time(|| async {
        let background = Background::new(2);
        let (first, second) = (background.reserve(), background.reserve());
        assert_eq!(background.reserve().err(), Some(Full));
        drop(first); // never used
        second.expect("there was room").spawn("sleep", async {
            sleep(SECOND).await;
            Ok::<_, Infallible>(())
        });
        tokio::task::yield_now().await; // the task has begun
        let third = background.reserve().expect("the first room is free");
        assert_eq!(background.reserve().err(), Some(Full), "a task keeps its room until it has ended");
        sleep(SECOND * 2).await;
        assert!(background.reserve().is_ok());
        drop(third);
        assert_eq!(background.counts(), Counts { done: 1, ..Counts::default() });
    });
}

#[test]
fn the_end_waits_as_long_as_it_must_and_no_longer() {
    for (work, drain, expected, after) in [(1, 5, (1, 0), 1), (7, 5, (0, 1), 5)] {
        on_virtual_time(move || async move {
            let (background, start) = (Background::new(1), Instant::now());
            background.reserve().expect("there is room").spawn("sleep", async move {
                sleep(SECOND * work).await;
                Ok::<_, Infallible>(())
            });
            let counts = background.finish(start + SECOND * drain).await;
            assert_eq!((counts.done, counts.cancelled), expected);
            assert_eq!(start.elapsed().as_secs(), after);
            assert!(background.reserve().is_err(), "nothing is begun after the end");
        });
    }
}

#[test]
fn a_failure_has_a_name_and_the_list_has_an_end() {
    on_virtual_time(|| async {
        let background = Background::new(1000);
        for number in 0..150 {
            background
                .reserve()
                .expect("there is room")
                .spawn("mail", async move { Err::<(), _>(format!("no {number}")) });
        }
        let counts = background.finish(Instant::now() + SECOND).await;
        assert_eq!(counts.failed, 150);
        let failures = background.failures();
        assert_eq!((failures.len(), failures[99].as_str()), (100, "mail: no 149"));
    });
}
