//! One page with the runs of several lessons: what `--html FILE` adds its own run to.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use super::GENERATOR;
use super::escape::Text;

/// The runs that a page holds, each as it is written there, by the name of its lesson.
pub(super) type Runs = BTreeMap<String, String>;

/// A file that was to be added to, and whose text is that of something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotANotebook;

impl fmt::Display for NotANotebook {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("it exists and is no lab notebook; move it away or name another file")
    }
}

impl std::error::Error for NotANotebook {}

/// Around each run. No text from a report can look like it: all of them have their `<` escaped.
const BEGIN: &str = "<article id=\"";
const END: &str = "</article>\n";

/// Around the report of each run.
pub(super) const REPORT: &str = r#"<script type="application/json" class="report">"#;
pub(super) const REPORT_END: &str = "</script>";

/// The reports that a notebook holds, each as JSON of the schema [`SCHEMA`](crate::SCHEMA).
pub fn reports_in(page: &str) -> impl Iterator<Item = &str> {
    page.split(REPORT).skip(1).filter_map(|rest| rest.split(REPORT_END).next())
}

/// The runs in a page. An empty text has none.
pub(super) fn runs(page: &str) -> Result<Runs, NotANotebook> {
    if page.trim().is_empty() {
        return Ok(Runs::new());
    }
    if !page.contains(GENERATOR) {
        return Err(NotANotebook);
    }
    let articles = page.split(BEGIN).skip(1);
    Ok(articles
        .filter_map(|article| {
            let (package, rest) = article.split_once("\">\n")?;
            let (run, _) = rest.split_once(END)?;
            Some((package.to_owned(), run.to_owned()))
        })
        .collect())
}

/// All runs, and where there are several a list of them first.
pub(super) fn write(page: &mut String, runs: &Runs) -> fmt::Result {
    if runs.len() > 1 {
        writeln!(page, r#"<nav class="lessons" aria-label="Lessons"><ul>"#)?;
        for package in runs.keys() {
            let package = Text(package);
            writeln!(page, r##"<li><a href="#{package}">{package}</a></li>"##)?;
        }
        page.write_str("</ul></nav>\n")?;
    }
    page.write_str("<main>\n")?;
    for (package, run) in runs {
        write!(page, "{BEGIN}{}\">\n{run}{END}", Text(package))?;
    }
    page.write_str("</main>\n")
}

#[cfg(test)]
mod tests {
    use super::super::{page, sample};
    use super::*;

    #[test]
    fn another_lesson_is_added_and_the_same_one_replaced() {
        let (mut first, mut second) = (sample::report(), sample::report());
        (first.package, second.package) = ("lesson01-a", "lesson02-b");
        let one = page(&first, "").unwrap();
        let both = page(&second, &one).unwrap();
        assert_eq!(runs(&both).unwrap().keys().collect::<Vec<_>>(), ["lesson01-a", "lesson02-b"]);
        assert!(both.contains(r##"<a href="#lesson01-a">"##), "a page of several lists them");
        assert_eq!(page(&second, &both).unwrap(), both, "the same run again changes nothing");
        first.demos.truncate(1);
        let replaced = page(&first, &both).unwrap();
        assert_eq!(runs(&replaced).unwrap()["lesson02-b"], runs(&both).unwrap()["lesson02-b"]);
        assert!(replaced.len() < both.len());
    }

    #[test]
    fn what_is_no_notebook_is_left_alone() {
        assert_eq!(page(&sample::report(), "[package]\nname = \"mine\"\n"), Err(NotANotebook));
        assert!(page(&sample::report(), "\n").is_ok(), "an empty file has nothing to lose");
    }
}
