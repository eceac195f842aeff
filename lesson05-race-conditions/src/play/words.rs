//! How the player's words come in.

use std::io::{BufRead, stdin};

use anyhow::Context;

/// What the player types, a word at a time, so that a whole schedule fits into a line.
#[derive(Debug, Default)]
pub struct Words(Vec<String>);

impl Words {
    /// Whether there is one already.
    pub fn waiting(&self) -> bool {
        !self.0.is_empty()
    }

    /// The next one; none when nothing more comes.
    ///
    /// # Errors
    /// If the input cannot be read.
    pub fn next_word(&mut self) -> anyhow::Result<Option<String>> {
        while self.0.is_empty() {
            let mut line = String::new();
            if stdin().lock().read_line(&mut line).context("cannot read what you typed")? == 0 {
                return Ok(None);
            }
            self.0 = line.split_whitespace().rev().map(str::to_owned).collect();
        }
        Ok(self.0.pop())
    }
}
