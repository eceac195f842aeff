//! The reader of frames, in its three versions: every way to cut the bytes, and every point at which a read is dropped.

use std::io;
use std::pin::pin;
use std::time::Duration;

use lesson03_asyncio::demos::on_virtual_time;
use lesson03_asyncio::frames::trial::{BODIES, Version, bytes, every_cut, read};
use lesson03_asyncio::frames::{FrameReader, encode, read_frame, spawn_reader};
use lesson03_asyncio::polling::poll_times;
use tokio::io::{AsyncWriteExt, duplex};
use tokio::sync::oneshot;

#[test]
fn one_of_the_versions_loses_bytes_in_all_cuts_but_two() {
    let runtime = on_virtual_time().expect("a runtime");
    let cut = |version| runtime.block_on(every_cut(version)).expect("the writer writes");
    // Nothing is lost without a cut, and with one between the frames: the reader has nothing in its hands then.
    assert_eq!(cut(Version::Forgets), (512, 2));
    assert_eq!(cut(Version::Remembers), (512, 512));
    assert_eq!(cut(Version::Tasks), (512, 512));
}

#[test]
fn forced_it_misreads_the_rest() {
    let runtime = on_virtual_time().expect("a runtime");
    let mut pauses = vec![Duration::ZERO; bytes().len()];
    pauses[4] = Duration::from_millis(10);
    for version in [Version::Forgets, Version::Remembers, Version::Tasks] {
        let read = runtime.block_on(read(version, &pauses, Duration::from_millis(10))).expect("the writer writes");
        let expected = if version == Version::Forgets { &[][..] } else { &BODIES };
        assert_eq!((read.bodies, read.ticks), (expected.iter().map(|body| body.to_vec()).collect(), 1));
    }
}

/// Bodies of the lengths at which something changes, written in pieces of each size, each piece followed by a read that
/// is dropped after one poll.
#[test]
fn dropped_after_every_piece_no_byte_is_lost() {
    let bodies = [vec![], vec![7], vec![1; 255], vec![2; 256], vec![3; 3]];
    let wire: Vec<u8> = bodies.iter().flat_map(|body| encode(body)).collect();
    on_virtual_time().expect("a runtime").block_on(async {
        for size in [1, 2, 3, 5, 256, wire.len()] {
            let (mut near, far) = duplex(wire.len());
            let mut reader = FrameReader::new(far);
            let mut got = Vec::new();
            for piece in wire.chunks(size) {
                near.write_all(piece).await.expect("there is room");
                // As often as it is ready: a piece may hold several frames. The last call is dropped.
                while let Some((_, frame)) = poll_times(pin!(reader.next()), 1) {
                    got.push(frame.expect("no error").expect("not the end"));
                }
            }
            drop(near);
            assert_eq!(reader.next().await.expect("a clean end"), None);
            assert_eq!(got, bodies, "in pieces of {size}");
        }
    });
}

#[test]
fn an_end_within_a_frame_is_an_error_and_between_frames_is_not() {
    on_virtual_time().expect("a runtime").block_on(async {
        let whole = encode(b"one");
        for length in 0..=whole.len() {
            let reader = &mut FrameReader::new(&whole[..length]);
            let first = reader.next().await;
            match length {
                0 => assert_eq!(first.expect("nothing came"), None),
                5 => assert_eq!(
                    (first.expect("whole"), reader.next().await.expect("the end")),
                    (Some(b"one".to_vec()), None)
                ),
                _ => assert_eq!(first.expect_err("cut off").kind(), io::ErrorKind::UnexpectedEof),
            }
            let theirs = read_frame(&mut &whole[..length]).await;
            assert_eq!(theirs.is_ok(), length == whole.len());
        }
    });
}

/// Tells when it is dropped, and never has anything to read.
struct Silent(#[allow(dead_code)] oneshot::Sender<()>);

impl tokio::io::AsyncRead for Silent {
    fn poll_read(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        _: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<io::Result<()>> {
        std::task::Poll::Pending
    }
}

#[test]
fn a_reader_that_is_a_task_ends_with_its_handle_and_passes_errors_on() {
    on_virtual_time().expect("a runtime").block_on(async {
        let (dropped, is_dropped) = oneshot::channel();
        let mut frames = spawn_reader(Silent(dropped));
        assert!(poll_times(pin!(frames.next()), 3).is_none());
        drop(frames);
        // The virtual clock would jump an hour if the task lived on: then this is an error, not a hang.
        let ended = tokio::time::timeout(Duration::from_secs(3600), is_dropped).await;
        assert!(ended.is_ok(), "the task goes on without its handle");
        let mut frames = spawn_reader(&b"\x00\x01a\x00\x05b"[..]);
        assert_eq!(frames.next().await.expect("a frame").expect("no error"), b"a");
        let error = frames.next().await.expect("the error").expect_err("cut off");
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        assert!(frames.next().await.is_none());
    });
}
