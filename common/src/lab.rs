use std::collections::HashMap;
use std::panic;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::blocks::Block;
use crate::command_line::Options;
use crate::lesson::Lesson;
use crate::progress::Progress;
use crate::python::{self, Beside, PythonRun};
use crate::report::{Claim, Figure, Kind, Verdict};
use crate::runner::OutputFailed;
use crate::terminal::Terminal;

/// What a demo is handed: the student's wishes, and a place to show what happened.
///
/// What is shown appears on the terminal at once and is kept for the notebook. A lesson run whole prints what is
/// shown and leaves out the details; a demo run by name prints both.
#[derive(Debug)]
pub struct Lab {
    options: Options,
    root: &'static Path,
    terminal: Terminal,
    details: bool,
    blocks: Vec<Block>,
    /// What each Python script said, by script and arguments: two demos that ask the same are told the same.
    python: HashMap<(PathBuf, Vec<String>), Result<PythonRun, String>>,
}

impl Lab {
    pub(crate) fn new(lesson: &Lesson, options: Options, terminal: Terminal, details: bool) -> Self {
        Lab { options, root: Path::new(lesson.root), terminal, details, blocks: Vec::new(), python: HashMap::new() }
    }

    /// How often to repeat: `--runs`, or what the demo says.
    pub fn runs(&self, default: usize) -> usize {
        self.options.runs.unwrap_or(default)
    }

    /// The seed of everything random in this run.
    pub fn seed(&self) -> u64 {
        self.options.seed
    }

    /// The usual size, or the larger one with `--full`.
    pub fn size<T>(&self, usual: T, full: T) -> T {
        if self.options.full { full } else { usual }
    }

    /// What the command line has after the demo's name.
    pub fn arguments(&self) -> &[String] {
        &self.options.arguments
    }

    /// Where to keep files, if the student named a folder with `--to`.
    pub fn folder(&self) -> Option<PathBuf> {
        self.options.to.clone()
    }

    /// Shows a block, always.
    pub fn show(&mut self, block: impl Into<Block>) {
        self.push(block.into(), true);
    }

    /// Shows a block where there is room: in the notebook, and on the terminal when the demo is run by name.
    pub fn detail(&mut self, block: impl Into<Block>) {
        let shown = self.details;
        self.push(block.into(), shown);
    }

    /// A claim that must hold on every machine and in every run. If it does not, the lesson ends with status 1.
    pub fn prove(&mut self, text: impl Into<String>, holds: bool, figures: impl IntoIterator<Item = Figure>) {
        let verdict = if holds { Verdict::Holds } else { Verdict::Fails };
        self.claim(Kind::Prove, text.into(), verdict, figures);
    }

    /// A claim about this machine, here and now. Whatever the verdict, it is no failure.
    pub fn observe(&mut self, text: impl Into<String>, verdict: Verdict, figures: impl IntoIterator<Item = Figure>) {
        self.claim(Kind::Observe, text.into(), verdict, figures);
    }

    /// Runs `python/SCRIPT` of this lesson, if the student asked for Python and there is one on this machine. The
    /// script gets `arguments`, `--json`, and `--runs` where the student gave it.
    ///
    /// Where it cannot be run, a line says why.
    pub fn python(&mut self, script: &str, arguments: &[&str]) -> Option<PythonRun> {
        if !self.options.python {
            return None;
        }
        let runs = self.options.runs.map(|runs| ["--runs".to_owned(), runs.to_string()]);
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).chain(runs.into_iter().flatten());
        let script = self.root.join("python").join(script);
        let question = (script, arguments.collect::<Vec<_>>());
        let answer = self.python.entry(question);
        let run =
            answer.or_insert_with_key(|(script, arguments)| python::run(script, arguments, Duration::from_secs(60)));
        run.clone().map_err(|reason| self.show(format!("Python: {reason}."))).ok()
    }

    /// Shows what Rust does beside what `python/SCRIPT` says that the student's Python does, if there is one and it was
    /// asked for. See [`python`](Lab::python).
    pub fn beside_python<'a>(
        &mut self,
        script: &str,
        arguments: &[&str],
        rows: impl IntoIterator<Item = Beside<'a>>,
    ) -> Option<PythonRun> {
        let python = self.python(script, arguments)?;
        self.show(python::table(&python, rows));
        Some(python)
    }

    /// A progress line of `total` steps; none with `--plain` or on a dumb terminal.
    pub fn progress(&self, label: &str, total: usize) -> Progress {
        Progress::new(label, total, self.terminal.is_lively())
    }

    pub(crate) fn terminal(&mut self) -> &mut Terminal {
        &mut self.terminal
    }

    pub(crate) fn take_blocks(&mut self) -> Vec<Block> {
        std::mem::take(&mut self.blocks)
    }

    fn claim(&mut self, kind: Kind, text: String, verdict: Verdict, figures: impl IntoIterator<Item = Figure>) {
        let figures = figures.into_iter().collect();
        self.push(Block::Claim(Claim { text, kind, verdict, figures }), true);
    }

    fn push(&mut self, block: Block, shown: bool) {
        if shown && let Err(error) = self.terminal.block(&block) {
            // Nobody reads any more (`| head -1`), or the disk behind stdout is full. Unwinding ends the demo and
            // runs its destructors, which stop its children and remove its files; exiting here would not.
            panic::resume_unwind(Box::new(OutputFailed(error)));
        }
        self.blocks.push(block);
    }
}
