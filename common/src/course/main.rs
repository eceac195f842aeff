//! The course as one thing: `cargo run -p common -- progress`.

mod compare;
mod lessons;
mod progress;
mod readme;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

const USAGE: &str = "usage: cargo run -p common -- progress
       cargo run -p common -- compare MINE OTHER
       cargo run -p common -- readme [--write] [LESSON...]

  progress   which exercises are solved, across the lessons, and what is next
  compare    the figures of two runs side by side, from notebooks (--html)
             or JSON files (--json)
  readme     whether each lesson's README shows what its program prints;
             --write puts the output of a run made now into it";

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let words: Option<Vec<&str>> = arguments.iter().map(|argument| argument.to_str()).collect();
    let done = match words.as_deref() {
        Some(["progress"]) => progress::run(),
        Some(["compare", mine, other]) => compare::run(mine.as_ref(), other.as_ref()),
        Some(["readme", "--write", lessons @ ..]) => readme::run(lessons, true),
        Some(["readme", lessons @ ..]) if !lessons.iter().any(|word| word.starts_with('-')) => {
            readme::run(lessons, false)
        }
        Some(["help" | "-h" | "--help"]) => print(USAGE).map(|()| true),
        _ => {
            let _ = writeln!(io::stderr(), "error: that is no command line of this program\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // Nobody reads any more: `| head`.
        Err(error) if error.downcast_ref().is_some_and(|e: &io::Error| e.kind() == io::ErrorKind::BrokenPipe) => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// A text and a line break on standard output, whose end may have gone.
fn print(text: impl std::fmt::Display) -> anyhow::Result<()> {
    Ok(writeln!(io::stdout(), "{text}")?)
}
