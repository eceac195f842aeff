//! One schedule, to be read from the top.

use std::fmt;

/// One thread's move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The column.
    pub thread: usize,
    /// What was done, and what came of it.
    pub text: String,
}

/// What happened in which order, a column for each thread.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schedule {
    /// The columns' heads.
    pub threads: Vec<String>,
    /// The moves.
    pub lines: Vec<Line>,
}

impl Schedule {
    /// How often the next step is another thread's.
    pub fn switches(&self) -> usize {
        self.lines.windows(2).filter(|pair| pair[0].thread != pair[1].thread).count()
    }

    /// Who moved, in order.
    pub fn order(&self) -> Vec<usize> {
        self.lines.iter().map(|line| line.thread).collect()
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts = self.lines.iter().map(|line| line.text.chars().count());
        let width = texts.chain(self.threads.iter().map(|name| name.chars().count())).max().unwrap_or(0) + 3;
        let heads: String = self.threads.iter().map(|name| format!("{name:width$}")).collect();
        write!(out, "step  {}", heads.trim_end())?;
        for (number, Line { thread, text }) in self.lines.iter().enumerate() {
            write!(out, "\n{:>4}  {:blank$}{text}", number + 1, "", blank = thread * width)?;
        }
        Ok(())
    }
}
