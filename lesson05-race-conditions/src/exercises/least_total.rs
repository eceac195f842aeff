//! **Goal**: Be the worst scheduler there is. Two threads add 1 to a counter three times each, LOAD, ADD, STORE; write down
//! an order of their eighteen steps after which the counter is 2.
//!
//! **Minutes**: 15

/// Who takes each step, 1 or 2: nine times each.
pub fn schedule() -> Vec<usize> {
    todo!("`-- play 7` lets you try; which update has to survive, and who has to sleep over it?")
}
