//! The report as one HTML page that needs nothing else: no script, no network, no font of its own.
//!
//! A report is text from demos, tools and students; all of it goes through [`escape`].

mod axis;
mod bars;
mod claim;
mod demo;
mod escape;
mod figure;
mod front;
mod ink;
mod lines;
mod notebook;
mod outcomes;
mod points;
#[cfg(test)]
mod sample;
mod schedule;
mod spans;
mod table;
mod timeline;

use std::fmt::{self, Write};

use crate::report::Report;
use escape::Text;
pub(crate) use notebook::NotANotebook;
use notebook::Runs;
pub use notebook::reports_in;

const STYLE: &str = concat!(include_str!("page.css"), include_str!("pictures.css"));

/// What every notebook has in its head, and nothing else has: so a file that is none is not overwritten.
const GENERATOR: &str = r#"<meta name="generator" content="concurrency-lab">"#;

/// The page with this run, and with the runs of other lessons that `earlier`, the page's text as it is, holds.
///
/// # Errors
/// `earlier` is no notebook.
pub(crate) fn page(report: &Report, earlier: &str) -> Result<String, NotANotebook> {
    let mut runs = notebook::runs(earlier)?;
    runs.insert(report.package.to_owned(), run(report).expect("a String takes whatever is written to it"));
    Ok(write_page(&runs).expect("a String takes whatever is written to it"))
}

/// A run as it stands in a page. The report itself is in it, as JSON, in `<script class="report">`.
fn run(report: &Report) -> Result<String, fmt::Error> {
    let mut run = String::new();
    front::write(&mut run, report)?;
    for (index, demo) in report.demos.iter().enumerate() {
        demo::write(&mut run, report.package, index + 1, demo)?;
    }
    let document = escape::json(&crate::json::document(report));
    writeln!(run, "{}{document}{}", notebook::REPORT, notebook::REPORT_END)?;
    Ok(run)
}

fn write_page(runs: &Runs) -> Result<String, fmt::Error> {
    let mut page = String::new();
    writeln!(page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n{GENERATOR}")?;
    writeln!(page, r#"<meta name="viewport" content="width=device-width, initial-scale=1">"#)?;
    writeln!(page, r#"<meta name="color-scheme" content="light dark">"#)?;
    writeln!(page, r#"<link rel="icon" href="data:,">"#)?;
    let names = runs.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    writeln!(page, "<title>{}: lab notebook</title>", Text(&names))?;
    writeln!(page, "<style>\n{STYLE}</style>\n</head>\n<body>")?;
    page.write_str(ink::DEFINITIONS)?;
    notebook::write(&mut page, runs)?;
    page.write_str("</body>\n</html>\n")?;
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of the elements, opening and closing, without those that have no content.
    fn tags(page: &str) -> impl Iterator<Item = &str> {
        let tags = page.split('<').skip(1).map(|rest| rest.split_once('>').map_or(rest, |(tag, _)| tag));
        let has_content =
            |tag: &&str| !tag.ends_with('/') && !["!DOCTYPE", "meta", "link"].iter().any(|void| tag.starts_with(void));
        tags.filter(has_content).filter_map(|tag| tag.split_whitespace().next())
    }

    #[test]
    fn every_element_is_closed() {
        let page = page(&sample::report(), "").unwrap();
        let mut open = Vec::new();
        for tag in tags(&page) {
            match tag.strip_prefix('/') {
                Some(closed) => assert_eq!(open.pop(), Some(closed), "still open: {open:?}"),
                None if tag.chars().all(char::is_alphanumeric) => open.push(tag),
                None => panic!("<{tag} is no element"),
            }
        }
        assert_eq!(open, Vec::<&str>::new());
    }

    #[test]
    fn no_text_becomes_markup() {
        let page = page(&sample::report(), "").unwrap();
        assert!(page.contains("&lt;b onclick=&quot;x&quot;&gt;"));
        assert!(!page.contains("<b onclick"));
        assert_eq!(page.matches("</script>").count(), 1);
        assert!(!page.contains('\0') && !page.contains('\u{1b}'));
    }

    #[test]
    fn no_coordinate_is_odd() {
        let page = page(&sample::report(), "").unwrap();
        for attribute in page.split_whitespace().filter(|word| word.contains("%\"")) {
            assert!(!attribute.contains("NaN") && !attribute.contains("inf"), "{attribute}");
        }
    }

    #[test]
    fn the_page_needs_nothing_else() {
        let page = page(&sample::report(), "").unwrap();
        for request in ["src=", "@import", "http:", "https:", "<script>"] {
            assert!(!page.contains(request), "{request}");
        }
        let outside = page.split("href=\"").skip(1).filter(|link| !link.starts_with('#') && !link.starts_with("data:"));
        assert_eq!(outside.count(), 0);
    }

    #[test]
    fn one_report_makes_one_page() {
        assert_eq!(page(&sample::report(), "").unwrap(), page(&sample::report(), "").unwrap());
    }

    #[test]
    fn the_report_is_in_the_page() {
        let report = sample::report();
        let page = page(&report, "").unwrap();
        let (_, rest) = page.split_once(r#"<script type="application/json" class="report">"#).unwrap();
        let (document, _) = rest.split_once("</script>").unwrap();
        assert_eq!(reports_in(&page).collect::<Vec<_>>(), [document]);
        assert_eq!(serde_json::from_str::<serde_json::Value>(document).unwrap(), crate::json::document(&report));
    }

    #[test]
    fn a_large_picture_stays_small() {
        let report = sample::report();
        let page = page(&report, "").unwrap();
        let (picture, _) = page.split_once("Twelve workers").unwrap().1.split_once("</figure>").unwrap();
        assert!(picture.len() < 500_000, "{}", picture.len());
    }
}
