//! Answers that are wrong in the usual ways. A grader that accepted one of them would be worth nothing.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::sync::{Arc, Mutex};
use super::{Event, Oneshot, Timers, event, oneshot, timer_heap, yield_now};

#[test]
#[should_panic(expected = "and asks for another one, once")]
fn a_yield_that_wakes_nobody() {
    yield_now(|| {
        let mut yielded = false;
        poll_fn(move |_| if std::mem::replace(&mut yielded, true) { Poll::Ready(()) } else { Poll::Pending })
    });
}

#[test]
#[should_panic(expected = "the first poll gives way")]
fn a_yield_that_does_not() {
    yield_now(|| poll_fn(|_| Poll::Ready(())));
}

/// A heap, a set, and one mistake.
#[derive(Default)]
struct Heap<const MISTAKE: u8> {
    heap: BinaryHeap<Reverse<(u64, u64)>>,
    set: HashSet<u64>,
    last: u64,
}

const SKIPS_NO_STALE_PLACE: u8 = 0;
const NEVER_SWEEPS: u8 = 1;
const LAST_SET_FIRST: u8 = 2;
const STRICTLY_BEFORE: u8 = 3;

impl<const MISTAKE: u8> Timers for Heap<MISTAKE> {
    fn set(&mut self, deadline: u64) -> u64 {
        self.last += 1;
        let id = if MISTAKE == LAST_SET_FIRST { 1_000_000 - self.last } else { self.last };
        self.set.insert(id);
        self.heap.push(Reverse((deadline, id)));
        id
    }
    fn cancel(&mut self, id: u64) -> bool {
        let was_set = self.set.remove(&id);
        if MISTAKE != NEVER_SWEEPS && self.heap.len() > 100 && self.heap.len() > 2 * self.set.len() {
            self.heap.retain(|Reverse((_, id))| self.set.contains(id));
        }
        was_set
    }
    fn next_deadline(&mut self) -> Option<u64> {
        while let Some(Reverse((deadline, id))) = self.heap.peek() {
            if MISTAKE == SKIPS_NO_STALE_PLACE || self.set.contains(id) {
                return Some(*deadline);
            }
            self.heap.pop();
        }
        None
    }
    fn pop_due(&mut self, now: u64) -> Option<u64> {
        let deadline = self.next_deadline()?;
        if deadline > now || (MISTAKE == STRICTLY_BEFORE && deadline == now) {
            return None;
        }
        let Reverse((_, id)) = self.heap.pop()?;
        self.set.remove(&id);
        Some(id)
    }
    fn len(&self) -> usize {
        self.set.len()
    }
    fn places(&self) -> usize {
        self.heap.len()
    }
}

#[test]
#[should_panic(expected = "the next deadline")]
fn timers_that_look_at_what_was_taken_back() {
    timer_heap::<Heap<SKIPS_NO_STALE_PLACE>>();
}

#[test]
#[should_panic(expected = "the heap is full of what was")]
fn timers_that_never_sweep() {
    timer_heap::<Heap<NEVER_SWEEPS>>();
}

#[test]
#[should_panic(expected = "which is due")]
fn timers_whose_ties_come_backwards() {
    timer_heap::<Heap<LAST_SET_FIRST>>();
}

#[test]
#[should_panic(expected = "which is due")]
fn timers_that_come_a_moment_late() {
    timer_heap::<Heap<STRICTLY_BEFORE>>();
}

/// Value, waker, sender gone, receiver gone.
type Shared = Arc<Mutex<(Option<u32>, Option<Waker>, bool, bool)>>;

struct Channel<const MISTAKE: u8>;
struct Sender<const MISTAKE: u8>(Shared);
struct Receiver<const MISTAKE: u8>(Shared);

const TWO_LOCKS: u8 = 0;
const FIRST_WAKER_STAYS: u8 = 1;
const SILENT_END: u8 = 2;
const DEAF_SENDER: u8 = 3;
const WAKES_FIRST: u8 = 4;

impl<const MISTAKE: u8> Oneshot for Channel<MISTAKE> {
    type Sender = Sender<MISTAKE>;
    type Receiver = Receiver<MISTAKE>;

    fn channel() -> (Self::Sender, Self::Receiver) {
        let shared = Shared::default();
        (Sender(shared.clone()), Receiver(shared))
    }

    fn send(sender: Self::Sender, value: u32) -> Result<(), u32> {
        if MISTAKE != DEAF_SENDER && sender.0.lock().expect("fine").3 {
            return Err(value);
        }
        if MISTAKE == WAKES_FIRST {
            let waker = sender.0.lock().expect("fine").1.take();
            waker.into_iter().for_each(Waker::wake);
        }
        sender.0.lock().expect("fine").0 = Some(value);
        Ok(())
    }
}

impl<const MISTAKE: u8> Drop for Sender<MISTAKE> {
    fn drop(&mut self) {
        let mut shared = self.0.lock().expect("fine");
        shared.2 = true;
        let silent = MISTAKE == SILENT_END && shared.0.is_none() || MISTAKE == WAKES_FIRST;
        let waker = shared.1.take().filter(|_| !silent);
        drop(shared);
        waker.into_iter().for_each(Waker::wake);
    }
}

impl<const MISTAKE: u8> Drop for Receiver<MISTAKE> {
    fn drop(&mut self) {
        self.0.lock().expect("fine").3 = true;
    }
}

impl<const MISTAKE: u8> Future for Receiver<MISTAKE> {
    type Output = Option<u32>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<u32>> {
        let mut shared = self.0.lock().expect("fine");
        if let Some(value) = shared.0.take() {
            return Poll::Ready(Some(value));
        }
        if shared.2 {
            return Poll::Ready(None);
        }
        if MISTAKE == TWO_LOCKS {
            drop(shared);
            shared = self.0.lock().expect("fine");
        }
        if MISTAKE != FIRST_WAKER_STAYS || shared.1.is_none() {
            shared.1 = Some(context.waker().clone());
        }
        Poll::Pending
    }
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_channel_that_looks_and_leaves_its_waker_apart() {
    oneshot::<Channel<TWO_LOCKS>>();
}

#[test]
#[should_panic(expected = "the last task that polled is woken")]
fn a_channel_that_keeps_its_first_waker() {
    oneshot::<Channel<FIRST_WAKER_STAYS>>();
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_channel_whose_sender_leaves_without_a_word() {
    oneshot::<Channel<SILENT_END>>();
}

#[test]
#[should_panic(expected = "to nobody")]
fn a_channel_that_sends_to_nobody() {
    oneshot::<Channel<DEAF_SENDER>>();
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_channel_that_wakes_before_the_value_is_there() {
    oneshot::<Channel<WAKES_FIRST>>();
}

/// Flag, waiters, last number.
type Flag = Arc<Mutex<(bool, Vec<(u64, Waker)>, u64)>>;

#[derive(Clone)]
struct WrongEvent<const MISTAKE: u8>(Flag);
struct Wait<const MISTAKE: u8>(Flag, Option<u64>);

const WAKES_ONE: u8 = 0;
const ASKS_THE_FLAG_AGAIN: u8 = 1;
const LISTED_TWICE: u8 = 2;
const STAYS_IN_THE_LIST: u8 = 3;
const LOOKS_AND_LISTS_APART: u8 = 4;

impl<const MISTAKE: u8> Event for WrongEvent<MISTAKE> {
    type Wait = Wait<MISTAKE>;

    fn new() -> Self {
        WrongEvent(Flag::default())
    }

    fn set(&self) {
        let mut state = self.0.lock().expect("fine");
        state.0 = true;
        let all = if MISTAKE == WAKES_ONE { state.1.len().min(1) } else { state.1.len() };
        let woken: Vec<_> = state.1.drain(..all).collect();
        drop(state);
        woken.into_iter().for_each(|(_, waker)| waker.wake());
    }

    fn clear(&self) {
        self.0.lock().expect("fine").0 = false;
    }

    fn wait(&self) -> Self::Wait {
        Wait(self.0.clone(), None)
    }

    fn waiters(&self) -> usize {
        self.0.lock().expect("fine").1.len()
    }
}

impl<const MISTAKE: u8> Future for Wait<MISTAKE> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let flag = self.0.clone();
        let mut state = flag.lock().expect("fine");
        let listed = self.1.and_then(|number| state.1.iter().position(|(other, _)| *other == number));
        let let_go = self.1.is_some() && listed.is_none() && MISTAKE != ASKS_THE_FLAG_AGAIN;
        if let_go || (listed.is_none() && state.0) {
            return Poll::Ready(());
        }
        if MISTAKE == LOOKS_AND_LISTS_APART {
            drop(state);
            state = flag.lock().expect("fine");
        }
        match listed {
            Some(place) if MISTAKE != LISTED_TWICE && place < state.1.len() => {
                state.1[place].1 = context.waker().clone();
            }
            _ => {
                state.2 += 1;
                let number = state.2;
                state.1.push((number, context.waker().clone()));
                self.1 = Some(number);
            }
        }
        Poll::Pending
    }
}

impl<const MISTAKE: u8> Drop for Wait<MISTAKE> {
    fn drop(&mut self) {
        if MISTAKE != STAYS_IN_THE_LIST {
            self.0.lock().expect("fine").1.retain(|(other, _)| Some(*other) != self.1);
        }
    }
}

#[test]
#[should_panic(expected = "each waiter is woken once")]
fn an_event_that_wakes_one() {
    event::<WrongEvent<WAKES_ONE>>();
}

#[test]
#[should_panic(expected = "let go is let go")]
fn an_event_that_forgets_whom_it_let_go() {
    event::<WrongEvent<ASKS_THE_FLAG_AGAIN>>();
}

#[test]
#[should_panic(expected = "it is in the list once")]
fn an_event_that_lists_a_waiter_twice() {
    event::<WrongEvent<LISTED_TWICE>>();
}

#[test]
#[should_panic(expected = "leaves the list")]
fn an_event_that_keeps_who_has_gone() {
    event::<WrongEvent<STAYS_IN_THE_LIST>>();
}

#[test]
#[should_panic(expected = "deadlock")]
fn an_event_that_looks_and_lists_apart() {
    event::<WrongEvent<LOOKS_AND_LISTS_APART>>();
}
