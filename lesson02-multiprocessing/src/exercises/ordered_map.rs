//! **Goal**: Results in the order of the arguments, from workers that finish in any order; and never more than `at_most`
//! arguments taken whose results have not been handed on. A list of arguments without an end must not fill the memory.
//!
//! **Minutes**: 25

use std::collections::{BTreeMap, VecDeque};

/// Workers that take arguments and finish in any order they like.
pub trait Workers<A, R> {
    /// Gives them an argument, with the number that its result will come back with.
    fn start(&mut self, number: usize, argument: A);

    /// Waits until one is finished. There must be one at work.
    fn finished(&mut self) -> (usize, R);
}

/// Hands each result on, in the order of the arguments.
///
/// # Panics
/// If `at_most` is zero.
pub fn ordered_map<A, R>(
    arguments: impl IntoIterator<Item = A>,
    at_most: usize,
    workers: &mut impl Workers<A, R>,
    mut hand_on: impl FnMut(R),
) {
    assert!(at_most > 0, "nothing could ever be started");
    todo!("what has come too early must be kept; what may be started depends on what has been handed on")
}
