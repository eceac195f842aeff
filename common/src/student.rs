//! For a lesson's own tests: its program, run as a student runs it.

use std::process::{Command, Output, Stdio};
use std::time::Duration;

use crate::within;

/// No demo takes as long as this, on a machine however busy, unless it hangs.
const LIMIT: Duration = Duration::from_secs(120);

/// What a program printed, and how it ended.
#[derive(Debug)]
pub struct Printed {
    /// Standard output.
    pub output: String,
    /// Standard error.
    pub errors: String,
    /// The exit status; `None` if a signal ended it.
    pub status: Option<i32>,
}

/// The lesson's program, `env!("CARGO_BIN_EXE_lesson01-threading")` say, with these arguments and nobody at the keyboard.
pub fn lesson(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Runs a command to its end.
///
/// # Panics
/// If it does not start, does not end, or prints what is not UTF-8.
pub fn run(mut command: Command) -> Printed {
    let Output { status, stdout, stderr } = within(LIMIT, move || command.output().expect("the lesson starts"));
    let text = |bytes| String::from_utf8(bytes).expect("the lesson prints UTF-8");
    Printed { output: text(stdout), errors: text(stderr), status: status.code() }
}

/// Runs one demo, which must prove what it claims and keep to 80 columns.
///
/// # Panics
/// With the claims that do not hold, or the lines that are too long.
pub fn every_proof_holds(program: &str, module: &str) {
    let printed = run(lesson(program, &[module]));
    let lines = |is: &dyn Fn(&str) -> bool| printed.output.lines().filter(|line| is(line)).collect::<Vec<_>>();
    let failed = lines(&|line| line.contains("FAILS"));
    assert!(failed.is_empty(), "{module} claims what does not hold: {failed:#?}");
    assert_eq!(printed.status, Some(0), "{module}:\n{}{}", printed.output, printed.errors);
    // What is indented so deep is another program's own words, the compiler's say.
    let long = lines(&|line| line.chars().count() > 80 && !line.starts_with("    "));
    assert!(long.is_empty(), "{module} prints lines that are too long: {long:#?}");
}

/// Each mistake must end with status 2, and with a complaint that names it and says what would have been right.
///
/// # Panics
/// With the complaint that does not.
pub fn mistakes_are_told(lesson: impl Fn(&[&str]) -> Command, mistakes: &[(&str, &str)]) {
    for (mistake, help) in mistakes {
        let Printed { errors, status, .. } = run(lesson(&[mistake]));
        assert_eq!(status, Some(2), "{mistake}");
        assert!(errors.contains(mistake) && errors.contains(help), "{errors}");
    }
}

/// Runs a lesson with `--json` to a good end, and looks for fields in what it prints, which is returned.
///
/// # Panics
/// With the field that is missing.
pub fn json_has(lesson: Command, fields: &[&str]) -> String {
    let printed = run(lesson).output;
    for field in ["\"schema\": \"concurrency-lab/1\"", "\"passed\": true"].iter().chain(fields) {
        assert!(printed.contains(field), "{field} is missing:\n{printed}");
    }
    printed
}

/// Runs a lesson with `--python` where there is none, which must be a line of its output and no failure.
///
/// # Panics
/// If it is.
pub fn no_python_is_one_line(mut lesson: Command) {
    lesson.env("PYTHON", "no-such-python");
    let Printed { output, status, .. } = run(lesson);
    assert_eq!(status, Some(0), "{output}");
    assert!(output.contains("there is no no-such-python here"), "{output}");
}

/// A test for each demo named: `every_proof_holds!("lesson01-threading": lifecycle, daemon)`.
#[macro_export]
macro_rules! every_proof_holds {
    ($package:literal: $($demo:ident),* $(,)?) => {
        $(#[test]
        fn $demo() {
            $crate::student::every_proof_holds(env!(concat!("CARGO_BIN_EXE_", $package)), stringify!($demo));
        })*
    };
}
