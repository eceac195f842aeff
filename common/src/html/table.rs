//! Tables, and the data behind a picture as a table.

use std::fmt::{self, Write};

use super::escape::{Prose, Text};
use crate::blocks::Table;

/// A table that the demo shows.
pub(super) fn write(page: &mut String, table: &Table) -> fmt::Result {
    writeln!(page, r#"<div class="scroll"><table>"#)?;
    if !table.title.is_empty() {
        writeln!(page, "<caption>{}</caption>", Prose(&table.title))?;
    }
    rows(page, table)?;
    writeln!(page, "</table></div>")
}

/// The numbers of a picture, folded away.
pub(super) fn details(page: &mut String, table: &Table) -> fmt::Result {
    let title = Text(&table.title);
    writeln!(page, r#"<details><summary>{title}</summary><div class="scroll"><table aria-label="{title}">"#)?;
    rows(page, table)?;
    writeln!(page, "</table></div></details>")
}

fn rows(page: &mut String, table: &Table) -> fmt::Result {
    let classes: Vec<&str> = (0..table.columns.len()).map(|column| class(table, column)).collect();
    page.write_str("<thead><tr>")?;
    for (name, class) in table.columns.iter().zip(&classes) {
        write!(page, r#"<th scope="col"{class}>{}</th>"#, Prose(name))?;
    }
    page.write_str("</tr></thead>\n<tbody>\n")?;
    for row in &table.rows {
        page.write_str("<tr>")?;
        for (cell, class) in row.iter().zip(&classes) {
            write!(page, "<td{class}>{}</td>", Prose(cell))?;
        }
        page.write_str("</tr>\n")?;
    }
    if table.rows.is_empty() {
        writeln!(page, r#"<tr><td class="empty" colspan="{}">no rows</td></tr>"#, classes.len().max(1))?;
    }
    page.write_str("</tbody>\n")
}

/// Numbers line up, and long texts do not become towers of words.
fn class(table: &Table, column: usize) -> &'static str {
    if table.is_numeric(column) {
        r#" class="number""#
    } else if table.rows.iter().any(|row| row[column].chars().count() > 24) {
        r#" class="long""#
    } else {
        ""
    }
}
