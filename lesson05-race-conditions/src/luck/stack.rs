//! A stack, and two threads that are let go at once.

use std::thread;

use crate::pair;
use crate::programs::stack::Stack;

/// One thread pops, the other pops two and pushes the first one again: how many stacks of so many nodes were broken.
pub fn broken(trials: usize, nodes: u64, make: fn(u64) -> Stack) -> u64 {
    struct Place {
        stack: Stack,
        popped: [std::sync::Mutex<Option<u64>>; 2],
    }
    let keep = |place: &Place, thread: usize, node| {
        *place.popped[thread].lock().expect("nobody panics while holding it") = node;
    };
    let pop = |place: &Place| keep(place, 0, place.stack.pop(thread::yield_now));
    let pop_two_push_one = |place: &Place| {
        let (first, second) = (place.stack.pop(|| {}), place.stack.pop(|| {}));
        first.into_iter().for_each(|node| place.stack.push(node));
        keep(place, 1, second);
    };
    let place = || Place { stack: make(nodes), popped: Default::default() };
    let is_broken = |place: Place| {
        let mut found = place.stack.nodes();
        found.extend(place.popped.into_iter().filter_map(|popped| popped.into_inner().ok().flatten()));
        found.sort_unstable();
        found != (0..nodes).collect::<Vec<_>>()
    };
    pair::trials(trials, place, pop, pop_two_push_one).into_iter().map(is_broken).filter(|&broken| broken).count()
        as u64
}
