//! One interleaving, a column a thread.

use std::fmt::{self, Write};

use super::escape::{Prose, Text};
use crate::blocks::Schedule;

/// A row a step, read from the top; the empty cells show who did not move.
pub(super) fn write(page: &mut String, schedule: &Schedule) -> fmt::Result {
    writeln!(page, r#"<div class="scroll"><table class="schedule"><caption>{}</caption>"#, Prose(&schedule.title))?;
    page.write_str(r#"<thead><tr><th scope="col" class="number">step</th>"#)?;
    for thread in &schedule.threads {
        write!(page, r#"<th scope="col">{}</th>"#, Prose(thread))?;
    }
    page.write_str("</tr></thead>\n<tbody>\n")?;
    for (number, step) in schedule.steps.iter().enumerate() {
        write!(page, r#"<tr><th scope="row" class="number">{}</th>"#, number + 1)?;
        for column in 0..schedule.threads.len() {
            if column == step.thread {
                write!(page, r#"<td><span class="move">{}</span></td>"#, Text(&step.action))?;
            } else {
                page.write_str("<td></td>")?;
            }
        }
        page.write_str("</tr>\n")?;
    }
    let columns = schedule.threads.len().max(1);
    let outcome = Prose(&schedule.outcome);
    writeln!(page, r#"</tbody><tfoot><tr><th scope="row">ends in</th><td colspan="{columns}">{outcome}</td></tr>"#)?;
    page.write_str("</tfoot></table></div>\n")
}
