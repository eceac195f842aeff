//! **Claim**: You can break each of these programs yourself, and so can the explorer.
//!
//! **Python**:
//! ```python
//! sys.setswitchinterval(1e-6)      # the most that Python lets you say to its scheduler
//! ```
//!
//! **Predict**: Level 4 breaks in one of its five schedules. Which thread has to be held up, and where?
//!
//! **Try**: `-- play 1`, and then 1 2 1 2 1 2. Level 7 takes five changes of thread, not fewer.
//!
//! **Arguments**: `[LEVEL]`

use anyhow::bail;
use common::blocks::{Block, Table};
use common::{Figure, Lab, WrongArguments};

use crate::play::words::Words;
use crate::play::{Answer, LEVELS, Level, answer};

/// The level that is shown solved.
const EXAMPLE: usize = 3;

/// Plays from the given level on; without one, shows the levels and that each can be solved.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    // A whole lesson passes no level. It must not stop here and wait for somebody to type.
    let [level] = lab.arguments() else {
        if !lab.arguments().is_empty() {
            bail!(WrongArguments("one level at a time: `-- play 3`".to_owned()));
        }
        return solved(lab);
    };
    let number = level.parse().ok().filter(|number| (1..=LEVELS.len()).contains(number));
    let wrong = || WrongArguments(format!("there is no level `{level}`, only 1 to {}", LEVELS.len()));
    let number: usize = number.ok_or_else(wrong)?;
    let mut words = Words::default();
    for (index, level) in LEVELS.iter().enumerate().skip(number - 1) {
        if !play(lab, index + 1, level, &mut words)? {
            break;
        }
    }
    Ok(())
}

/// Plays one level. False if the player left it.
fn play(lab: &mut Lab, number: usize, level: &Level, words: &mut Words) -> anyhow::Result<bool> {
    let mut board = (level.board)();
    lab.show(format!("Level {number}, {}. {}", level.name, level.goal));
    lab.show(format!("{} A number makes a step; u takes it back, ? counts, s shows, q ends.", board.odds()));
    loop {
        if !words.waiting() {
            lab.show(Block::Code(board.choices()));
        }
        let Some(word) = words.next_word()? else { return Ok(false) };
        match answer(board.as_mut(), &word) {
            Answer::Goes(text) | Answer::Said(text) | Answer::Over(text) => lab.show(Block::Code(text)),
            Answer::Won(text) => {
                lab.show(Block::Code(text));
                return Ok(true);
            }
            Answer::Quit => return Ok(false),
        }
    }
}

/// The levels, and the explorer's solution of each, played back through the same words.
fn solved(lab: &mut Lab) -> anyhow::Result<()> {
    let mut table = Table::new("Play one: -- play LEVEL", &["level", "name", "schedules that break it", "steps"]);
    let mut broken = 0;
    for (index, level) in LEVELS.iter().enumerate() {
        let mut board = (level.board)();
        let odds = board.odds();
        let odds = odds.trim_start_matches("From here ").trim_end_matches(" schedules break it.");
        let solution = board.solution();
        let answers = solution.iter().map(|mover| answer(board.as_mut(), &(mover + 1).to_string()));
        broken += u64::from(matches!(answers.last(), Some(Answer::Won(_))));
        table.row(&[&(index + 1), &level.name, &odds, &solution.len()]);
    }
    lab.detail(table);
    let level = &LEVELS[EXAMPLE];
    let mut board = (level.board)();
    for mover in board.solution() {
        board.make(mover);
    }
    lab.detail(format!("Level {}, {}. {}", EXAMPLE + 1, level.name, level.goal));
    lab.detail(Block::Code(board.schedule()));
    let figure = Figure::count("levels", broken);
    lab.prove("each level can be broken: -- play LEVEL", broken == LEVELS.len() as u64, [figure]);
    Ok(())
}
