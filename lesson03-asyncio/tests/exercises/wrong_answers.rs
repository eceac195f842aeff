//! Answers that are wrong in the usual ways. A grader that accepted one of them would be worth nothing.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures::stream::{self, StreamExt};
use tokio::io::{AsyncReadExt, BufReader};
use tokio::time::sleep;

use super::grader::turn;
use super::{LineReader, Numbered, Pieces, Pinned, deadline, join2, line_reader, map_bounded, retry, work};

#[test]
#[should_panic(expected = "they do not wait together")]
fn a_join_that_waits_for_one_after_the_other() {
    join2(async |a, b| (a.await, b.await));
}

#[test]
#[should_panic(expected = "they do not wait together")]
fn a_join_that_stops_asking_at_the_first_that_is_pending() {
    join2(|a, b| {
        let (mut a, mut b) = (Some(a), Some(b));
        let (mut first, mut second) = (None, None);
        poll_fn(move |context| {
            let done = ask(&mut a, &mut first, context) && ask(&mut b, &mut second, context);
            if done { Poll::Ready((first.take().expect("done"), second.take().expect("done"))) } else { Poll::Pending }
        })
    });
}

/// Polls rightly.
fn ask(future: &mut Option<Numbered>, output: &mut Option<u32>, context: &mut Context<'_>) -> bool {
    if let Some(running) = future
        && let Poll::Ready(ready) = running.as_mut().poll(context)
    {
        (*future, *output) = (None, Some(ready));
    }
    future.is_none()
}

#[test]
#[should_panic(expected = "was polled after it was ready")]
fn a_join_that_polls_the_finished_again() {
    join2(|mut a, mut b| {
        poll_fn(move |context| match (a.as_mut().poll(context), b.as_mut().poll(context)) {
            (Poll::Ready(a), Poll::Ready(b)) => Poll::Ready((a, b)),
            _ => Poll::Pending,
        })
    });
}

#[test]
#[should_panic(expected = "a wake-up was lost")]
fn a_join_that_keeps_its_first_waker() {
    join2(|a, b| {
        let (mut a, mut b, mut kept) = (Some(a), Some(b), None::<Waker>);
        let (mut first, mut second) = (None, None);
        poll_fn(move |context| {
            let waker = kept.get_or_insert_with(|| context.waker().clone()).clone();
            let mut context = Context::from_waker(&waker);
            let done = [ask(&mut a, &mut first, &mut context), ask(&mut b, &mut second, &mut context)];
            if done == [true; 2] { Poll::Ready((first.unwrap_or(0), second.unwrap_or(0))) } else { Poll::Pending }
        })
    });
}

#[test]
#[should_panic(expected = "it wakes itself for ever")]
fn a_join_that_polls_all_the_time() {
    join2(|a, b| {
        let (mut a, mut b) = (Some(a), Some(b));
        let (mut first, mut second) = (None, None);
        poll_fn(move |context| {
            let done = [ask(&mut a, &mut first, context), ask(&mut b, &mut second, context)];
            context.waker().wake_by_ref();
            if done == [true; 2] { Poll::Ready((first.unwrap_or(0), second.unwrap_or(0))) } else { Poll::Pending }
        })
    });
}

#[test]
#[should_panic(expected = "is kept")]
fn a_join_that_keeps_the_finished() {
    join2(keeps);
}

/// As a join, but its futures live as long as it does.
async fn keeps(a: Numbered, b: Numbered) -> (u32, u32) {
    let (mut a, mut b) = (a, b);
    let (mut first, mut second) = (None, None);
    poll_fn(|context| {
        for (future, output) in [(&mut a, &mut first), (&mut b, &mut second)] {
            if output.is_none()
                && let Poll::Ready(ready) = future.as_mut().poll(context)
            {
                *output = Some(ready);
            }
        }
        first.zip(second).map_or(Poll::Pending, Poll::Ready)
    })
    .await
}

#[test]
#[should_panic(expected = "both are ready: the work counts")]
fn a_deadline_that_asks_the_timer_first() {
    deadline(|work, timer| {
        Box::pin(async {
            tokio::select! {
                biased;
                () = timer => None,
                output = work => Some(output),
            }
        })
    });
}

#[test]
#[should_panic(expected = "it sleeps though one of them is ready")]
fn a_deadline_that_looks_at_the_timer_once() {
    deadline(|work, timer| {
        Box::pin(async {
            let (mut work, mut timer) = (work, pin!(timer));
            let mut looked = false;
            poll_fn(|context| {
                if let Poll::Ready(output) = work.as_mut().poll(context) {
                    return Poll::Ready(Some(output));
                }
                if std::mem::replace(&mut looked, true) {
                    Poll::Pending
                } else {
                    timer.as_mut().poll(context).map(|()| None)
                }
            })
            .await
        })
    });
}

#[test]
#[should_panic(expected = "it sleeps though one of them is ready")]
fn a_deadline_that_waits_for_its_work() {
    deadline(|work, timer| {
        Box::pin(async {
            let (output, ()) = tokio::join!(work, timer);
            Some(output)
        })
    });
}

macro_rules! wrong_reader {
    ($name:ident, $test:ident, $expected:literal, $source:ty, $make:expr, |$reader:ident| $body:expr) => {
        #[allow(dead_code)] // not each of them has a use for the buffer
        struct $name($source, Vec<u8>);

        impl LineReader for $name {
            fn new(source: Pieces) -> Self {
                let make: fn(Pieces) -> $source = $make;
                $name(make(source), Vec::new())
            }
            fn next_line(&mut self) -> Pinned<'_, io::Result<Option<Vec<u8>>>> {
                let $reader = self;
                Box::pin(async move { $body })
            }
        }

        #[test]
        #[should_panic(expected = $expected)]
        fn $test() {
            line_reader::<$name>();
        }
    };
}

wrong_reader!(
    Forgets,
    a_reader_that_keeps_its_line_in_the_future,
    "lines were lost",
    Pieces,
    |pieces| pieces,
    |reader| {
        let mut line = Vec::new();
        loop {
            match reader.0.read_u8().await {
                Ok(b'\n') => return Ok(Some(line)),
                Ok(byte) => line.push(byte),
                Err(_) => return Ok(Some(line).filter(|line| !line.is_empty())),
            }
        }
    }
);

wrong_reader!(
    Awaits,
    a_reader_that_awaits_with_a_line_in_its_hand,
    "lines were lost",
    Pieces,
    |pieces| pieces,
    |reader| {
        loop {
            if let Some(end) = reader.1.iter().position(|&byte| byte == b'\n') {
                let line = reader.1.drain(..=end).take(end).collect();
                turn().await;
                return Ok(Some(line));
            }
            if reader.0.read_buf(&mut reader.1).await? == 0 {
                let rest = std::mem::take(&mut reader.1);
                return Ok(Some(rest).filter(|rest| !rest.is_empty()));
            }
        }
    }
);

wrong_reader!(
    Torn,
    a_reader_that_takes_what_is_there_for_a_line,
    "lines were lost",
    BufReader<Pieces>,
    BufReader::new,
    |reader| {
        let mut bytes = [0; 16];
        match reader.0.read(&mut bytes).await? {
            0 => Ok(None),
            read => Ok(Some(bytes[..read].strip_suffix(b"\n").unwrap_or(&bytes[..read]).to_vec())),
        }
    }
);

wrong_reader!(NoEnd, a_reader_that_loses_the_last_line, "lines were lost", Pieces, |pieces| pieces, |reader| {
    loop {
        if let Some(end) = reader.1.iter().position(|&byte| byte == b'\n') {
            return Ok(Some(reader.1.drain(..=end).take(end).collect()));
        }
        if reader.0.read_buf(&mut reader.1).await? == 0 {
            return Ok(None);
        }
    }
});

const WAIT: Duration = Duration::from_millis(10);

#[test]
#[should_panic(expected = "it waits after the last attempt")]
fn a_retry_that_waits_after_the_last() {
    retry(|server| {
        Box::pin(async {
            let mut result = Err("none made");
            for number in 0..4 {
                result = server.answer(number).await;
                if matches!(result, Ok(_) | Err("hopeless")) {
                    break;
                }
                sleep(WAIT * 2_u32.pow(number)).await;
            }
            result
        })
    });
}

#[test]
#[should_panic(expected = "when they were made")]
fn a_retry_that_does_not_double() {
    retry(|server| {
        Box::pin(async {
            for number in 0..3 {
                match server.answer(number).await {
                    Err("busy") => sleep(WAIT).await,
                    result => return result,
                }
            }
            server.answer(3).await
        })
    });
}

#[test]
#[should_panic(expected = "the attempts made, by number")]
fn a_retry_of_what_does_not_pass() {
    retry(|server| {
        Box::pin(async {
            for number in 0..3 {
                match server.answer(number).await {
                    Err(_) => sleep(WAIT * 2_u32.pow(number)).await,
                    result => return result,
                }
            }
            server.answer(3).await
        })
    });
}

#[test]
#[should_panic(expected = "a place is free")]
fn a_map_with_buffered() {
    map_bounded(|items, at_most| Box::pin(stream::iter(items).map(work).buffered(at_most).collect()));
}

#[test]
#[should_panic(expected = "in the order of the items")]
fn a_map_in_the_order_of_completion() {
    map_bounded(|items, at_most| Box::pin(stream::iter(items).map(work).buffer_unordered(at_most).collect()));
}

#[test]
#[should_panic(expected = "more are under way")]
fn a_map_without_a_bound() {
    map_bounded(|items, _| Box::pin(futures::future::join_all(items.into_iter().map(work))));
}

#[test]
#[should_panic(expected = "a place is free")]
fn a_map_in_batches() {
    map_bounded(|mut items, at_most| {
        Box::pin(async move {
            let mut results = Vec::new();
            while !items.is_empty() {
                let batch = items.drain(..at_most.min(items.len())).map(work);
                results.extend(futures::future::join_all(batch).await);
            }
            results
        })
    });
}
