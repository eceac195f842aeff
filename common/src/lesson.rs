//! A lesson as data: its demos and exercises, each of which describes itself in the head of its own source file.

use crate::lab::Lab;

/// A lesson's table of contents. Written with [`lesson!`](crate::lesson!).
#[derive(Debug)]
pub struct Lesson {
    /// The package: `lesson01-threading`.
    pub package: &'static str,
    /// Its folder, where the Python scripts and the README are.
    pub root: &'static str,
    /// Its title, as the README has it.
    pub title: &'static str,
    /// What the last line points at: the command for the next lesson.
    pub next: &'static str,
    /// The demos, in the order in which they are read.
    pub demos: &'static [Demo],
    /// The exercises, from the easiest to the hardest.
    pub exercises: &'static [Exercise],
}

/// A program of a lesson that shows one thing.
#[derive(Debug)]
pub struct Demo {
    /// The module's name: `opening_puzzle`. The command line says `opening-puzzle`.
    pub module: &'static str,
    /// The text of its source file, where its claim and its questions stand.
    pub source: &'static str,
    /// What runs it.
    pub run: fn(&mut Lab) -> anyhow::Result<()>,
}

/// Something for the student to write.
#[derive(Debug)]
pub struct Exercise {
    /// The module's name: `parallel_sum`.
    pub module: &'static str,
    /// The text of its source file, with its goal.
    pub source: &'static str,
}

/// Writes a lesson's table of contents: every name is a module, and every module describes itself.
///
/// `demos: [gil]` stands for `demos::gil::run` and for the header of `src/demos/gil.rs`.
#[macro_export]
macro_rules! lesson {
    (title: $title:literal, demos: [$($demo:ident),* $(,)?], exercises: [$($exercise:ident),* $(,)?], next: $next:literal $(,)?) => {
        $crate::Lesson {
            package: env!("CARGO_PKG_NAME"),
            root: env!("CARGO_MANIFEST_DIR"),
            title: $title,
            next: $next,
            demos: &[$($crate::Demo {
                module: stringify!($demo),
                source: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/demos/", stringify!($demo), ".rs")),
                run: demos::$demo::run,
            }),*],
            exercises: &[$($crate::Exercise {
                module: stringify!($exercise),
                source: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/exercises/", stringify!($exercise), ".rs")),
            }),*],
        }
    };
}

impl Demo {
    /// The name on the command line: `opening-puzzle`.
    pub fn name(&self) -> String {
        self.module.replace('_', "-")
    }

    /// The path from the workspace's root, for the reader who wants to edit it.
    pub fn file(&self, lesson: &Lesson) -> String {
        format!("{}/src/demos/{}.rs", lesson.package, self.module)
    }

    /// How its arguments are written, for a demo that takes any: the optional section **Arguments**.
    pub fn arguments(&self) -> Option<String> {
        Some(self.header().paragraph("Arguments").replace('`', "")).filter(|usage| !usage.is_empty())
    }

    /// What the source file says of the demo.
    pub fn header(&self) -> Header {
        Header::parse(self.source)
    }
}

impl Exercise {
    /// The name on the command line: `parallel-sum`.
    pub fn name(&self) -> String {
        self.module.replace('_', "-")
    }

    /// The path from the workspace's root.
    pub fn file(&self, lesson: &Lesson) -> String {
        format!("{}/src/exercises/{}.rs", lesson.package, self.module)
    }

    /// Whether the body is still the `todo!()` it was delivered with.
    pub fn is_untouched(&self) -> bool {
        is_untouched(self.source)
    }

    /// What the source file says of the exercise.
    pub fn header(&self) -> Header {
        Header::parse(self.source)
    }
}

/// Whether a source file still has a `todo!()` for a body.
pub fn is_untouched(source: &str) -> bool {
    source.lines().any(|line| line.trim_start().starts_with("todo!("))
}

/// The `//!` lines at the top of a source file, in sections: `**Claim**: ...`.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Header {
    sections: Vec<(String, String)>,
}

impl Header {
    /// Reads the header of a Rust source file.
    pub fn parse(source: &str) -> Self {
        let mut sections: Vec<(String, String)> = Vec::new();
        for line in source.lines().map_while(|line| line.strip_prefix("//!")) {
            let line = line.strip_prefix(' ').unwrap_or(line);
            let named = line.strip_prefix("**").and_then(|rest| rest.split_once("**:"));
            if let Some((name, text)) = named {
                sections.push((name.to_owned(), text.trim().to_owned()));
            } else if let Some((_, text)) = sections.last_mut()
                && !line.starts_with("```")
            {
                text.push('\n');
                text.push_str(line);
            }
        }
        for (_, text) in &mut sections {
            *text = text.trim().to_owned();
        }
        Header { sections }
    }

    /// The text of a section, with the line breaks it was written with; empty where there is none.
    pub fn section(&self, name: &str) -> &str {
        self.sections.iter().find(|(section, _)| section == name).map_or("", |(_, text)| text)
    }

    /// The sections' names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.sections.iter().map(|(name, _)| name.as_str())
    }

    /// A section as one paragraph.
    pub fn paragraph(&self, name: &str) -> String {
        self.section(name).split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_in_sections() {
        let source = "//! **Claim**: one\n//! two.\n//!\n//! **Python**:\n//! ```python\n//! x = 1\n//! if x:\n//!     y\n//! ```\nuse a;\n//! no";
        let header = Header::parse(source);
        assert_eq!(header.names().collect::<Vec<_>>(), ["Claim", "Python"]);
        assert_eq!(header.paragraph("Claim"), "one two.");
        assert_eq!(header.section("Python"), "x = 1\nif x:\n    y");
        assert_eq!(header.section("Try"), "");
    }
}
