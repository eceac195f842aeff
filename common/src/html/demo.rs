//! A demo: what it claims and asks, what it showed, what to try.

use std::fmt::{self, Write};

use super::escape::{Prose, Text};
use super::{bars, claim, lines, outcomes, schedule, table, timeline};
use crate::blocks::Block;
use crate::format;
use crate::report::DemoReport;

/// The demo's section. `number` counts from 1.
pub(super) fn write(page: &mut String, package: &str, number: usize, demo: &DemoReport) -> fmt::Result {
    let name = Text(&demo.name);
    writeln!(page, r#"<section id="{}-{name}" class="demo">"#, Text(package))?;
    writeln!(page, r#"<h2><span class="counter">{number}</span> {name}</h2>"#)?;
    let seconds = format::seconds(demo.seconds);
    writeln!(page, r#"<p class="where"><code>{}</code> <span>ran for {seconds}</span></p>"#, Text(&demo.file))?;
    if !demo.claim.is_empty() {
        writeln!(page, r#"<p class="lead">{}</p>"#, Prose(&demo.claim))?;
    }
    if !demo.python.is_empty() {
        let python = Text(&demo.python);
        writeln!(page, r#"<div class="python"><h3>In Python</h3><pre><code>{python}</code></pre></div>"#)?;
    }
    question(page, demo)?;
    for block in &demo.blocks {
        self::block(page, block)?;
    }
    if let Some(error) = &demo.error {
        writeln!(page, r#"<div class="error"><h3><span aria-hidden="true">✗</span> This demo did not finish</h3>"#)?;
        writeln!(page, "<pre>{}</pre></div>", Text(error))?;
    }
    if !demo.try_it.is_empty() {
        writeln!(page, r#"<div class="try"><h3>Try</h3>"#)?;
        paragraphs(page, &demo.try_it)?;
        page.write_str("</div>\n")?;
    }
    page.write_str("</section>\n")
}

fn question(page: &mut String, demo: &DemoReport) -> fmt::Result {
    if demo.question.is_empty() {
        return Ok(());
    }
    writeln!(page, r#"<div class="predict"><h3>Predict</h3>"#)?;
    paragraphs(page, &demo.question)?;
    if let Some(prediction) = &demo.prediction {
        writeln!(page, r#"<p class="prediction">You predicted: <q>{}</q></p>"#, Text(prediction))?;
    }
    page.write_str("</div>\n")
}

fn block(page: &mut String, block: &Block) -> fmt::Result {
    match block {
        Block::Text(text) => paragraphs(page, text),
        Block::Code(code) => self::code(page, code),
        Block::Table(table) => table::write(page, table),
        Block::Outcomes(outcomes) => outcomes::write(page, outcomes),
        Block::Timeline(timeline) => timeline::write(page, timeline),
        Block::Schedule(schedule) => schedule::write(page, schedule),
        Block::Bars(bars) => bars::write(page, bars),
        Block::Lines(lines) => lines::write(page, lines),
        Block::Claim(claim) => claim::write(page, claim),
    }
}

/// Program text or a tool's words. Tools may colour theirs; on paper the escape codes would be noise.
fn code(page: &mut String, code: &str) -> fmt::Result {
    let plain = anstream::adapter::strip_str(code).to_string();
    writeln!(page, "<pre><code>{}</code></pre>", Text(plain.trim_end()))
}

/// Text with blank lines between its paragraphs.
fn paragraphs(page: &mut String, text: &str) -> fmt::Result {
    for paragraph in text.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
        writeln!(page, "<p>{}</p>", Prose(paragraph.trim()))?;
    }
    Ok(())
}
