//! The grader: each property is written once, and asked of the solution and of the exercise. Ignored tests are the to-do
//! list. In `exercises/wrong_answers.rs` are answers that are wrong in the usual ways; none must pass.

#![allow(clippy::type_complexity)]

#[path = "exercises/wrong_answers.rs"]
mod wrong_answers;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::io::{self, ErrorKind, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use common::within;
use lesson02_multiprocessing::demos::executor::exists;
use lesson02_multiprocessing::{exercises, roles, solutions};

/// Notes the largest block that each thread takes.
struct Watching;

thread_local! {
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: all is left to the system's allocator; noting a number allocates nothing.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = LARGEST.try_with(|largest| largest.set(largest.get().max(layout.size())));
        // SAFETY: the caller's promise, handed on.
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let _ = LARGEST.try_with(|largest| largest.set(largest.get().max(layout.size())));
        // SAFETY: the caller's promise, handed on.
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise, handed on.
        unsafe { System.dealloc(block, layout) }
    }
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let _ = LARGEST.try_with(|largest| largest.set(largest.get().max(size)));
        // SAFETY: the caller's promise, handed on.
        unsafe { System.realloc(block, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Watching = Watching;

/// What a frame reader can say.
#[derive(Debug, PartialEq)]
enum Frame {
    Bytes(Vec<u8>),
    End,
    CutOff,
    TooLong(u32),
    Io,
}

/// A stream that gives few bytes at a time, is interrupted, and fails in the end if it is to.
struct Slow<'a> {
    bytes: &'a [u8],
    at_most: usize,
    calls: u32,
    fails: bool,
}

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.calls += 1;
        if self.calls.is_multiple_of(2) {
            return Err(ErrorKind::Interrupted.into());
        }
        if self.fails && self.bytes.is_empty() {
            return Err(ErrorKind::ConnectionReset.into());
        }
        let length = buffer.len().min(self.at_most);
        self.bytes.read(&mut buffer[..length])
    }
}

fn slow(bytes: &[u8], at_most: usize) -> Slow<'_> {
    Slow { bytes, at_most, calls: 0, fails: false }
}

fn frames(read: fn(&mut dyn Read, u32) -> Frame) {
    let framed = |body: &[u8]| [&(body.len() as u32).to_le_bytes()[..], body].concat();
    let stream = [framed(b"first"), framed(b""), framed(&[7; 300])].concat();
    for at_most in [1, 3, 1000] {
        let mut from = slow(&stream, at_most);
        let heard = [0; 4].map(|_| read(&mut from, 1000));
        let expected =
            [Frame::Bytes(b"first".to_vec()), Frame::Bytes(Vec::new()), Frame::Bytes(vec![7; 300]), Frame::End];
        assert_eq!(heard, expected, "{at_most} bytes at a time");
    }
    let first = framed(b"first");
    for cut in 1..first.len() {
        assert_eq!(read(&mut slow(&first[..cut], 1000), 1000), Frame::CutOff, "cut after {cut} bytes");
    }
    for (length, limit) in [(6, 5), (u32::MAX, 1 << 30)] {
        assert_eq!(read(&mut slow(&u32::to_le_bytes(length), 4), limit), Frame::TooLong(length));
    }
    assert_eq!(read(&mut slow(&first, 9), 5), Frame::Bytes(b"first".to_vec()), "as long as the limit");
    for length in [0, 2, 6] {
        let mut broken = Slow { fails: true, ..slow(&first[..length], 9) };
        assert_eq!(read(&mut broken, 1000), Frame::Io, "it fails after {length} bytes");
    }
    // It says a gigabyte and sends three bytes.
    let lie = [&(1_u32 << 30).to_le_bytes()[..], b"lie"].concat();
    LARGEST.set(0);
    assert_eq!(read(&mut slow(&lie, 1000), 1 << 30), Frame::CutOff);
    assert!(LARGEST.get() < 1 << 20, "it took {} bytes for three", LARGEST.get());
}

/// This lesson's program in a role.
fn start(role: &str, detail: &str) -> io::Result<Child> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lesson02-multiprocessing"));
    command.args([roles::ARGUMENT, role, detail]).stdout(Stdio::null()).spawn()
}

/// A child that reads its input and so lives until it is killed: the other end is kept.
fn endless() -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lesson02-multiprocessing"));
    let command = command.args([roles::ARGUMENT, "shout"]).stdin(Stdio::piped()).stdout(Stdio::null());
    command.spawn().expect("it starts")
}

trait Nursery: Default {
    fn adopt(&mut self, child: Child);
    fn reap(&mut self) -> Vec<(u32, ExitStatus)>;
}

fn reap<N: Nursery + 'static>() {
    within(Duration::from_secs(60), || {
        let mut nursery = N::default();
        assert_eq!(nursery.reap(), [], "there is no child yet");
        let endless = endless();
        let mut alive = BTreeSet::from([endless.id()]);
        nursery.adopt(endless);
        let mut expected = BTreeSet::new();
        for status in [0, 3, 5] {
            let child = start("exit", &status.to_string()).expect("it starts");
            expected.insert((child.id(), status));
            nursery.adopt(child);
        }
        let mut ended = BTreeSet::new();
        while ended.len() < expected.len() {
            for (id, status) in nursery.reap() {
                assert!(ended.insert((id, status.code().unwrap_or(-1))), "told once: {id}");
                assert!(!cfg!(unix) || !exists(id), "{id} is a zombie");
            }
        }
        assert_eq!(ended, expected, "who ended, and how");
        assert_eq!(nursery.reap(), [], "told once");
        assert!(!cfg!(unix) || alive.iter().all(|&id| exists(id)), "it lives on");
        for child in [start("exit", "0"), start("shout", "")] {
            let child = child.expect("it starts");
            alive.insert(child.id());
            nursery.adopt(child);
        }
        drop(nursery);
        assert!(!alive.iter().any(|&id| exists(id)), "a child was left behind, alive or as a zombie");
    });
}

/// Workers that finish in the order that a list of choices says: each choice is a place among those at work.
#[derive(Default)]
struct Scripted {
    at_work: Vec<(usize, u32)>,
    choices: Vec<usize>,
    step: usize,
    /// How many there were to choose from, at each step.
    options: Vec<usize>,
    most: usize,
    taken: usize,
    handed_on: usize,
}

impl Scripted {
    fn start(&mut self, number: usize, argument: u32) {
        self.at_work.push((number, argument));
    }

    fn finished(&mut self) -> (usize, u32) {
        assert!(!self.at_work.is_empty(), "it waits, and nobody is at work: for ever");
        self.options.push(self.at_work.len());
        let choice = self.choices.get(self.step).copied().unwrap_or(0);
        self.step += 1;
        let (number, argument) = self.at_work.remove(choice);
        (number, argument * 10)
    }
}

/// The workers as an answer has them. In a cell, because the grader looks at them while results are handed on.
struct Hands<'a>(&'a RefCell<Scripted>);

/// How an answer is run: arguments, bound, workers, and where results go.
type OrderedMap = fn(&mut dyn Iterator<Item = u32>, usize, &RefCell<Scripted>, &mut dyn FnMut(u32));

fn ordered_map(answer: OrderedMap) {
    for (count, at_most) in [(0, 1), (1, 1), (3, 1), (4, 2), (5, 3), (5, 5), (4, 9)] {
        // Every order in which the workers can finish: the choices are counted up like digits.
        let mut choices = Vec::new();
        loop {
            let workers = RefCell::new(Scripted { choices: choices.clone(), ..Scripted::default() });
            let mut results = Vec::new();
            let mut arguments = (0..count).inspect(|_| {
                let workers = &mut *workers.borrow_mut();
                workers.taken += 1;
                workers.most = workers.most.max(workers.taken - workers.handed_on);
            });
            answer(&mut arguments, at_most, &workers, &mut |result| {
                results.push(result);
                workers.borrow_mut().handed_on += 1;
            });
            let workers = workers.into_inner();
            assert_eq!(
                results,
                (0..count).map(|argument| argument * 10).collect::<Vec<_>>(),
                "finished as {choices:?}"
            );
            assert!(workers.most <= at_most, "{} were taken and not handed on, {at_most} allowed", workers.most);
            assert_eq!(workers.most, at_most.min(count as usize), "workers were idle while there was work");
            choices =
                workers.options.iter().enumerate().map(|(step, _)| choices.get(step).copied().unwrap_or(0)).collect();
            while let Some(last) = choices.pop() {
                if last + 1 < workers.options[choices.len()] {
                    choices.push(last + 1);
                    break;
                }
            }
            if choices.is_empty() {
                break;
            }
        }
    }
    // A list without an end: only what has been handed on is ever followed by more.
    let workers = RefCell::new(Scripted::default());
    let mut endless = (1..).take(10_000);
    let mut sum = 0_u64;
    answer(&mut endless, 4, &workers, &mut |result| sum += u64::from(result));
    assert_eq!(sum, 10 * 10_000 * 10_001 / 2);
}

/// What a supervisor came to.
#[derive(Debug, PartialEq)]
enum Supervised {
    WellAfter(u32),
    TooOften(Option<i32>),
    Io(ErrorKind),
}

fn supervisor(supervise: fn(u32, &mut dyn FnMut(u32) -> io::Result<Child>) -> Supervised) {
    within(Duration::from_secs(60), move || {
        let cases = [
            (&[0][..], 0, Supervised::WellAfter(1), 1),
            (&[0, 3], 5, Supervised::WellAfter(1), 1),
            (&[3, 4, 0], 2, Supervised::WellAfter(3), 3),
            (&[3, 4, 0], 1, Supervised::TooOften(Some(4)), 2),
            (&[3, 0], 0, Supervised::TooOften(Some(3)), 1),
        ];
        for (statuses, restarts, expected, attempts) in cases {
            let mut started = Vec::new();
            let outcome = supervise(restarts, &mut |attempt| {
                assert_eq!(attempt as usize, started.len() + 1, "the attempts are counted from 1");
                assert!(started.iter().all(|&id| !exists(id)), "the last one is a zombie, or still there");
                let child = start("exit", &statuses[attempt as usize - 1].to_string())?;
                started.push(child.id());
                Ok(child)
            });
            assert_eq!((outcome, started.len()), (expected, attempts), "{statuses:?}, {restarts} restarts");
            assert!(started.iter().all(|&id| !exists(id)), "a zombie is left");
        }
        let mut starts = 0;
        let outcome = supervise(5, &mut |_| {
            starts += 1;
            Err(ErrorKind::NotFound.into())
        });
        assert_eq!((outcome, starts), (Supervised::Io(ErrorKind::NotFound), 1), "what cannot be started");
    });
}

/// The same signatures, twice: exercise and solution.
macro_rules! adapt {
    ($($module:ident),*) => {$(
        impl Nursery for $module::reap::Nursery {
            fn adopt(&mut self, child: Child) {
                self.adopt(child);
            }
            fn reap(&mut self) -> Vec<(u32, ExitStatus)> {
                self.reap()
            }
        }
        impl $module::ordered_map::Workers<u32, u32> for Hands<'_> {
            fn start(&mut self, number: usize, argument: u32) {
                self.0.borrow_mut().start(number, argument);
            }
            fn finished(&mut self) -> (usize, u32) {
                self.0.borrow_mut().finished()
            }
        }
    )*};
}

adapt!(exercises, solutions);

macro_rules! run {
    ($module:ident frames) => {
        frames(|mut from, limit| {
            use $module::frames::{FrameError, read_frame};
            match read_frame(&mut from, limit) {
                Ok(Some(bytes)) => Frame::Bytes(bytes),
                Ok(None) => Frame::End,
                Err(FrameError::CutOff) => Frame::CutOff,
                Err(FrameError::TooLong(length)) => Frame::TooLong(length),
                Err(FrameError::Io(_)) => Frame::Io,
            }
        })
    };
    ($module:ident ordered_map) => {
        ordered_map(|arguments, at_most, workers, hand_on| {
            $module::ordered_map::ordered_map(arguments, at_most, &mut Hands(workers), hand_on);
        })
    };
    ($module:ident supervisor) => {
        supervisor(|restarts, start| {
            use $module::supervisor::{GaveUp, supervise};
            match supervise(restarts, start) {
                Ok(attempts) => Supervised::WellAfter(attempts),
                Err(GaveUp::TooOften(status)) => Supervised::TooOften(status.code()),
                Err(GaveUp::Io(error)) => Supervised::Io(error.kind()),
            }
        })
    };
}

#[test]
fn solution_frames() {
    run!(solutions frames);
}

#[test]
#[ignore = "your turn: src/exercises/frames.rs"]
fn exercise_frames() {
    run!(exercises frames);
}

#[test]
fn solution_reap() {
    reap::<solutions::reap::Nursery>();
}

#[test]
#[ignore = "your turn: src/exercises/reap.rs"]
fn exercise_reap() {
    reap::<exercises::reap::Nursery>();
}

#[test]
fn solution_ordered_map() {
    run!(solutions ordered_map);
}

#[test]
#[ignore = "your turn: src/exercises/ordered_map.rs"]
fn exercise_ordered_map() {
    run!(exercises ordered_map);
}

#[test]
fn solution_supervisor() {
    run!(solutions supervisor);
}

#[test]
#[ignore = "your turn: src/exercises/supervisor.rs"]
fn exercise_supervisor() {
    run!(exercises supervisor);
}
