//! Blocks made of rows.

use super::ink::{Ink, WIDTH, fit, pad, pad_left, wrap};
use crate::blocks::{Outcomes, Schedule, Standing, Table};
use crate::format;

pub(super) fn table(table: &Table) -> String {
    let gap = "  ";
    let width_of = |column: usize| {
        let cells = table.rows.iter().map(|row| &row[column]).chain([&table.columns[column]]);
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let mut widths: Vec<usize> = (0..table.columns.len()).map(width_of).collect();
    // The widest column gives way until the row fits: cut text is better than rows that break anywhere.
    while widths.iter().sum::<usize>() + gap.len() * widths.len() > WIDTH {
        match widths.iter_mut().max() {
            Some(widest) if *widest > 8 => *widest -= 1,
            _ => break,
        }
    }
    let row = |cells: &[String]| {
        let cells = cells.iter().enumerate().map(|(column, cell)| {
            let cell = fit(cell, widths[column]);
            if table.is_numeric(column) { pad_left(&cell, widths[column]) } else { pad(&cell, widths[column]) }
        });
        format!("{gap}{}", cells.collect::<Vec<_>>().join(gap)).trim_end().to_owned()
    };
    let mut lines = vec![Ink::Bold.paint(&wrap(&table.title, "")), Ink::Dim.paint(&row(&table.columns))];
    lines.extend(table.rows.iter().map(|cells| row(cells)));
    lines.join("\n")
}

pub(super) fn outcomes(outcomes: &Outcomes) -> String {
    let label_width =
        outcomes.outcomes.iter().map(|outcome| outcome.label.chars().count()).max().unwrap_or(0).clamp(8, 24);
    let count_width = 12;
    let room = WIDTH.saturating_sub(2 + label_width + 13 + outcomes.columns.len() * (count_width + 1));
    let several = outcomes.columns.len() > 1;
    let mut lines = vec![Ink::Bold.paint(&wrap(&outcomes.title, ""))];
    if several {
        let names = outcomes.columns.iter().map(|name| pad_left(&fit(name, count_width), count_width));
        let head = format!("  {} {:12}{}", pad("", label_width), "", names.collect::<Vec<_>>().join(" "));
        lines.push(Ink::Dim.paint(&head));
    }
    let largest = outcomes.outcomes.iter().map(|outcome| outcome.counts[0]).fold(0.0, f64::max);
    for outcome in &outcomes.outcomes {
        let ink = match outcome.standing {
            Standing::Acceptable => Ink::Good,
            Standing::Interesting => Ink::Warn,
            Standing::Forbidden => Ink::Bad,
        };
        let label = pad(&fit(&outcome.label, label_width), label_width);
        let counts = outcome.counts.iter().map(|&count| pad_left(&format::quantity(count, ""), count_width));
        let counts = counts.collect::<Vec<_>>().join(" ");
        let bar = match bar(outcome.counts[0], largest, room.min(30)) {
            none if none.is_empty() => none,
            bar => format!(" {}", ink.paint(&bar)),
        };
        let standing = ink.paint(&pad(outcome.standing.word(), 12));
        lines.push(format!("  {label} {standing}{counts}{bar}"));
    }
    lines.join("\n")
}

/// A bar of blocks: something that occurred gets at least one.
pub(super) fn bar(value: f64, largest: f64, width: usize) -> String {
    let share = if largest > 0.0 { (value / largest).clamp(0.0, 1.0) } else { 0.0 };
    let blocks = (share * width as f64).round() as usize;
    "█".repeat(if value > 0.0 { blocks.max(1) } else { 0 })
}

pub(super) fn schedule(schedule: &Schedule) -> String {
    let columns = schedule.threads.len().max(1);
    let width = ((WIDTH - 8) / columns).min(30);
    let cells = |cells: Vec<String>| {
        cells.iter().map(|cell| pad(&fit(cell, width - 2), width)).collect::<String>().trim_end().to_owned()
    };
    let mut lines = vec![Ink::Bold.paint(&wrap(&schedule.title, ""))];
    lines.push(Ink::Dim.paint(&format!("  step  {}", cells(schedule.threads.clone()))));
    for (number, step) in schedule.steps.iter().enumerate() {
        let mut row = vec![String::new(); columns];
        row[step.thread].clone_from(&step.action);
        lines.push(format!("  {:>4}  {}", number + 1, cells(row)));
    }
    lines.push(format!("        → {}", schedule.outcome));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn numbers_line_up_on_the_right() {
        let mut rows = Table::new("Rates", &["threads", "MB/s", "note"]);
        rows.row(&[&1, &"9.5", &"alone"]);
        rows.row(&[&16, &"110", &"-"]);
        let drawn = plain(&table(&rows));
        let lines: Vec<&str> = drawn.lines().collect();
        assert_eq!(lines[2], "        1   9.5  alone");
        assert_eq!(lines[3], "       16   110  -");
    }

    #[test]
    fn a_wide_table_still_fits() {
        let mut rows = Table::new("Wide", &["a", "b"]);
        rows.row(&[&"x".repeat(100), &"y".repeat(100)]);
        assert!(plain(&table(&rows)).lines().all(|line| line.chars().count() <= WIDTH));
    }

    #[test]
    fn what_occurred_is_seen() {
        assert_eq!(bar(1.0, 1e9, 30), "█");
        assert_eq!(bar(0.0, 1e9, 30), "");
        assert_eq!(bar(1.0, 0.0, 30), "█");
    }

    #[test]
    fn a_schedule_has_a_column_a_thread() {
        let mut steps = Schedule::new("Lost", &["thread 1", "thread 2"], "1");
        steps.step(0, "LOAD 0");
        steps.step(1, "LOAD 0");
        let drawn = plain(&schedule(&steps));
        let lines: Vec<&str> = drawn.lines().collect();
        assert_eq!(lines[2].find("LOAD"), lines[1].find("thread 1"));
        assert_eq!(lines[3].find("LOAD"), lines[1].find("thread 2"));
    }
}
