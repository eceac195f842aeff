//! Makes a program of a lesson's table of contents.

use std::any::Any;
use std::fmt;
use std::io::{self, BufRead};
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Instant, SystemTime};

use anyhow::Context;

use crate::command_line::{self, Command, OPTIONS, Options};
use crate::lab::Lab;
use crate::lesson::{Demo, Lesson};
use crate::report::{DemoReport, Machine, Report};
use crate::terminal::Terminal;
use crate::{html, json};

/// What a demo unwinds with when its output goes nowhere.
pub(crate) struct OutputFailed(pub(crate) io::Error);

/// What a demo returns when it cannot make sense of its arguments: the run then ends with status 2.
#[derive(Debug)]
pub struct WrongArguments(
    /// What is wrong with them, and what would be right.
    pub String,
);

impl fmt::Display for WrongArguments {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for WrongArguments {}

/// Runs a lesson as the command line asks.
///
/// Status 0 means that everything that must hold did; 1 that something did not, or that a file could not be written;
/// 2 that the command line is wrong.
pub fn run(lesson: &Lesson) -> ExitCode {
    let (command, options) = match command_line::parse(lesson, std::env::args_os().skip(1)) {
        Ok(parsed) => parsed,
        Err(message) => return wrong_command_line(lesson, &message),
    };
    match execute(lesson, command, options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            if let Some(WrongArguments(message)) = error.downcast_ref() {
                return wrong_command_line(lesson, message);
            }
            if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
                return ExitCode::SUCCESS;
            }
            complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn wrong_command_line(lesson: &Lesson, message: &str) -> ExitCode {
    complain(&format!("{message}\n\n{}", usage(lesson)));
    ExitCode::from(2)
}

/// Standard error may be closed too; then there is nobody to tell.
fn complain(message: &str) {
    use io::Write;
    let _ = writeln!(io::stderr(), "error: {message}");
}

fn execute(lesson: &Lesson, command: Command, options: Options) -> anyhow::Result<bool> {
    let mut terminal = if options.json { Terminal::silent() } else { Terminal::stdout(options.plain) };
    match command {
        Command::Help => terminal.text(&help(lesson))?,
        Command::List => terminal.list(lesson)?,
        Command::Exercises => terminal.exercises(lesson)?,
        Command::Run(demos) => return run_demos(lesson, &demos, options, terminal),
    }
    Ok(true)
}

fn run_demos(lesson: &Lesson, demos: &[usize], options: Options, terminal: Terminal) -> anyhow::Result<bool> {
    let whole = demos.len() == lesson.demos.len();
    let details = options.full || !whole;
    let mut report = Report {
        package: lesson.package,
        title: lesson.title,
        machine: Machine::here(),
        seed: options.seed,
        unix_time: SystemTime::UNIX_EPOCH.elapsed().map_or(0, |time| time.as_secs()),
        demos: Vec::new(),
    };
    let mut lab = Lab::new(lesson, options.clone(), terminal, details);
    lab.terminal().lesson(&report, details)?;
    for &index in demos {
        let demo = run_demo(lesson, &lesson.demos[index], &mut lab, &options, details)?;
        lab.terminal().demo_end(&demo, details)?;
        report.demos.push(demo);
    }
    lab.terminal().summary(&report, whole.then_some(lesson.next))?;
    if options.json {
        Terminal::stdout(true).text(&serde_json::to_string_pretty(&json::document(&report))?)?;
    }
    if let Some(file) = &options.html {
        write_page(file, &report)?;
        lab.terminal().text(&format!("The notebook is in {}.", file.display()))?;
    }
    Ok(!report.failed())
}

fn run_demo(
    lesson: &Lesson,
    demo: &Demo,
    lab: &mut Lab,
    options: &Options,
    details: bool,
) -> anyhow::Result<DemoReport> {
    let header = demo.header();
    let mut report = DemoReport {
        name: demo.name(),
        file: demo.file(lesson),
        claim: header.paragraph("Claim"),
        python: header.section("Python").to_owned(),
        question: header.paragraph("Predict"),
        prediction: None,
        try_it: header.paragraph("Try"),
        blocks: Vec::new(),
        error: None,
        seconds: 0.0,
    };
    lab.terminal().demo(&report, details)?;
    if options.predict {
        lab.terminal().question(&report.question)?;
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).context("cannot read your prediction")?;
        report.prediction = Some(line.trim().to_owned()).filter(|guess| !guess.is_empty());
    }
    let start = Instant::now();
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| (demo.run)(lab)));
    report.seconds = start.elapsed().as_secs_f64();
    report.blocks = lab.take_blocks();
    report.error = match outcome {
        Ok(Ok(())) => None,
        Ok(Err(error)) if error.is::<WrongArguments>() => return Err(error),
        Ok(Err(error)) => Some(format!("{error:#}")),
        Err(panic) => match panic.downcast::<OutputFailed>() {
            Ok(failed) => return Err(failed.0.into()),
            Err(panic) => Some(format!("it panicked: {}", words_of(panic.as_ref()))),
        },
    };
    Ok(report)
}

fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}

/// Adds the run to the notebook in this file. It is written beside its place and moved there: a full disk leaves no
/// half of a page, and the old one is not lost.
fn write_page(file: &Path, report: &Report) -> anyhow::Result<()> {
    let cannot = || format!("cannot write the notebook to {}", file.display());
    let earlier = match std::fs::read_to_string(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        earlier => earlier.with_context(cannot)?,
    };
    let page = html::page(report, &earlier).with_context(cannot)?;
    let mut unfinished = file.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = Path::new(&unfinished);
    let written = std::fs::write(unfinished, page).and_then(|()| std::fs::rename(unfinished, file));
    if written.is_err() {
        let _ = std::fs::remove_file(unfinished);
    }
    written.with_context(cannot)
}

fn usage(lesson: &Lesson) -> String {
    let package = lesson.package;
    format!("usage: cargo run -p {package} -- [list | exercises | DEMO...] [OPTIONS]\n       --help says more")
}

fn help(lesson: &Lesson) -> String {
    let mut text = format!(
        "{}: {}\n\n{}\n\ndemos (all of them, if none is named):\n",
        lesson.package,
        lesson.title,
        usage(lesson)
    );
    for (number, demo) in lesson.demos.iter().enumerate() {
        let arguments = demo.arguments().unwrap_or_default();
        let line = format!("  {}  {} {arguments}", number + 1, demo.name());
        text.push_str(&format!("{}\n", line.trim_end()));
    }
    text.push_str(
        "\ncommands:\n  list       what each demo claims\n  exercises  what there is for you to write\n\noptions:\n",
    );
    text.push_str(OPTIONS);
    text
}
