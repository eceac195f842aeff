//! A stack without a lock. Its nodes are numbers: a popped node can come back, as memory that is freed and used again.

use super::sync::Arc;
use super::sync::atomic::{AtomicU64, Ordering::Acquire, Ordering::Relaxed, Ordering::Release};
use super::thread;

/// No node.
pub const NONE: u64 = 0xffff;
/// What a change adds to the top, where changes are counted: the upper bits are the count, the lower 16 the node.
const CHANGE: u64 = 0x1_0000;

/// A stack of the nodes 0, 1, 2, .., the lowest on top.
#[derive(Debug)]
pub struct Stack {
    top: AtomicU64,
    below: Vec<AtomicU64>,
    /// What each change adds: nothing is the bug, [`CHANGE`] the repair.
    change: u64,
}

impl Stack {
    /// A stack that takes a top node with the right number for an unchanged stack: the bug.
    pub fn bare(nodes: u64) -> Self {
        Stack::new(nodes, 0)
    }

    /// A stack that counts its changes beside the top, so that a node that left and came back is not mistaken.
    pub fn counted(nodes: u64) -> Self {
        Stack::new(nodes, CHANGE)
    }

    fn new(nodes: u64, change: u64) -> Self {
        let below = (1..=nodes).map(|node| AtomicU64::new(if node == nodes { NONE } else { node }));
        Stack { top: AtomicU64::new(if nodes == 0 { NONE } else { 0 }), below: below.collect(), change }
    }

    /// Takes the top node off. `between` is where another thread may come in.
    pub fn pop(&self, between: impl Fn()) -> Option<u64> {
        loop {
            // Acquire: the node's `below` was written before the node was put on top.
            let top = self.top.load(Acquire);
            let node = top % CHANGE;
            let below = self.below.get(node as usize)?.load(Relaxed);
            between();
            if self.put_on_top(top, below) {
                return Some(node);
            }
        }
    }

    /// Puts a node on top.
    pub fn push(&self, node: u64) {
        loop {
            let top = self.top.load(Relaxed); // relaxed: nothing is read through it
            self.below[node as usize].store(top % CHANGE, Relaxed); // relaxed: the exchange below releases it
            if self.put_on_top(top, node) {
                return;
            }
        }
    }

    fn put_on_top(&self, seen: u64, node: u64) -> bool {
        let new = (seen - seen % CHANGE).wrapping_add(self.change) + node;
        // Release: whoever finds this top finds its `below`, too, and those of all nodes that were pushed before it.
        self.top.compare_exchange(seen, new, Release, Relaxed).is_ok()
    }

    /// The nodes on the stack, from the top; cut short where it runs in a circle.
    pub fn nodes(&self) -> Vec<u64> {
        let below = |node: &u64| Some(self.below.get(*node as usize)?.load(Relaxed)); // relaxed: the threads have ended
        let top = self.top.load(Acquire) % CHANGE;
        std::iter::successors(Some(top), below).take_while(|&node| node != NONE).take(self.below.len() + 1).collect()
    }
}

/// One thread pops; the other pops twice and pushes the first back. Returns whether each node is in one place after it.
pub fn two_threads(stack: Stack, between: impl Fn() + Copy + Send + 'static) -> bool {
    let stack = Arc::new(stack);
    let shared = Arc::clone(&stack);
    let popper = thread::spawn(move || shared.pop(between));
    let (first, second) = (stack.pop(|| {}), stack.pop(|| {}));
    if let Some(first) = first {
        stack.push(first);
    }
    let popped = popper.join().expect("a pop does not panic");
    let mut places: Vec<u64> = stack.nodes().into_iter().chain(second).chain(popped).collect();
    places.sort_unstable();
    places == (0..stack.below.len() as u64).collect::<Vec<_>>()
}
