use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jpeg_decoder::Decoder;
use lesson08_async_api::background::Full;
use lesson08_async_api::cpu::thumbnail::{picture, thumbnail};
use lesson08_async_api::cpu::{Bounded, NoAnswer};

use crate::on_two_workers;

fn size(jpeg: &[u8]) -> (u16, u16) {
    let mut decoder = Decoder::new(jpeg);
    decoder.read_info().expect("a JPEG");
    let info = decoder.info().expect("it has a head");
    (info.width, info.height)
}

#[test]
fn a_thumbnail_keeps_the_proportions_and_fits() {
    for ((width, height), side, expected) in
        [((400, 300), 64, (64, 48)), ((30, 300), 64, (6, 64)), ((16, 16), 64, (16, 16)), ((300, 1), 64, (64, 1))]
    {
        let small = thumbnail(&picture(width, height).expect("a picture"), side).expect("a thumbnail");
        assert_eq!(size(&small), expected, "{width} x {height}");
    }
}

#[test]
fn what_is_no_picture_is_an_error_and_no_panic() {
    let whole = picture(64, 48).expect("a picture");
    assert!(thumbnail(b"", 64).is_err() && thumbnail(b"not a JPEG", 64).is_err());
    for cut in (0..whole.len()).step_by(7) {
        drop(thumbnail(&whole[..cut], 16)); // a cut one may be decoded, or not
        let mut broken = whole.clone();
        broken[cut] ^= 0xff;
        drop(thumbnail(&broken, 16));
    }
}

#[test]
fn full_is_said_at_once_and_room_comes_back() {
    on_two_workers(|| async {
        let pool = Bounded::new(1, 1).expect("a thread");
        let (open, gate) = std::sync::mpsc::channel::<()>();
        let (begin, begun) = tokio::sync::oneshot::channel();
        let first = pool.submit(move || begin.send(()).is_ok() && gate.recv().is_ok()).expect("there is room");
        begun.await.expect("it begins"); // and keeps its place until it has ended
        let second = pool.submit(|| 2).expect("there is room in the queue");
        assert!(matches!(pool.submit(|| 3).err(), Some(Full)));
        open.send(()).expect("it waits");
        assert_eq!((first.await, second.await), (Ok(true), Ok(2)));
        // The place is free when the work is done, which may be a moment after its answer is there.
        while pool.submit(|| ()).is_err() {
            tokio::task::yield_now().await;
        }
    });
}

#[test]
fn nothing_is_done_for_clients_that_have_gone() {
    on_two_workers(|| async {
        assert_eq!(lesson08_async_api::cpu::forced::worked_for_nobody().await.expect("a thread"), 0);
    });
}

#[test]
fn a_panic_is_no_answer_and_the_pool_goes_on() {
    on_two_workers(|| async {
        let pool = Bounded::new(1, 3).expect("a thread");
        let ran = Arc::new(AtomicUsize::new(0));
        for _ in 0..3 {
            std::panic::set_hook(Box::new(|_| {})); // on purpose
            let answer = pool
                .submit(|| {
                    if true {
                        panic!("on purpose")
                    }
                })
                .expect("there is room")
                .await;
            drop(std::panic::take_hook());
            assert_eq!(answer, Err(NoAnswer));
            let ran = Arc::clone(&ran);
            let next = async { pool.submit(move || ran.fetch_add(1, Ordering::Relaxed)).expect("room").await };
            assert!(next.await.is_ok());
        }
        assert_eq!(ran.load(Ordering::Relaxed), 3);
    });
}
