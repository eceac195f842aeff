//! The grader: each property is written once, and asked of the solution and of the exercise. Ignored tests are the
//! to-do list.

#![allow(missing_docs)]

mod grader;
#[path = "exercises/wrong_answers.rs"]
mod wrong_answers;

use std::cell::{Cell, RefCell};
use std::io;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use grader::{Gate, Passage, in_every_order};
use lesson03_asyncio::polling::poll_times;
use lesson03_asyncio::{demos, exercises, solutions};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::Instant;

type Pinned<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// A passage with a result. It holds on to its gate until it is dropped, not only until it is ready.
struct Number(Passage, u32);

type Numbered = Pinned<'static, u32>;

impl Future for Number {
    type Output = u32;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<u32> {
        Pin::new(&mut self.0).poll(context).map(|()| self.1)
    }
}

fn numbered(passage: Passage, number: u32) -> Numbered {
    Box::pin(Number(passage, number))
}

fn join2<J: Future<Output = (u32, u32)>>(join: impl Fn(Numbered, Numbered) -> J) {
    let make = |gates: &[Rc<Gate>]| join(numbered(gates[0].passage(), 10), numbered(gates[1].passage(), 20));
    in_every_order(2, make, |gates, output| {
        assert!(gates.iter().all(|gate| gate.has_begun()), "one was not polled: they do not wait together");
        if let Some(output) = output {
            assert_eq!(*output, (10, 20), "each output in its place");
        }
    });
    in_every_order(2, make, |gates, _| {
        let stale = gates.iter().any(|gate| gate.is_passed() && gate.waiters() > 0);
        assert!(!stale, "a future that is ready is kept: what it holds is held for nothing");
    });
}

#[test]
fn solution_join2() {
    join2(solutions::join2::join2);
}

#[test]
#[ignore = "your turn: src/exercises/join2.rs"]
fn exercise_join2() {
    join2(exercises::join2::join2);
}

/// What a deadline came to: the output, or nothing if it was late.
type Deadline = fn(Numbered, Passage) -> Pinned<'static, Option<u32>>;

fn deadline(deadline: Deadline) {
    in_every_order(
        2,
        |gates| deadline(numbered(gates[0].passage(), 10), gates[1].passage()),
        |gates, output| {
            let [work, timer] = [&gates[0], &gates[1]];
            match output {
                None => assert!(!work.is_open() && !timer.is_open(), "it sleeps though one of them is ready"),
                Some(Some(output)) => assert!(work.is_passed() && *output == 10, "the output is the work's"),
                Some(None) => assert!(timer.is_passed() && !work.is_passed(), "late, though the work is done"),
            }
        },
    );
    // Both are open before the first poll: the work counts.
    let gates = [0; 2].map(|_| Rc::new(Gate::default()));
    gates.iter().for_each(|gate| gate.open());
    let both = deadline(numbered(gates[0].passage(), 10), gates[1].passage());
    assert_eq!(poll_times(pin!(both), 2), Some((1, Some(10))), "both are ready: the work counts");
}

#[test]
fn solution_deadline() {
    deadline(|work, timer| Box::pin(async { solutions::deadline::deadline(work, timer).await.ok() }));
}

#[test]
#[ignore = "your turn: src/exercises/deadline.rs"]
fn exercise_deadline() {
    deadline(|work, timer| Box::pin(async { exercises::deadline::deadline(work, timer).await.ok() }));
}

/// Bytes that come in given pieces, with a pause before each and before the end.
pub struct Pieces {
    pieces: Vec<&'static [u8]>,
    paused: bool,
}

impl AsyncRead for Pieces {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.paused = !self.paused;
        if self.paused {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if let Some(piece) = self.pieces.first_mut() {
            let taken = piece.len().min(buffer.remaining());
            buffer.put_slice(&piece[..taken]);
            *piece = &piece[taken..];
            if piece.is_empty() {
                self.pieces.remove(0);
            }
        }
        Poll::Ready(Ok(()))
    }
}

trait LineReader {
    fn new(source: Pieces) -> Self;
    fn next_line(&mut self) -> Pinned<'_, io::Result<Option<Vec<u8>>>>;
}

/// Every way to cut the text into pieces, with the call dropped at every choice of pauses.
fn line_reader<L: LineReader>() {
    for text in [b"a\nbc\n\nd".as_slice(), b"ab\n", b"\n", b""] {
        let expected: Vec<_> = text.split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
        let expected = &expected[..expected.len() - usize::from(text.is_empty() || text.ends_with(b"\n"))];
        let gaps = text.len().saturating_sub(1);
        for cuts in 0..1_u32 << gaps {
            let pieces = text.chunk_by_cuts(cuts);
            for drops in 0..1_u32 << (pieces.len() + 1) {
                let mut reader = L::new(Pieces { pieces: pieces.clone(), paused: false });
                let (mut lines, mut pauses) = (Vec::new(), 0);
                'reading: loop {
                    let mut call = reader.next_line();
                    let line = loop {
                        if let Some((_, line)) = poll_times(pin!(&mut call), 1) {
                            break line.expect("the source has no errors");
                        }
                        pauses += 1;
                        assert!(pauses < 100, "it reads for ever");
                        if drops >> (pauses - 1) & 1 == 1 {
                            continue 'reading; // the call is dropped here, and made again
                        }
                    };
                    let Some(line) = line else { break };
                    lines.push(line);
                    assert!(lines.len() < 100, "lines without an end");
                }
                let how = format!("pieces {pieces:?}, dropped at pauses {drops:#b}");
                assert_eq!(lines, expected, "lines were lost or torn: {how}");
            }
        }
    }
}

trait ChunkByCuts {
    fn chunk_by_cuts(&self, cuts: u32) -> Vec<&'static [u8]>;
}

impl ChunkByCuts for &'static [u8] {
    fn chunk_by_cuts(&self, cuts: u32) -> Vec<&'static [u8]> {
        let (mut pieces, mut begin) = (Vec::new(), 0);
        for end in 1..=self.len() {
            if end == self.len() || cuts >> (end - 1) & 1 == 1 {
                pieces.push(&self[begin..end]);
                begin = end;
            }
        }
        pieces
    }
}

macro_rules! line_reader_of {
    ($module:ident) => {
        impl LineReader for $module::line_reader::LineReader<Pieces> {
            fn new(source: Pieces) -> Self {
                $module::line_reader::LineReader::new(source)
            }
            fn next_line(&mut self) -> Pinned<'_, io::Result<Option<Vec<u8>>>> {
                Box::pin(self.next_line())
            }
        }
    };
}

line_reader_of!(solutions);
line_reader_of!(exercises);

#[test]
fn solution_line_reader() {
    line_reader::<solutions::line_reader::LineReader<Pieces>>();
}

#[test]
#[ignore = "your turn: src/exercises/line_reader.rs"]
fn exercise_line_reader() {
    line_reader::<exercises::line_reader::LineReader<Pieces>>();
}

/// Attempts that fail so often, and then a success; or an error that does not pass, from the given attempt on.
struct Server {
    failures: u32,
    hopeless_from: u32,
    /// The number that each attempt was told, and when, in milliseconds.
    attempts: RefCell<Vec<(u32, u128)>>,
    start: Instant,
}

impl Server {
    async fn answer(&self, number: u32) -> Result<u32, &'static str> {
        let now = self.attempts.borrow().len() as u32;
        self.attempts.borrow_mut().push((number, self.start.elapsed().as_millis()));
        tokio::task::yield_now().await;
        match now {
            now if now >= self.hopeless_from => Err("hopeless"),
            now if now < self.failures => Err("busy"),
            now => Ok(now),
        }
    }
}

/// Up to 4 attempts, 10 ms after the first.
type Retry = for<'a> fn(&'a Server) -> Pinned<'a, Result<u32, &'static str>>;

fn retry(retry: Retry) {
    let runtime = demos::on_virtual_time().expect("a runtime");
    for failures in 0..=5 {
        for hopeless_from in 0..=5 {
            runtime.block_on(async {
                let server = Server { failures, hopeless_from, attempts: RefCell::default(), start: Instant::now() };
                let result = retry(&server).await;
                let returned = server.start.elapsed().as_millis();
                let attempts = server.attempts.take();
                let last = failures.min(hopeless_from).min(3);
                let expected = match last {
                    last if last >= hopeless_from => Err("hopeless"),
                    last if last < failures => Err("busy"),
                    last => Ok(last),
                };
                let how = format!("{failures} times busy, hopeless from attempt {hopeless_from} on");
                let numbers: Vec<u32> = attempts.iter().map(|attempt| attempt.0).collect();
                assert_eq!(numbers, (0..=last).collect::<Vec<_>>(), "the attempts made, by number: {how}");
                let times: Vec<u128> = attempts.iter().map(|attempt| attempt.1).collect();
                assert_eq!(times, [0, 10, 30, 70][..=last as usize], "when they were made, in ms: {how}");
                assert_eq!(result, expected, "the result: {how}");
                assert_eq!(returned, times[last as usize], "it waits after the last attempt: {how}");
            });
        }
    }
}

#[test]
fn solution_retry() {
    retry(|server| {
        let may_pass = |error: &&str| *error == "busy";
        Box::pin(solutions::retry::retry(4, Duration::from_millis(10), may_pass, async |number| {
            server.answer(number).await
        }))
    });
}

#[test]
#[ignore = "your turn: src/exercises/retry.rs"]
fn exercise_retry() {
    retry(|server| {
        let may_pass = |error: &&str| *error == "busy";
        Box::pin(exercises::retry::retry(4, Duration::from_millis(10), may_pass, async |number| {
            server.answer(number).await
        }))
    });
}

/// Works on gates, so many at once.
type MapBounded = fn(Vec<(u32, Passage)>, usize) -> Pinned<'static, Vec<u32>>;

async fn work((number, passage): (u32, Passage)) -> u32 {
    passage.await;
    number * 10
}

fn map_bounded(map: MapBounded) {
    for (items, at_most) in [(1, 1), (3, 1), (4, 2), (4, 3), (3, 8)] {
        let most = Cell::new(0);
        in_every_order(
            items,
            |gates| {
                map(gates.iter().enumerate().map(|(number, gate)| (number as u32, gate.passage())).collect(), at_most)
            },
            |gates, output| {
                let count = |is: &dyn Fn(&Gate) -> bool| gates.iter().filter(|gate| is(gate)).count();
                let (begun, passed) = (count(&Gate::has_begun), count(&Gate::is_passed));
                most.set(most.get().max(begun - passed));
                assert!(begun - passed <= at_most, "more are under way than {at_most}");
                assert!(begun == items.min(passed + at_most), "a place is free, an item waits, and it is not begun");
                if let Some(output) = output {
                    let expected: Vec<u32> = (0..items as u32).map(|number| number * 10).collect();
                    assert_eq!(*output, expected, "the results in the order of the items");
                }
            },
        );
        assert_eq!(most.get(), at_most.min(items), "so many are to be under way at once");
    }
    let nothing = poll_times(pin!(map(Vec::new(), 3)), 1);
    assert_eq!(nothing, Some((1, vec![])), "no items, no results");
}

#[test]
fn solution_map_bounded() {
    map_bounded(|items, at_most| Box::pin(solutions::map_bounded::map_bounded(items, at_most, work)));
}

#[test]
#[ignore = "your turn: src/exercises/map_bounded.rs"]
fn exercise_map_bounded() {
    map_bounded(|items, at_most| Box::pin(exercises::map_bounded::map_bounded(items, at_most, work)));
}
