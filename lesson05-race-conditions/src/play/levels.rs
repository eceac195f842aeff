//! The levels, from the easiest to the hardest.

use crate::explorer::Ending;
use crate::models::{account, counter, litmus, locks, stack};

use super::{Board, Game};

/// A program, and what the player is to make of it.
pub struct Level {
    /// Its name.
    pub name: &'static str,
    /// What the program is, and how it is to end.
    pub goal: &'static str,
    /// The program at its beginning.
    pub board: fn() -> Box<dyn Board>,
}

/// All levels.
pub const LEVELS: [Level; 7] = [
    Level {
        name: "lost update",
        goal: "Two threads add 1 to a counter. Let it end at 1.",
        board: || {
            Box::new(Game::new(counter::load_add_store(1), |end| matches!(end, Ending::Done(end) if end.value == 1)))
        },
    },
    Level {
        name: "overdrawn",
        goal: "Two threads withdraw 100 from an account with 100. Every access is locked. Overdraw it.",
        board: || {
            Box::new(Game::new(account::two_acquisitions(), |end| matches!(end, Ending::Done(end) if end.balance < 0)))
        },
    },
    Level {
        name: "deadlock",
        goal: "Two threads want two locks. Let both wait for ever.",
        board: || Box::new(Game::new(locks::ab_ba(), |end| matches!(end, Ending::Deadlock))),
    },
    Level {
        name: "lost wake-up",
        goal: "The waiter sleeps until the flag is raised. Raise it, notify, and let it sleep for ever.",
        board: || Box::new(Game::new(locks::lost_wakeup(), |end| matches!(end, Ending::Deadlock))),
    },
    Level {
        name: "store buffers",
        goal: "Each thread sets its own cell to 1 and reads the other's. FLUSH is the machine's step. Let both read 0.",
        board: || {
            let both_zero = |end: &Ending<&litmus::Litmus>| matches!(end, Ending::Done(end) if end.read == [0, 0]);
            Box::new(Game::new(litmus::store_buffering(true, false), both_zero))
        },
    },
    Level {
        name: "a node comes back",
        goal: "A stack without a lock: A on B on C. Let a node be on it that somebody has popped.",
        board: || Box::new(Game::new(stack::stack(false), |end| matches!(end, Ending::Done(end) if end.is_broken()))),
    },
    Level {
        name: "as wrong as can be",
        goal: "Two threads add 1 to a counter, three times each. Let it end at 2.",
        board: || {
            Box::new(Game::new(counter::load_add_store(3), |end| matches!(end, Ending::Done(end) if end.value == 2)))
        },
    },
];
