//! You are the scheduler: choose who takes the next step, until the program breaks.
//!
//! A level is a program and the ending that you are to bring about. It is played with words, one for each step, so it
//! works in any terminal and from a pipe: `echo 1 2 1 2 1 2 | cargo run -p lesson05-race-conditions -- play 1`.

mod board;
mod levels;
pub mod words;

pub use board::{Board, Game};
pub use levels::{LEVELS, Level};

/// What came of a word that the player typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A step was made or taken back; the program can go on.
    Goes(String),
    /// The wanted ending.
    Won(String),
    /// An ending, but not the wanted one.
    Over(String),
    /// Something to read; nothing has changed.
    Said(String),
    /// The player has had enough.
    Quit,
}

/// Does what one word says.
pub fn answer(board: &mut dyn Board, word: &str) -> Answer {
    match word {
        "q" | "quit" => Answer::Quit,
        "u" | "undo" => {
            if board.undo() {
                Answer::Goes("Taken back.".to_owned())
            } else {
                Answer::Said("Nothing to take back.".to_owned())
            }
        }
        "s" | "schedule" => Answer::Said(board.schedule()),
        "?" => Answer::Said(board.odds()),
        word => match word.parse().ok().and_then(|number: usize| number.checked_sub(1)) {
            Some(mover) if board.can_move(mover) => {
                let made = board.make(mover);
                match board.ending() {
                    None => Answer::Goes(made),
                    Some((true, ending)) => Answer::Won(format!("{made}\n{ending}")),
                    Some((false, ending)) => Answer::Over(format!("{made}\n{ending}")),
                }
            }
            Some(_) => Answer::Said(format!("{word} cannot move now: it waits, has ended, or is not there.")),
            None => {
                Answer::Said(format!("`{word}`? A number makes a step; u takes it back, ? counts, s shows, q ends."))
            }
        },
    }
}
