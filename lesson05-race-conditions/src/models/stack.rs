//! A stack without a lock: three nodes, A on B on C. One thread pops; the other pops twice and pushes the first back.

use crate::explorer::{Program, Step, Then};

/// No node.
const NONE: u8 = 3;

/// The stack, and what each thread knows and owns.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Stack {
    /// The top node, and how often it was changed, where that is counted.
    head: (u8, u8),
    below: [u8; 3],
    counted: bool,
    saw: [(u8, u8); 2],
    saw_below: [u8; 2],
    /// Who popped which node and has not pushed it back.
    owners: [Option<u8>; 3],
}

impl Stack {
    /// Whether a node is on the stack that somebody has popped, or is nowhere at all.
    pub fn is_broken(&self) -> bool {
        let mut stacked = [false; 3];
        let mut node = self.head.0;
        while node != NONE && !std::mem::replace(&mut stacked[usize::from(node)], true) {
            node = self.below[usize::from(node)];
        }
        (0..3).any(|node| stacked[node] == self.owners[node].is_some())
    }

    fn name(node: u8) -> String {
        ["A", "B", "C", "nothing"][usize::from(node)].to_owned()
    }

    fn change_head(&mut self, node: u8) {
        self.head = (node, self.head.1 + u8::from(self.counted));
    }
}

/// LOAD the top, LOAD what is below it, and put that on top if the top is still the same; if not, again.
fn pop<const FIRST_STEP: u8>() -> [Step<Stack>; 3] {
    [
        Step::new("LOAD top:", |stack: &mut Stack, me| stack.saw[me] = stack.head)
            .shows(|stack, me| Stack::name(stack.saw[me].0)),
        Step::new("LOAD below:", |stack: &mut Stack, me| {
            stack.saw_below[me] = stack.below[usize::from(stack.saw[me].0)];
        })
        .shows(|stack, me| Stack::name(stack.saw_below[me])),
        Step::new("CAS top:", |stack: &mut Stack, me| {
            let (node, below) = (stack.saw[me].0, stack.saw_below[me]);
            let same = stack.head == stack.saw[me];
            // What was seen is forgotten, lest it tell points apart; NONE stands for a pop that did not come off.
            (stack.saw[me], stack.saw_below[me]) = ((NONE, 0), if same { below } else { NONE + 1 });
            if same {
                stack.change_head(below);
                stack.owners[usize::from(node)] = Some(me as u8);
            }
        })
        .then(|stack, me| if stack.saw_below[me] == NONE + 1 { Then::Jump(FIRST_STEP) } else { Then::Next })
        .shows(|stack, me| {
            if stack.saw_below[me] == NONE + 1 { "changed, again".to_owned() } else { Stack::name(stack.head.0) }
        }),
    ]
}

/// The node that was popped first comes back. One step: that a push can fail, too, adds nothing to the story.
fn push_back() -> Step<Stack> {
    Step::new("PUSH", |stack: &mut Stack, me| {
        let own = |owner: &Option<u8>| *owner == Some(me as u8);
        if let Some(first) = stack.owners.iter().position(own) {
            stack.below[first] = stack.head.0;
            stack.change_head(first as u8);
            stack.owners[first] = None;
        }
    })
    .shows(|stack, _| Stack::name(stack.head.0))
}

/// The stack, with or without a count of its changes beside the top.
pub fn stack(counted: bool) -> Program<Stack> {
    let start = Stack {
        head: (0, 0),
        below: [1, 2, NONE],
        counted,
        saw: [(NONE, 0); 2],
        saw_below: [NONE; 2],
        owners: [None; 3],
    };
    let [load, below, swap] = pop::<3>();
    let twice_and_back = pop::<0>().into_iter().chain([load, below, swap, push_back()]);
    Program::new(start).thread("thread 1", pop::<0>()).thread("thread 2", twice_and_back)
}
