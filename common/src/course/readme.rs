//! Whether a lesson's README shows what its program prints, figures aside.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail, ensure};

use crate::lessons::{all, cargo, package};
use crate::print;

/// What a whole lesson may print, in lines: more is not read.
const LONGEST_OUTPUT: usize = 60;
/// What a claim's second line begins with.
const CONTINUED: &str = "             ";

/// Runs the lessons (all, if none is named) and compares, or writes what they print into their READMEs.
pub(crate) fn run(lessons: &[&str], write: bool) -> anyhow::Result<bool> {
    let folders = all()?;
    if let Some(unknown) = lessons.iter().find(|&&lesson| !folders.iter().any(|folder| package(folder) == lesson)) {
        bail!("there is no lesson {unknown}");
    }
    let mut agree = true;
    for folder in folders.iter().filter(|folder| lessons.is_empty() || lessons.contains(&package(folder))) {
        let package = package(folder);
        let file = folder.join("README.md");
        let readme = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let command = format!("```console\n$ cargo run -p {package}\n");
        let (before, rest) = readme.split_once(&command).with_context(|| format!("{package}: no captured output"))?;
        let (shown, after) = rest.split_once("\n```\n").with_context(|| format!("{package}: the block has no end"))?;
        let printed = output(package)?;
        if write {
            let shown = updated(shown, &printed)?;
            fs::write(&file, format!("{before}{command}{shown}\n```\n{after}")).context("cannot write the README")?;
        }
        let shown = if write { updated(shown, &printed)? } else { shown.to_owned() };
        let mut differences = differences(&shown, &printed);
        differences.extend(strange_snippets(&readme, folder)?);
        let lines = length(&printed);
        if lines > LONGEST_OUTPUT {
            differences.push(format!("the lesson prints {lines} lines, and {LONGEST_OUTPUT} are enough"));
        }
        for difference in &differences {
            print(format!("{package}/README.md: {difference}"))?;
        }
        agree &= differences.is_empty();
        print(format!(
            "{package}: {}",
            if differences.is_empty() { "README and program agree" } else { "they differ" }
        ))?;
    }
    Ok(agree)
}

/// What the program prints today.
fn output(package: &str) -> anyhow::Result<String> {
    let output = cargo(&["run", "-q", "-p", package]).output().context("cannot start cargo")?;
    let [printed, errors] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    // All of it: the claim that does not hold is among what it printed.
    ensure!(output.status.success(), "{package} fails:\n{printed}{errors}");
    Ok(printed.into_owned())
}

/// The lines of an output. Whether a claim needs a second one is for its figures to say, so that does not count.
fn length(printed: &str) -> usize {
    printed.lines().filter(|line| !line.starts_with(CONTINUED)).count()
}

/// A demo's part of an output: its heading and what follows.
struct Section<'a> {
    name: &'a str,
    lines: Vec<&'a str>,
}

/// The parts of an output, without what stands before the first demo and after the last.
fn sections(text: &str) -> Vec<Section<'_>> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("── ") {
            sections.push(Section { name: heading.split(' ').next().unwrap_or_default(), lines: vec![line] });
            inside = true;
        } else if line.is_empty() || line == "..." {
            inside = false; // a blank line ends a demo
        } else if inside && let Some(section) = sections.last_mut() {
            section.lines.push(line);
        }
    }
    sections
}

/// The block with each of its demos as it was printed now.
fn updated(shown: &str, printed: &str) -> anyhow::Result<String> {
    let now = sections(printed);
    let head = printed.lines().take_while(|line| !line.starts_with("── ")).collect::<Vec<_>>().join("\n");
    let mut parts = vec![head.trim_end().to_owned()];
    for section in sections(shown) {
        let section = now.iter().find(|now| now.name == section.name);
        parts.push(section.context("the README shows a demo that is gone")?.lines.join("\n"));
    }
    let ends_early = if shown.ends_with("\n...") { "\n..." } else { "" };
    Ok(parts.join("\n\n") + ends_early)
}

/// Where the two differ in more than figures.
fn differences(shown: &str, printed: &str) -> Vec<String> {
    let now = sections(printed);
    let mut differences = Vec::new();
    for section in sections(shown) {
        let Some(now) = now.iter().find(|now| now.name == section.name) else {
            differences.push(format!("it shows `{}`, which does not run", section.name));
            continue;
        };
        let (shown, now) = (outline(&section), outline(now));
        differences.extend(shown.iter().filter(|line| !now.contains(line)).map(|line| format!("not printed: {line}")));
        differences.extend(now.iter().filter(|line| !shown.contains(line)).map(|line| format!("not shown: {line}")));
    }
    differences
}

/// What stays the same from run to run: the heading, the claim's first line, and the sentences that were proved or
/// observed, with every number as `#`.
fn outline(section: &Section<'_>) -> Vec<String> {
    let mut outline: Vec<String> = section.lines.iter().take(2).map(|&line| line.to_owned()).collect();
    let mut open = false;
    for line in &section.lines {
        if let Some(sentence) = ["✓", "○", "?", "✗"].iter().find_map(|mark| line.strip_prefix(mark)) {
            let kind = if sentence.trim_start().starts_with("proved") { "proved" } else { "observed" };
            let sentence: String = sentence.chars().skip(12).collect();
            outline.push(format!("{kind} {sentence}"));
            open = true;
        } else if open && line.starts_with(CONTINUED) {
            if let Some(last) = outline.last_mut() {
                *last = format!("{last} {}", line.trim());
            }
        } else {
            open = false;
        }
    }
    outline.iter().map(|line| without_figures(line)).collect()
}

fn without_figures(line: &str) -> String {
    let sentence = line.split(" [").next().unwrap_or_default();
    // A reason why this machine cannot tell is not the README's.
    let sentence = sentence.split(" (needs ").next().unwrap_or_default();
    let mut text = String::new();
    for character in sentence.chars() {
        let part_of_a_number = character.is_ascii_digit() || (matches!(character, '.' | ',') && text.ends_with('#'));
        if !part_of_a_number {
            text.push(character);
        } else if !text.ends_with('#') {
            text.push('#');
        }
    }
    text
}

/// Rust in the README that stands nowhere in the lesson's sources.
fn strange_snippets(readme: &str, folder: &Path) -> anyhow::Result<Vec<String>> {
    let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let snippets: Vec<&str> = readme.split("```rust\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let mut sources = String::new();
    if !snippets.is_empty() {
        for part in ["src", "tests", "benches"] {
            collect(&folder.join(part), &mut sources)?;
        }
    }
    let sources = squeeze(&sources);
    let strange = snippets.into_iter().filter(|snippet| !sources.contains(&squeeze(snippet)));
    Ok(strange.map(|snippet| format!("this stands nowhere in the sources:\n{snippet}")).collect())
}

fn collect(folder: &Path, sources: &mut String) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, sources)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push_str(&fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOWN: &str = "lesson00: Title\n\n── gil ──── file\nA claim.\n✓ proved     10 runs lose nothing [lost 0]\n\
                         ✓ holds here twice as\n             fast\n...";

    #[test]
    fn figures_and_verdicts_may_differ() {
        let printed = "lesson00: Title\n\n── gil ──── file\nA claim.\n✓ proved     20 runs lose nothing [lost 3]\n\
                       ○ not here   twice as fast [1.0x]\n── next ─── file\nAnother.\n\n1 proved\n";
        assert_eq!(differences(SHOWN, printed), [""; 0]);
        let updated = updated(SHOWN, printed).unwrap();
        assert!(updated.contains("20 runs") && updated.ends_with("[1.0x]\n..."), "{updated}");
    }

    #[test]
    fn the_length_of_an_output_does_not_depend_on_its_figures() {
        assert_eq!(length("a\n✓ holds here x [0 %]\nb\n"), length("a\n✓ holds here x [0.06\n             %]\nb\n"));
    }

    #[test]
    fn words_may_not() {
        let printed = "── gil ──── file\nA claim.\n✓ proved     10 runs lose something\n✓ holds here twice as fast\n";
        assert_eq!(
            differences(SHOWN, printed),
            ["not printed: proved # runs lose nothing", "not shown: proved # runs lose something"]
        );
        assert_eq!(differences(SHOWN, "── gi ─── file\n"), ["it shows `gil`, which does not run"]);
    }
}
