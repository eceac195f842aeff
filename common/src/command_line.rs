//! The command line that all lessons share.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::*;

use crate::lesson::{Demo, Lesson};

/// What the student asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Command {
    /// Run these demos, by index.
    Run(Vec<usize>),
    List,
    Exercises,
    Help,
}

/// How it is to be run.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Options {
    pub(crate) runs: Option<usize>,
    pub(crate) seed: u64,
    pub(crate) full: bool,
    pub(crate) predict: bool,
    pub(crate) python: bool,
    pub(crate) plain: bool,
    pub(crate) json: bool,
    pub(crate) html: Option<PathBuf>,
    pub(crate) to: Option<PathBuf>,
    /// What follows the name of a demo that takes arguments.
    pub(crate) arguments: Vec<String>,
}

pub(crate) const OPTIONS: &str = "      --runs N       how often a demo repeats its free-running part
      --seed N       the seed of everything random (default 1)
      --full         larger sizes, longer runs, every detail
      --predict      ask before showing
      --python       run CPython's version beside it, where there is one
      --html FILE    add the run to a notebook, a page of its own
      --json         print the run as JSON (the schema is in common/README.md)
      --to FOLDER    where a demo that keeps files puts them
      --plain        no colour, ASCII only, nothing that moves
  -h, --help         this text";

/// Reads a command line.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub(crate) fn parse(lesson: &Lesson, words: impl IntoIterator<Item = OsString>) -> Result<(Command, Options), String> {
    let mut parser = lexopt::Parser::from_args(words);
    let mut options = Options { seed: 1, ..Options::default() };
    let mut command = None;
    loop {
        let argument = parser.next().map_err(|error| error.to_string())?;
        let Some(argument) = argument else { break };
        match argument {
            Long("runs") => {
                let runs = number(&mut parser, "--runs")?;
                if runs == 0 {
                    return Err("--runs needs at least 1".to_owned());
                }
                options.runs = Some(usize::try_from(runs).map_err(|_| "--runs is too large".to_owned())?);
            }
            Long("seed") => options.seed = number(&mut parser, "--seed")?,
            Long("full") => options.full = true,
            Long("predict") => options.predict = true,
            Long("python") => options.python = true,
            Long("plain") => options.plain = true,
            Long("json") => options.json = true,
            Long("html") => options.html = Some(path(&mut parser, "--html")?),
            Long("to") => options.to = Some(path(&mut parser, "--to")?),
            Short('h') | Long("help") => command = Some(Command::Help),
            Value(word) => {
                let word = word.string().map_err(|error| error.to_string())?;
                positional(lesson, &word, &mut command, &mut options)?;
            }
            other => return Err(format!("unknown option `{}`", spelled(&other))),
        }
    }
    Ok((command.unwrap_or_else(|| Command::Run((0..lesson.demos.len()).collect())), options))
}

fn positional(lesson: &Lesson, word: &str, command: &mut Option<Command>, options: &mut Options) -> Result<(), String> {
    match (word, &mut *command) {
        ("list", None) => *command = Some(Command::List),
        ("exercises", None) => *command = Some(Command::Exercises),
        ("help", None) => *command = Some(Command::Help),
        (_, None) => *command = Some(Command::Run(vec![demo(lesson, word)?])),
        (_, Some(Command::Help)) => {}
        (_, Some(Command::Run(demos))) => {
            let takes_arguments = demos.iter().any(|&index| lesson.demos[index].arguments().is_some());
            if takes_arguments {
                options.arguments.push(word.to_owned());
            } else {
                demos.push(demo(lesson, word)?);
            }
        }
        (_, Some(Command::List | Command::Exercises)) => return Err(format!("unexpected argument `{word}`")),
    }
    Ok(())
}

/// A demo by its name or by its number, counted from 1.
fn demo(lesson: &Lesson, word: &str) -> Result<usize, String> {
    let by_name = lesson.demos.iter().position(|demo| demo.name() == word || demo.module == word);
    let by_number =
        word.parse().ok().and_then(|number: usize| number.checked_sub(1)).filter(|&i| i < lesson.demos.len());
    by_name.or(by_number).ok_or_else(|| {
        let names: Vec<String> = lesson.demos.iter().map(Demo::name).collect();
        format!("there is no demo `{word}` in {}; there are: {}", lesson.package, names.join(", "))
    })
}

fn number(parser: &mut lexopt::Parser, option: &str) -> Result<u64, String> {
    let value = parser.value().map_err(|_| format!("{option} needs a number"))?;
    value
        .to_str()
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| format!("{option} needs a whole number, not `{}`", value.to_string_lossy()))
}

fn path(parser: &mut lexopt::Parser, option: &str) -> Result<PathBuf, String> {
    let value = parser.value().map_err(|_| format!("{option} needs a path"))?;
    if value.is_empty() { Err(format!("{option} needs a path")) } else { Ok(PathBuf::from(value)) }
}

fn spelled(argument: &lexopt::Arg) -> String {
    match argument {
        Short(letter) => format!("-{letter}"),
        Long(name) => format!("--{name}"),
        Value(word) => word.to_string_lossy().into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LESSON: Lesson = Lesson {
        package: "lesson00-test",
        root: "",
        title: "Test",
        next: "",
        demos: &[
            Demo { module: "lost_update", source: "", run: |_| Ok(()) },
            Demo { module: "fetch", source: "//! **Arguments**: [URL]...\n", run: |_| Ok(()) },
        ],
        exercises: &[],
    };

    fn read(words: &[&str]) -> Result<(Command, Options), String> {
        parse(&LESSON, words.iter().map(OsString::from))
    }

    #[test]
    fn a_whole_lesson_is_the_default() {
        assert_eq!(read(&[]).unwrap().0, Command::Run(vec![0, 1]));
    }

    #[test]
    fn a_demo_goes_by_name_module_or_number() {
        for word in ["lost-update", "lost_update", "1"] {
            assert_eq!(read(&[word]).unwrap().0, Command::Run(vec![0]));
        }
    }

    #[test]
    fn options_are_read() {
        let (_, options) = read(&["1", "--runs", "20", "--seed=7", "--html", "a.html", "--json"]).unwrap();
        assert_eq!((options.runs, options.seed, options.json), (Some(20), 7, true));
        assert_eq!(options.html, Some(PathBuf::from("a.html")));
    }

    #[test]
    fn arguments_go_to_the_demo_that_takes_them() {
        let (command, options) = read(&["fetch", "http://a/", "http://b/"]).unwrap();
        assert_eq!(command, Command::Run(vec![1]));
        assert_eq!(options.arguments, ["http://a/", "http://b/"]);
    }

    #[test]
    fn mistakes_are_named() {
        let mistakes: [(&[&str], &str); 8] = [
            (&["lost-updat"], "no demo `lost-updat`"),
            (&["0"], "no demo `0`"),
            (&["3"], "no demo `3`"),
            (&["--runs", "0"], "at least 1"),
            (&["--runs", "ten"], "not `ten`"),
            (&["--runs"], "needs a number"),
            (&["--nope"], "unknown option `--nope`"),
            (&["list", "1"], "unexpected argument `1`"),
        ];
        for (words, expected) in mistakes {
            let message = read(words).unwrap_err();
            assert!(message.contains(expected), "{words:?}: {message}");
        }
    }
}
