//! The table that is printed at the end.

use common::measure::Summary;

/// Rows: what, ours, the peer's, their ratio, the goal.
#[derive(Debug, Default)]
pub struct Table(Vec<[String; 6]>);

impl Table {
    /// A row of two that were measured in turns: the peer's by ours, medians. Without a peer there is a dash.
    pub fn row(&mut self, what: &str, unit: &str, peer: &str, ours: &[f64], theirs: &[f64], goal: &str) {
        let ours = Summary::of(ours.iter().copied());
        let spread = format!("{} ({}-{}) {unit}", show(ours.median), show(ours.min), show(ours.max));
        let (beside, ratio) = if theirs.is_empty() {
            ("-".to_owned(), "-".to_owned())
        } else {
            let theirs = Summary::of(theirs.iter().copied());
            let text = format!("{} ({}-{}) {unit}", show(theirs.median), show(theirs.min), show(theirs.max));
            (text, format!("{:.2}", theirs.median / ours.median))
        };
        let row = [what, &spread, peer, &beside, &ratio, goal].map(str::to_owned);
        eprintln!("{}", row.join(" | "));
        self.0.push(row);
    }

    /// Prints it as Markdown.
    pub fn print(&self) {
        println!("| | ours | peer | peer's | peer's / ours | goal |\n|---|---|---|---|---|---|");
        for row in &self.0 {
            println!("| {} |", row.join(" | "));
        }
    }
}

fn show(value: f64) -> String {
    match value {
        value if value >= 1000.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}
