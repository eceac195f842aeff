//! Claims and their verdicts, in words and with a mark.

use std::fmt::{self, Write};

use super::escape::{Prose, Text};
use crate::format;
use crate::report::{Claim, Kind, Verdict};

/// The sign that stands for a verdict.
pub(super) fn mark(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "✓",
        Verdict::Fails => "✗",
        Verdict::NotHere => "○",
        Verdict::CannotTell(_) => "?",
    }
}

/// The style of a verdict.
pub(super) fn class(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "holds",
        Verdict::Fails => "fails",
        Verdict::NotHere => "not-here",
        Verdict::CannotTell(_) => "cannot-tell",
    }
}

/// How a claim is backed and what came of it.
pub(super) fn words(claim: &Claim) -> String {
    match (claim.kind, &claim.verdict) {
        (Kind::Prove, Verdict::Holds) => "proved".to_owned(),
        (Kind::Prove, verdict) => format!("to be proved: {}", verdict.words()),
        (Kind::Observe, verdict) => format!("observed: {}", verdict.words()),
    }
}

/// The sentence, set off, with the numbers it rests on.
pub(super) fn write(page: &mut String, claim: &Claim) -> fmt::Result {
    let kind = match claim.kind {
        Kind::Prove => "proof",
        Kind::Observe => "observation",
    };
    let (class, mark, words) = (class(&claim.verdict), mark(&claim.verdict), words(claim));
    writeln!(page, r#"<div class="claim {kind} {class}">"#)?;
    write!(page, r#"<p class="verdict"><span class="mark" aria-hidden="true">{mark}</span> {words}"#)?;
    if let Verdict::CannotTell(reason) = &claim.verdict {
        write!(page, r#" <span class="reason">{}</span>"#, Prose(reason))?;
    }
    writeln!(page, "</p>\n<p>{}</p>", Prose(&claim.text))?;
    if !claim.figures.is_empty() {
        page.write_str(r#"<dl class="figures">"#)?;
        for figure in &claim.figures {
            let value = format::quantity(figure.value, figure.unit);
            let name = if figure.name.is_empty() { String::new() } else { format!("<dt>{}</dt>", Prose(&figure.name)) };
            write!(page, "<div>{name}<dd>{}</dd></div>", Text(&value))?;
        }
        page.write_str("</dl>\n")?;
    }
    page.write_str("</div>\n")
}
