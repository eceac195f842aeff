//! An `async fn`, and beside it what the compiler makes of one.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::polling::Turn;

/// As you would write it.
pub async fn compiled(first: u32) -> u32 {
    let second = first + 1;
    Turn::default().await;
    let third = second * 2;
    Turn::default().await;
    second + third
}

/// As the compiler writes it: a state for each `await`, which holds what is needed after it, and nothing else.
#[derive(Debug)]
pub enum ByHand {
    /// Called, and not polled yet.
    Start {
        /// Its argument.
        first: u32,
    },
    /// At the first `await`.
    FirstTurn {
        /// Needed after this `await`.
        second: u32,
        /// What is awaited.
        turn: Turn,
    },
    /// At the second.
    SecondTurn {
        /// Needed at the end.
        second: u32,
        /// Needed at the end.
        third: u32,
        /// What is awaited.
        turn: Turn,
    },
    /// Has returned.
    Done,
}

impl Future for ByHand {
    type Output = u32;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<u32> {
        loop {
            // `ready!` returns from here while the inner future is pending: that is all that `.await` does.
            *self = match &mut *self {
                ByHand::Start { first } => ByHand::FirstTurn { second: *first + 1, turn: Turn::default() },
                ByHand::FirstTurn { second, turn } => {
                    ready!(Pin::new(turn).poll(context));
                    ByHand::SecondTurn { second: *second, third: *second * 2, turn: Turn::default() }
                }
                ByHand::SecondTurn { second, third, turn } => {
                    ready!(Pin::new(turn).poll(context));
                    let sum = *second + *third;
                    *self = ByHand::Done;
                    return Poll::Ready(sum);
                }
                ByHand::Done => panic!("polled after it was ready"),
            }
        }
    }
}
