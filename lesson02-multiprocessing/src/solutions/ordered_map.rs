//! See the exercise of the same name.

use std::collections::BTreeMap;

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
    let mut arguments = arguments.into_iter().fuse();
    let (mut started, mut handed_on) = (0, 0);
    let mut early = BTreeMap::new();
    loop {
        while started - handed_on < at_most {
            let Some(argument) = arguments.next() else { break };
            workers.start(started, argument);
            started += 1;
        }
        if handed_on == started {
            return;
        }
        let (number, result) = workers.finished();
        early.insert(number, result);
        while let Some(result) = early.remove(&handed_on) {
            hand_on(result);
            handed_on += 1;
        }
    }
}
