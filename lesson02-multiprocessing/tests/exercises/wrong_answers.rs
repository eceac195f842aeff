//! Answers that are wrong in the usual ways. A grader that accepted one of them would be worth nothing.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::*;

/// Reads so many bytes, or says why not.
fn exactly(from: &mut dyn Read, bytes: &mut [u8]) -> Option<Frame> {
    match from.read_exact(bytes) {
        Ok(()) => None,
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Some(Frame::CutOff),
        Err(_) => Some(Frame::Io),
    }
}

/// The length, rightly read.
fn length(from: &mut dyn Read) -> Result<u32, Frame> {
    let mut bytes = Vec::new();
    match from.take(4).read_to_end(&mut bytes) {
        Ok(0) => Err(Frame::End),
        Ok(4) => Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])),
        Ok(_) => Err(Frame::CutOff),
        Err(_) => Err(Frame::Io),
    }
}

macro_rules! wrong {
    ($grade:ident, $test:ident, $expected:literal, $answer:expr) => {
        #[test]
        #[should_panic(expected = $expected)]
        fn $test() {
            $grade($answer);
        }
    };
}

wrong!(frames, frames_that_believe_the_length, "bytes for three", |from, limit| {
    let length = match length(from) {
        Ok(length) if length > limit => return Frame::TooLong(length),
        Ok(length) => length,
        Err(frame) => return frame,
    };
    let mut bytes = vec![0; length as usize];
    exactly(from, &mut bytes).unwrap_or(Frame::Bytes(bytes))
});

wrong!(frames, frames_without_a_limit, "TooLong", |from, _| {
    let length = match length(from) {
        Ok(length) => length,
        Err(frame) => return frame,
    };
    let mut bytes = Vec::new();
    match from.take(u64::from(length)).read_to_end(&mut bytes) {
        Ok(came) if came as u32 == length => Frame::Bytes(bytes),
        Ok(_) => Frame::CutOff,
        Err(_) => Frame::Io,
    }
});

wrong!(frames, frames_that_take_a_short_read_for_all, "bytes at a time", |from, limit| {
    let length = match length(from) {
        Ok(length) if length > limit => return Frame::TooLong(length),
        Ok(length) => length,
        Err(frame) => return frame,
    };
    let mut bytes = vec![0; length.min(1 << 16) as usize];
    loop {
        match from.read(&mut bytes) {
            Ok(came) => {
                bytes.truncate(came);
                return Frame::Bytes(bytes);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return Frame::Io,
        }
    }
});

wrong!(frames, frames_that_take_a_cut_for_the_end, "cut after 1 bytes", |from, limit| {
    match length(from) {
        Err(Frame::CutOff) => Frame::End,
        Err(frame) => frame,
        Ok(length) if length > limit => Frame::TooLong(length),
        Ok(length) => {
            let mut bytes = Vec::new();
            match from.take(u64::from(length)).read_to_end(&mut bytes) {
                Ok(came) if came as u32 == length => Frame::Bytes(bytes),
                Ok(_) => Frame::End,
                Err(_) => Frame::Io,
            }
        }
    }
});

macro_rules! wrong_nursery {
    ($name:ident, $test:ident, $expected:literal, $reap:expr, $drop:expr) => {
        #[derive(Default)]
        struct $name(Vec<Child>);

        impl Nursery for $name {
            fn adopt(&mut self, child: Child) {
                self.0.push(child);
            }
            fn reap(&mut self) -> Vec<(u32, ExitStatus)> {
                let reap: fn(&mut Vec<Child>) -> Vec<(u32, ExitStatus)> = $reap;
                reap(&mut self.0)
            }
        }

        impl Drop for $name {
            fn drop(&mut self) {
                let drop: fn(&mut Vec<Child>) = $drop;
                drop(&mut self.0);
            }
        }

        #[cfg(unix)]
        #[test]
        #[should_panic(expected = $expected)]
        fn $test() {
            reap::<$name>();
        }
    };
}

fn reap_rightly(children: &mut Vec<Child>) -> Vec<(u32, ExitStatus)> {
    let mut ended = Vec::new();
    children.retain_mut(|child| match child.try_wait() {
        Ok(Some(status)) => (ended.push((child.id(), status)), false).1,
        _ => true,
    });
    ended
}

fn kill_and_wait(children: &mut Vec<Child>) {
    for child in children {
        let _ = child.kill();
        let _ = child.wait();
    }
}

wrong_nursery!(
    Repeats,
    a_nursery_that_tells_twice,
    "told once",
    |children| {
        let ended = |child: &mut Child| Some((child.id(), child.try_wait().ok()??));
        children.iter_mut().filter_map(ended).collect()
    },
    kill_and_wait
);

wrong_nursery!(
    Killer,
    a_nursery_that_kills_the_living,
    "who ended, and how",
    |children| {
        let end = |child: &mut Child| {
            let _ = child.kill();
            Some((child.id(), child.wait().ok()?))
        };
        children.drain(..).filter_map(|mut child| end(&mut child)).collect()
    },
    kill_and_wait
);

wrong_nursery!(Careless, a_nursery_that_leaves_its_children, "left behind", reap_rightly, |_| {});

wrong_nursery!(Zombies, a_nursery_that_kills_and_does_not_wait, "left behind", reap_rightly, |children| {
    children.iter_mut().for_each(|child| drop(child.kill()));
});

fn map(
    arguments: &mut dyn Iterator<Item = u32>,
    at_most: usize,
    workers: &RefCell<Scripted>,
    hand_on: &mut dyn FnMut(u32),
    in_order: bool,
    by_handed_on: bool,
) {
    let (mut started, mut finished, mut handed_on, mut early) = (0, 0, 0, BTreeMap::new());
    let mut arguments = arguments.fuse();
    loop {
        while started - if by_handed_on { handed_on } else { finished } < at_most {
            let Some(argument) = arguments.next() else { break };
            workers.borrow_mut().start(started, argument);
            started += 1;
        }
        if finished == started {
            return;
        }
        let (number, result) = workers.borrow_mut().finished();
        finished += 1;
        if !in_order {
            hand_on(result);
            handed_on += 1;
            continue;
        }
        early.insert(number, result);
        while let Some(result) = early.remove(&handed_on) {
            hand_on(result);
            handed_on += 1;
        }
    }
}

wrong!(ordered_map, a_map_in_the_order_of_completion, "finished as", |arguments, at_most, workers, hand_on| {
    map(arguments, at_most, workers, hand_on, false, true);
});

wrong!(
    ordered_map,
    a_map_whose_early_results_pile_up,
    "taken and not handed on",
    |arguments, at_most, workers, hand_on| {
        map(arguments, at_most, workers, hand_on, true, false);
    }
);

wrong!(ordered_map, a_map_that_takes_all_first, "taken and not handed on", |arguments, _, workers, hand_on| {
    let all: Vec<u32> = arguments.collect();
    map(&mut all.into_iter(), usize::MAX, workers, hand_on, true, true);
});

wrong!(ordered_map, a_map_one_at_a_time, "workers were idle", |arguments, _, workers, hand_on| {
    map(arguments, 1, workers, hand_on, true, true);
});

wrong!(supervisor, a_supervisor_that_counts_wrong, "restarts", |restarts, start| {
    let mut last = None;
    for attempt in 1..=restarts.max(1) {
        match start(attempt).and_then(|mut child| child.wait()) {
            Ok(status) if status.success() => return Supervised::WellAfter(attempt),
            Ok(status) => last = status.code(),
            Err(error) => return Supervised::Io(error.kind()),
        }
    }
    Supervised::TooOften(last)
});

wrong!(supervisor, a_supervisor_that_tries_what_cannot_be_started, "what cannot be started", |restarts, start| {
    let mut outcome = Supervised::WellAfter(0);
    for attempt in 1..=restarts + 1 {
        outcome = match start(attempt).and_then(|mut child| child.wait()) {
            Ok(status) if status.success() => return Supervised::WellAfter(attempt),
            Ok(status) => Supervised::TooOften(status.code()),
            Err(error) => Supervised::Io(error.kind()),
        };
    }
    outcome
});

#[cfg(unix)]
#[test]
#[should_panic(expected = "zombie")]
fn a_supervisor_that_does_not_wait() {
    supervisor(|restarts, start| {
        for attempt in 1..=restarts + 1 {
            match start(attempt) {
                // It reads how the child ended, and leaves it to be reaped by nobody.
                Ok(child) => {
                    let status = status_of(&child);
                    if status == 0 {
                        return Supervised::WellAfter(attempt);
                    }
                    if attempt == restarts + 1 {
                        return Supervised::TooOften(Some(status));
                    }
                }
                Err(error) => return Supervised::Io(error.kind()),
            }
        }
        unreachable!("the last attempt returns")
    });
}

#[cfg(unix)]
fn status_of(child: &Child) -> i32 {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    let ended = waitid(WaitId::Pid(Pid::from_child(child)), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
    ended.ok().flatten().and_then(|status| status.exit_status()).unwrap_or(0)
}
