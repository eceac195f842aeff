//! The report on a terminal of 80 columns, in colour where the terminal has any; a pipe gets the same without colour.

mod ink;
mod pictures;
mod tables;

use std::fmt;
use std::io::{self, Write};

use anstream::AutoStream;

use crate::blocks::Block;
use crate::format;
use crate::lesson::Lesson;
use crate::report::{Claim, DemoReport, Kind, Report, Verdict};
use ink::{Ink, WIDTH, wrap};

/// Where the report goes as it comes into being.
pub(crate) struct Terminal {
    out: Option<Box<dyn Write>>,
    ascii: bool,
}

impl fmt::Debug for Terminal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Terminal").field("ascii", &self.ascii).finish_non_exhaustive()
    }
}

impl Terminal {
    /// Standard output. `plain` stands for no colour and ASCII only, which a dumb terminal gets in any case.
    pub(crate) fn stdout(plain: bool) -> Self {
        let ascii = plain || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let stdout = io::stdout();
        // `auto` honours NO_COLOR and CLICOLOR, and takes the colour out where stdout is no terminal.
        let out = if ascii { AutoStream::never(stdout) } else { AutoStream::auto(stdout) };
        Terminal { out: Some(Box::new(out)), ascii }
    }

    /// Nowhere: for JSON, whose text must stand alone, and for tests.
    pub(crate) fn silent() -> Self {
        Terminal { out: None, ascii: false }
    }

    pub(crate) fn is_silent(&self) -> bool {
        self.out.is_none()
    }

    /// Whether a line may be drawn over and over: not where somebody listens to it.
    pub(crate) fn is_lively(&self) -> bool {
        !self.is_silent() && !self.ascii
    }

    /// A text as it is.
    pub(crate) fn text(&mut self, text: &str) -> io::Result<()> {
        self.write(text)
    }

    /// The head of a run. With `details` each demo gets a blank line before it; without, the first one alone.
    pub(crate) fn lesson(&mut self, report: &Report, details: bool) -> io::Result<()> {
        let machine = &report.machine;
        let title = Ink::Bold.paint(&format!("{}: {}", report.package, report.title));
        let here = format!(
            "{} build on {}, {} core{}, {}; seed {}",
            machine.build,
            machine.processor,
            machine.cores,
            if machine.cores == 1 { "" } else { "s" },
            machine.system,
            report.seed
        );
        self.write(&format!("{title}\n{}{}", Ink::Dim.paint(&here), if details { "" } else { "\n" }))
    }

    /// The head of a demo.
    pub(crate) fn demo(&mut self, demo: &DemoReport, details: bool) -> io::Result<()> {
        let name = demo.name.as_str();
        let room = WIDTH.saturating_sub(name.chars().count() + 6);
        let file = ink::fit_path(&demo.file, room.saturating_sub(1));
        let rule = "─".repeat(room.saturating_sub(file.chars().count()));
        let head = format!("── {} {} {}", Ink::Heading.paint(name), Ink::Dim.paint(&rule), Ink::Dim.paint(&file));
        self.write(&format!("{}{head}\n{}", if details { "\n" } else { "" }, wrap(&demo.claim, "")))
    }

    /// The question, before the answer.
    pub(crate) fn question(&mut self, question: &str) -> io::Result<()> {
        self.write(&format!("{}\nYour prediction (Enter goes on):", wrap(question, "? ")))
    }

    /// The end of a demo: its error if it has one, and what to try next.
    pub(crate) fn demo_end(&mut self, demo: &DemoReport, details: bool) -> io::Result<()> {
        if let Some(guess) = &demo.prediction {
            self.write(&wrap(&format!("You predicted: {guess}"), "? "))?;
        }
        if let Some(error) = &demo.error {
            self.write(&Ink::Bad.paint(&wrap(&format!("{} did not finish: {error}", demo.name), "✗ ")))?;
        }
        if details { self.write(&wrap(&format!("Try: {}", demo.try_it), "> ")) } else { Ok(()) }
    }

    /// The end of a run: how many claims of which kind came to what.
    pub(crate) fn summary(&mut self, report: &Report, next: Option<&str>) -> io::Result<()> {
        let proved = report.count(Kind::Prove, |verdict| *verdict == Verdict::Holds);
        let failed = report.count(Kind::Prove, |verdict| *verdict == Verdict::Fails);
        let unfinished = report.demos.iter().filter(|demo| demo.error.is_some()).count();
        let holds = report.count(Kind::Observe, |verdict| *verdict == Verdict::Holds);
        let not_here = report.count(Kind::Observe, |verdict| *verdict == Verdict::NotHere);
        let cannot_tell = report.count(Kind::Observe, |verdict| matches!(verdict, Verdict::CannotTell(_)));
        let mut line = format!("{proved} proved");
        for (count, word) in [(failed, "FAILED"), (unfinished, "unfinished"), (holds, "observed")] {
            if count > 0 {
                line.push_str(&format!(", {count} {word}"));
            }
        }
        for (count, word) in [(not_here, "not here"), (cannot_tell, "cannot tell")] {
            if count > 0 {
                line.push_str(&format!(", {count} {word}"));
            }
        }
        let ink = if report.failed() { Ink::Bad } else { Ink::Good };
        let time = format::seconds(report.seconds());
        self.write(&format!("\n{}", ink.paint(&format!("{line}; {time}"))))?;
        match next {
            Some(next) if !report.failed() => self.write(&format!("Next: {next}")),
            _ => Ok(()),
        }
    }

    /// What each demo claims.
    pub(crate) fn list(&mut self, lesson: &Lesson) -> io::Result<()> {
        self.write(&Ink::Bold.paint(&format!("{}: {}", lesson.package, lesson.title)))?;
        for demo in lesson.demos {
            let claim = wrap(&demo.header().paragraph("Claim"), "    ");
            let file = Ink::Dim.paint(&demo.file(lesson));
            self.write(&format!("\n{}  {file}\n{claim}", Ink::Heading.paint(&demo.name())))?;
        }
        Ok(())
    }

    /// The exercises: the file, the goal, and how to have it judged.
    pub(crate) fn exercises(&mut self, lesson: &Lesson) -> io::Result<()> {
        self.write(&Ink::Bold.paint(&format!("{}: exercises", lesson.package)))?;
        for exercise in lesson.exercises {
            let header = exercise.header();
            let state = if exercise.is_untouched() { "[ ] your turn" } else { "[x] begun: let the test judge it" };
            let test = format!("cargo test -p {} exercise_{} -- --ignored", lesson.package, exercise.module);
            let (name, file) = (Ink::Heading.paint(&exercise.name()), exercise.file(lesson));
            let minutes = header.paragraph("Minutes");
            let goal = wrap(&header.paragraph("Goal"), "    ");
            self.write(&format!(
                "\n{name}  {state}, about {minutes} minutes\n{goal}\n    {file}\n    {}",
                Ink::Dim.paint(&test)
            ))?;
        }
        self.write("\nTwo hints each are in the lesson's README, a solution in src/solutions.")
    }

    /// Whatever a demo shows.
    pub(crate) fn block(&mut self, block: &Block) -> io::Result<()> {
        if self.is_silent() {
            return Ok(());
        }
        let drawn = match block {
            Block::Text(text) => wrap(text, ""),
            Block::Code(code) => code.trim_end().lines().map(|line| format!("    {line}\n")).collect(),
            Block::Table(table) => tables::table(table),
            Block::Outcomes(outcomes) => tables::outcomes(outcomes),
            Block::Schedule(schedule) => tables::schedule(schedule),
            Block::Timeline(timeline) => pictures::timeline(timeline),
            Block::Bars(bars) => pictures::bars(bars),
            Block::Lines(lines) => pictures::lines(lines),
            Block::Claim(claim) => self::claim(claim),
        };
        self.write(drawn.trim_end_matches('\n'))
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        let Some(out) = &mut self.out else { return Ok(()) };
        let text = if self.ascii { ink::ascii(text) } else { text.to_owned() };
        writeln!(out, "{text}")
            .and_then(|()| out.flush())
            .map_err(|error| io::Error::new(error.kind(), format!("cannot write the output: {error}")))
    }
}

/// A verdict never rests on colour: it has a mark and a word.
fn claim(claim: &Claim) -> String {
    let (mark, ink) = match claim.verdict {
        Verdict::Holds => ("✓", Ink::Good),
        Verdict::Fails => ("✗", Ink::Bad),
        Verdict::NotHere => ("○", Ink::Warn),
        Verdict::CannotTell(_) => ("?", Ink::Warn),
    };
    let verdict = match (claim.kind, &claim.verdict) {
        (Kind::Prove, Verdict::Holds) => "proved",
        (_, verdict) => verdict.words(),
    };
    let mut text = claim.text.clone();
    if let Verdict::CannotTell(reason) = &claim.verdict {
        text.push_str(&format!(" ({reason})"));
    }
    if !claim.figures.is_empty() {
        let figures: Vec<String> = claim.figures.iter().map(ToString::to_string).collect();
        text.push_str(&format!(" [{}]", figures.join(", ")));
    }
    let head = format!("{mark} {verdict:<10} ");
    let wrapped = wrap(&text, &" ".repeat(head.chars().count()));
    format!("{}{}", ink.paint(&head), wrapped.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Figure;

    #[test]
    fn a_claim_says_its_verdict_in_words() {
        let failed = Claim {
            text: "nothing is lost".to_owned(),
            kind: Kind::Prove,
            verdict: Verdict::Fails,
            figures: vec![Figure::count("lost", 1_234)],
        };
        let text = anstream::adapter::strip_str(&claim(&failed)).to_string();
        assert_eq!(text.trim_end(), "✗ FAILS      nothing is lost [lost 1,234]");
    }
}
