//! Two runs side by side: my laptop against another machine.

use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};
use common::{SCHEMA, format, reports_in};
use serde_json::Value;

use crate::print;

/// One number of one claim, and where it stands.
#[derive(Debug, PartialEq)]
struct Figure {
    lesson: String,
    demo: String,
    claim: String,
    name: String,
    value: f64,
    unit: String,
}

/// Prints every figure that both runs have, with the ratio of the second to the first.
pub(crate) fn run(mine: &Path, other: &Path) -> anyhow::Result<bool> {
    let (mine_runs, other_runs) = (reports(mine)?, reports(other)?);
    print(format!("mine:  {}\nother: {}", machines(&mine_runs), machines(&other_runs)))?;
    let (mine_figures, other_figures) = (figures(&mine_runs), figures(&other_runs));
    let mut at = (String::new(), String::new());
    let mut shared = 0;
    for figure in &mine_figures {
        let Some(other) = other_figures.iter().find(|other| other.is(figure)) else { continue };
        shared += 1;
        let demo = (figure.lesson.clone(), figure.demo.clone());
        if demo != at {
            print(format!("\n{} {}", figure.lesson, figure.demo))?;
            at = demo;
        }
        let name: String = if figure.name.is_empty() { figure.claim.clone() } else { figure.name.clone() };
        let name: String = name.chars().take(36).collect();
        let ratio = if figure.value == 0.0 { "-".to_owned() } else { format::ratio(other.value / figure.value) };
        print(format!("  {name:<36} {:>12} {:>12} {ratio:>9}", figure.shown(), other.shown()))?;
    }
    ensure!(shared > 0, "the two have no figure in common: are they runs of the same lessons?");
    let alone = mine_figures.len() + other_figures.len() - 2 * shared;
    print(format!(
        "\n{shared} figures, mine, the other's, and how many times as large; {alone} stand in one run alone"
    ))?;
    Ok(true)
}

impl Figure {
    fn is(&self, other: &Figure) -> bool {
        (&self.lesson, &self.demo, &self.claim, &self.name) == (&other.lesson, &other.demo, &other.claim, &other.name)
    }

    fn shown(&self) -> String {
        format::quantity(self.value, &self.unit)
    }
}

/// The reports in a file: a notebook holds one for each lesson, a JSON file one.
fn reports(file: &Path) -> anyhow::Result<Vec<Value>> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let documents: Vec<&str> =
        if text.trim_start().starts_with('{') { vec![&text] } else { reports_in(&text).collect() };
    let reports = documents.iter().map(|document| serde_json::from_str(document));
    let reports: Vec<Value> =
        reports.collect::<Result<_, _>>().with_context(|| format!("{} is no report", file.display()))?;
    let known = reports.iter().all(|report| report["schema"] == SCHEMA);
    ensure!(known && !reports.is_empty(), "{} is neither a notebook nor the output of --json", file.display());
    Ok(reports)
}

fn machines(reports: &[Value]) -> String {
    let machine = |report: &Value| {
        let machine = &report["machine"];
        let text = |key: &str| machine[key].as_str().unwrap_or("?").to_owned();
        format!("{} build on {}, {} cores, {}", text("build"), text("processor"), machine["cores"], text("system"))
    };
    let mut machines: Vec<String> = reports.iter().map(machine).collect();
    machines.sort();
    machines.dedup();
    machines.join("; ")
}

fn figures(reports: &[Value]) -> Vec<Figure> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut figures = Vec::new();
    for report in reports {
        for demo in list(&report["demos"]) {
            for claim in list(&demo["claims"]) {
                for figure in list(&claim["figures"]) {
                    let Some(value) = figure["value"].as_f64() else { continue };
                    figures.push(Figure {
                        lesson: text(&report["lesson"]),
                        demo: text(&demo["name"]),
                        claim: text(&claim["text"]),
                        name: text(&figure["name"]),
                        value,
                        unit: text(&figure["unit"]),
                    });
                }
            }
        }
    }
    figures
}
