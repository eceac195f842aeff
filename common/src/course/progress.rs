//! Which exercises are solved. Nothing is written down for it: the exercises' own files say who has begun, and their
//! tests who is done.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use common::{Header, is_untouched};

use crate::lessons::{all, cargo, package};
use crate::print;

/// How far somebody has come with an exercise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// The body is as it was delivered.
    Untouched,
    /// Begun, and the test does not pass yet.
    Begun,
    Solved,
}

struct Exercise {
    module: String,
    file: PathBuf,
    minutes: String,
    standing: Standing,
}

/// Prints a line for each lesson, and what is next.
pub(crate) fn run() -> anyhow::Result<bool> {
    let (mut solved, mut total, mut next) = (0, 0, None);
    for folder in all()? {
        let exercises = exercises(&folder)?;
        let marks = exercises.iter().map(|exercise| {
            let mark = match exercise.standing {
                Standing::Untouched => "[ ]",
                Standing::Begun => "[~]",
                Standing::Solved => "[x]",
            };
            format!("  {mark} {}", exercise.module.replace('_', "-"))
        });
        print(format!("{}\n{}", package(&folder), marks.collect::<Vec<_>>().join("\n")))?;
        total += exercises.len();
        solved += exercises.iter().filter(|exercise| exercise.standing == Standing::Solved).count();
        next =
            next.or(exercises.into_iter().find(|exercise| exercise.standing != Standing::Solved).map(|e| (folder, e)));
    }
    print(format!("\n{solved} of {total} solved; [x] solved, [~] begun, [ ] not begun"))?;
    let Some((folder, exercise)) = next else { return print("That is all of them.").map(|()| true) };
    let (package, module) = (package(&folder), &exercise.module);
    let file = format!("{package}/{}", exercise.file.strip_prefix(&folder)?.display());
    print(format!("Next: {file}, about {} minutes", exercise.minutes))?;
    print(format!("      cargo test -p {package} --test exercises exercise_{module} -- --ignored"))?;
    Ok(true)
}

fn exercises(folder: &Path) -> anyhow::Result<Vec<Exercise>> {
    // Their order is the table of contents', from the easiest to the hardest.
    let contents = fs::read_to_string(folder.join("src/main.rs")).with_context(|| format!("{}", folder.display()))?;
    let listed = contents.split("exercises: [").nth(1).and_then(|rest| rest.split(']').next()).unwrap_or_default();
    let modules =
        listed.lines().map(|line| line.split("//").next().unwrap_or_default()).flat_map(|line| line.split(','));
    let modules: Vec<&str> = modules.map(str::trim).filter(|module| !module.is_empty()).collect();
    let mut exercises = Vec::new();
    for module in modules {
        let file = folder.join(format!("src/exercises/{module}.rs"));
        let source = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        exercises.push(Exercise {
            module: module.to_owned(),
            file,
            minutes: Header::parse(&source).paragraph("Minutes"),
            standing: if is_untouched(&source) { Standing::Untouched } else { Standing::Begun },
        });
    }
    // Building the graders takes a while, so only those of a lesson in which somebody has begun are asked.
    if exercises.iter().any(|exercise| exercise.standing == Standing::Begun) {
        let passed = passed(package(folder))?;
        for exercise in exercises.iter_mut().filter(|exercise| exercise.standing == Standing::Begun) {
            if passed.contains(&format!("exercise_{}", exercise.module)) {
                exercise.standing = Standing::Solved;
            }
        }
    }
    Ok(exercises)
}

/// The exercises' tests that pass, by name.
fn passed(package: &str) -> anyhow::Result<Vec<String>> {
    let mut test = cargo(&["test", "-q", "-p", package, "--test", "exercises"]);
    // Not quiet in the second half: a line a test is what is read here.
    let output = test.args(["--", "--ignored", "--format=pretty", "--color=never", "exercise_"]).output();
    let output = output.context("cannot start cargo")?;
    let printed = String::from_utf8_lossy(&output.stdout);
    anyhow::ensure!(
        printed.contains("test result:"),
        "the exercises of {package} do not compile:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(tests_that_passed(&printed))
}

fn tests_that_passed(printed: &str) -> Vec<String> {
    let lines = printed.lines().filter(|line| line.starts_with("test ") && line.ends_with(" ok"));
    lines.filter_map(|line| line.split_whitespace().nth(1).map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_passed_is_told_from_one_that_did_not() {
        let printed = "\nrunning 2 tests\ntest exercise_a ... FAILED\ntest exercise_b - should panic ... ok\n\
                       test result: ok. 1 passed\n";
        assert_eq!(tests_that_passed(printed), ["exercise_b"]);
    }

    #[test]
    fn every_lesson_has_its_exercises_and_they_are_untouched_or_judged() {
        for folder in all().unwrap() {
            let contents = fs::read_dir(folder.join("src/exercises")).unwrap().count() - 1; // mod.rs
            let listed = exercises(&folder).map(|exercises| exercises.len());
            assert_eq!(listed.unwrap(), contents, "{}", folder.display());
        }
    }
}
