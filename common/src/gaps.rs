//! Whether a lesson is whole: what whoever adds a demo or an exercise can forget.

use std::fs;
use std::path::Path;

use crate::lesson::{Demo, Exercise, Lesson};

/// More lines than this are too many for one sitting.
const LONGEST_DEMO: usize = 150;

/// And so are more lines than this of a README.
const LONGEST_README: usize = 150;

/// What a lesson's README has, in this order; others may stand between.
const SECTIONS: [&str; 6] =
    ["Predict", "Python and Rust", "What goes on", "Demos", "Exercises", "What this does not prove"];

impl Lesson {
    /// What is missing in this lesson, a line each; empty when it is whole.
    ///
    /// Every lesson asserts in a test that this is empty, so whoever adds a demo or an exercise and forgets a part is
    /// told which.
    pub fn gaps(&self) -> Vec<String> {
        let read = |file: &str| fs::read_to_string(Path::new(self.root).join(file)).unwrap_or_default();
        let readme = read("README.md");
        let (demo_tests, exercise_tests) = (read("tests/demos.rs"), read("tests/exercises.rs"));
        let mut gaps = Vec::new();
        for demo in self.demos {
            gaps.extend(self.gaps_of_demo(demo, &readme, &demo_tests));
        }
        for exercise in self.exercises {
            gaps.extend(self.gaps_of_exercise(exercise, &readme, &exercise_tests));
        }
        gaps.extend(self.gaps_of_readme(&readme));
        gaps.extend(self.strays("demos", self.demos.iter().map(|demo| demo.module).collect()));
        gaps.extend(self.strays("exercises", self.exercises.iter().map(|exercise| exercise.module).collect()));
        gaps
    }

    fn gaps_of_demo(&self, demo: &Demo, readme: &str, tests: &str) -> Vec<String> {
        let (file, package) = (demo.file(self), self.package);
        let (module, name) = (demo.module, demo.name());
        let header = demo.header();
        let names: Vec<&str> = header.names().filter(|&name| name != "Arguments").collect();
        let checks = [
            (
                names == ["Claim", "Python", "Predict", "Try"],
                format!("{file}: the header needs **Claim**, **Python**, **Predict**, **Try**; it has {names:?}"),
            ),
            (
                demo.source.lines().count() <= LONGEST_DEMO,
                format!("{file}: more than {LONGEST_DEMO} lines, too many for one sitting"),
            ),
            (
                readme.contains(&format!("`{name}`")),
                format!("{package}/README.md: the table of demos does not name `{name}`"),
            ),
            (tests.contains(module), format!("{package}/tests/demos.rs: no test names {module}")),
        ];
        failed(checks)
    }

    fn gaps_of_exercise(&self, exercise: &Exercise, readme: &str, tests: &str) -> Vec<String> {
        let (file, package) = (exercise.file(self), self.package);
        let (module, name) = (exercise.module, exercise.name());
        let header = exercise.header();
        let names: Vec<&str> = header.names().collect();
        let solution = Path::new(self.root).join(format!("src/solutions/{module}.rs"));
        let graded = ["solution", "exercise"].iter().all(|kind| tests.contains(&format!("{kind}_{module}")));
        // The text between the exercise's own heading and the next one.
        let described = readme.split("\n### ").find(|section| section.starts_with(&format!("`{name}`")));
        let hints = described.map(|text| text.matches("<summary>").count());
        let checks = [
            (
                names == ["Goal", "Minutes"],
                format!("{file}: the header needs **Goal** and **Minutes**; it has {names:?}"),
            ),
            (solution.is_file(), format!("{file}: there is no solution of that name in src/solutions")),
            (graded, format!("{file}: tests/exercises.rs needs solution_{module} and exercise_{module}")),
            (hints.is_some(), format!("{package}/README.md: the exercises do not name `{name}`")),
            (hints.is_none_or(|hints| hints == 2), format!("{package}/README.md: `{name}` needs two folded hints")),
        ];
        failed(checks)
    }

    fn gaps_of_readme(&self, readme: &str) -> Vec<String> {
        let file = format!("{}/README.md", self.package);
        let headings = readme.lines().filter_map(|line| line.strip_prefix("## "));
        let sections: Vec<&str> = headings.filter(|heading| SECTIONS.contains(heading)).collect();
        let command = format!("$ cargo run -p {}\n", self.package);
        let checks = [
            (readme.lines().count() <= LONGEST_README, format!("{file}: more than {LONGEST_README} lines")),
            (readme.contains(" minutes, exercises included.*"), format!("{file}: say how many minutes it takes")),
            (readme.contains(&command), format!("{file}: show what `cargo run -p {}` prints", self.package)),
            (
                sections == SECTIONS,
                format!("{file}: needs the sections {SECTIONS:?}, in this order; it has {sections:?}"),
            ),
            (readme.contains(self.next), format!("{file}: its end does not point at `{}`", self.next)),
        ];
        let mut gaps = failed(checks);
        let table = readme.split("\n## Demos\n").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap_or_default();
        let rows = table
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
            .filter(|name| !name.contains('/'));
        let no_demo = rows.filter(|name| !self.demos.iter().any(|demo| demo.name() == **name));
        gaps.extend(no_demo.map(|name| format!("{file}: there is no demo `{name}`")));
        let headings = readme.lines().filter_map(|line| line.strip_prefix("### `")?.split('`').next());
        let no_exercise = headings.filter(|name| !self.exercises.iter().any(|exercise| exercise.name() == **name));
        gaps.extend(no_exercise.map(|name| format!("{file}: there is no exercise `{name}`")));
        gaps
    }

    /// Files that lie in a folder and that the table of contents does not list.
    fn strays(&self, folder: &str, listed: Vec<&str>) -> Vec<String> {
        let entries = fs::read_dir(Path::new(self.root).join("src").join(folder)).into_iter().flatten().flatten();
        let modules = entries.filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".rs")?.to_owned()));
        modules
            .filter(|module| module != "mod" && !listed.contains(&module.as_str()))
            .map(|module| format!("{}/src/main.rs: {folder} does not list `{module}`", self.package))
            .collect()
    }
}

fn failed<const N: usize>(checks: [(bool, String); N]) -> Vec<String> {
    checks.into_iter().filter(|(holds, _)| !holds).map(|(_, complaint)| complaint).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_forgotten_is_named() {
        let lesson = Lesson {
            package: "lesson00",
            root: "no-such-folder",
            title: "",
            next: "",
            demos: &[Demo { module: "my_demo", source: "//! **Claim**: x", run: |_| Ok(()) }],
            exercises: &[Exercise { module: "my_exercise", source: "" }],
        };
        let gaps = lesson.gaps();
        let expected = [
            "src/demos/my_demo.rs: the header needs",
            "the table of demos does not name `my-demo`",
            "tests/demos.rs: no test names my_demo",
            "src/exercises/my_exercise.rs: the header needs",
            "there is no solution of that name",
            "needs solution_my_exercise and exercise_my_exercise",
            "the exercises do not name `my-exercise`",
            "say how many minutes",
            "show what `cargo run -p lesson00` prints",
            "needs the sections",
        ];
        assert_eq!(gaps.len(), expected.len(), "{gaps:#?}");
        for (gap, expected) in gaps.iter().zip(expected) {
            assert!(gap.contains(expected), "{gap}");
        }
    }

    #[test]
    fn a_readme_that_names_what_is_not_there_is_told() {
        let lesson = Lesson { package: "lesson00", root: "", title: "", next: "next", demos: &[], exercises: &[] };
        let headings = SECTIONS.map(|section| format!("## {section}\n"));
        let whole = format!("*5 minutes, exercises included.*\n$ cargo run -p lesson00\n{}next", headings.concat());
        assert_eq!(lesson.gaps_of_readme(&whole), [""; 0]);
        let stale = whole.replace("## Demos\n", "## Demos\n\n| `gone` | x |\n### `lost` (5 minutes)\n");
        assert_eq!(lesson.gaps_of_readme(&stale).len(), 2, "{:?}", lesson.gaps_of_readme(&stale));
        assert_eq!(lesson.gaps_of_readme(&whole.replace("## Predict", "## Guess")).len(), 1);
    }
}
