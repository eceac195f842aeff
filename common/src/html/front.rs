//! What stands before the demos: the title, the machine, what came out, and the contents.

use std::fmt::{self, Write};

use super::claim;
use super::escape::{Prose, Text};
use crate::format;
use crate::report::{DemoReport, Kind, Report, Verdict};

/// The head of the page.
pub(super) fn write(page: &mut String, report: &Report) -> fmt::Result {
    let package = Text(report.package);
    writeln!(page, r#"<header><p class="kind">Lab notebook <code>{package}</code></p>"#)?;
    writeln!(page, "<h1>{}</h1>", Prose(report.title))?;
    machine(page, report)?;
    summary(page, report)?;
    page.write_str("</header>\n")?;
    if report.demos.len() > 1 { contents(page, report) } else { Ok(()) }
}

fn machine(page: &mut String, report: &Report) -> fmt::Result {
    let machine = &report.machine;
    let (cores, seed) = (machine.cores.to_string(), report.seed.to_string());
    let entries = [
        ("processor", machine.processor.as_str()),
        ("cores", &cores),
        ("system", &machine.system),
        ("build", machine.build),
        ("seed", &seed),
    ];
    page.write_str(r#"<dl class="machine">"#)?;
    for (name, value) in entries {
        write!(page, "<div><dt>{name}</dt><dd>{}</dd></div>", Text(value))?;
    }
    page.write_str("</dl>\n")
}

fn summary(page: &mut String, report: &Report) -> fmt::Result {
    let proved = report.count(Kind::Prove, |verdict| *verdict == Verdict::Holds);
    let holds = report.count(Kind::Observe, |verdict| *verdict == Verdict::Holds);
    let not_here = report.count(Kind::Observe, |verdict| *verdict == Verdict::NotHere);
    let cannot_tell = report.count(Kind::Observe, |verdict| matches!(verdict, Verdict::CannotTell(_)));
    let failed = [Kind::Prove, Kind::Observe].map(|kind| report.count(kind, |verdict| *verdict == Verdict::Fails));
    let unfinished = report.demos.iter().filter(|demo| demo.error.is_some()).count();
    let entries = [
        ("holds", "✓", proved, "proved"),
        ("holds", "✓", holds, "observed, holding here"),
        ("not-here", "○", not_here, "observed, not here"),
        ("cannot-tell", "?", cannot_tell, "observed, cannot tell"),
        ("fails", "✗", failed.iter().sum(), "failed"),
        ("fails", "✗", unfinished, "did not finish"),
    ];
    page.write_str(r#"<ul class="summary" aria-label="What came out">"#)?;
    for (class, mark, count, words) in entries {
        if count > 0 {
            let mark = format!(r#"<span class="mark" aria-hidden="true">{mark}</span>"#);
            write!(page, r#"<li class="{class}">{mark} <b>{count}</b> {words}</li>"#)?;
        }
    }
    let demos = report.demos.len();
    let plural = if demos == 1 { "" } else { "s" };
    let failed = if report.failed() { "" } else { ", nothing failed" };
    let seconds = format::seconds(report.seconds());
    writeln!(page, r#"<li class="muted">{demos} demo{plural} in {seconds}{failed}</li></ul>"#)
}

fn contents(page: &mut String, report: &Report) -> fmt::Result {
    writeln!(page, r#"<nav aria-label="Demos"><h2>Demos</h2><ol>"#)?;
    let package = Text(report.package);
    for demo in &report.demos {
        let name = Text(&demo.name);
        write!(page, r##"<li><a href="#{package}-{name}">{name}</a> "##)?;
        verdicts(page, demo)?;
        writeln!(page, "<p>{}</p></li>", Prose(&demo.claim))?;
    }
    page.write_str("</ol></nav>\n")
}

/// A mark for each claim of a demo.
fn verdicts(page: &mut String, demo: &DemoReport) -> fmt::Result {
    page.write_str(r#"<span class="verdicts">"#)?;
    for claim in demo.claims() {
        let (class, words, mark) = (claim::class(&claim.verdict), claim::words(claim), claim::mark(&claim.verdict));
        write!(page, r#"<span class="mark {class}" role="img" aria-label="{words}" title="{words}">{mark}</span>"#)?;
    }
    if demo.error.is_some() {
        page.write_str(r#"<span class="fails">did not finish</span>"#)?;
    }
    page.write_str("</span>")
}
