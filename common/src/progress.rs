use std::io::{IsTerminal, Write, stderr};

/// One line on standard error that says how far a demo has come; nothing at all where that is not a terminal.
#[derive(Debug)]
pub struct Progress {
    label: String,
    total: usize,
    done: usize,
    shown: bool,
}

impl Progress {
    pub(crate) fn new(label: &str, total: usize, wanted: bool) -> Self {
        let mut progress =
            Progress { label: label.to_owned(), total, done: 0, shown: wanted && stderr().is_terminal() };
        progress.draw();
        progress
    }

    /// Another one is done.
    pub fn advance(&mut self) {
        self.done += 1;
        self.draw();
    }

    fn draw(&mut self) {
        const WIDTH: usize = 30;
        if self.shown {
            let filled = (self.done * WIDTH).checked_div(self.total).unwrap_or(WIDTH).min(WIDTH);
            let (done, total, label) = (self.done, self.total, &self.label);
            // A terminal that has gone away is no reason to stop the work.
            let _ = write!(stderr(), "\r  {label} [{:WIDTH$}] {done}/{total} ", "#".repeat(filled));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            let _ = write!(stderr(), "\r{:79}\r", "");
        }
    }
}
