//! The report as JSON. The schema is documented in `common/README.md`; a change that breaks a reader raises its number.

use serde_json::{Map, Value, json};

use crate::blocks::{Bars, Block, Lines, Outcomes, Schedule, Table, Timeline};
use crate::report::{Claim, DemoReport, Kind, Report, Verdict};

/// The schema's name and number.
pub const SCHEMA: &str = "concurrency-lab/1";

/// The whole report.
pub(crate) fn document(report: &Report) -> Value {
    let machine = &report.machine;
    json!({
        "schema": SCHEMA,
        "lesson": report.package,
        "title": report.title,
        "seed": report.seed,
        "unix_time": report.unix_time,
        "machine": {
            "system": machine.system,
            "processor": machine.processor,
            "cores": machine.cores,
            "build": machine.build,
        },
        "passed": !report.failed(),
        "demos": report.demos.iter().map(demo).collect::<Value>(),
    })
}

fn demo(demo: &DemoReport) -> Value {
    json!({
        "name": demo.name,
        "file": demo.file,
        "claim": demo.claim,
        "seconds": demo.seconds,
        "prediction": demo.prediction,
        "error": demo.error,
        "claims": demo.claims().map(claim).collect::<Value>(),
        "blocks": demo.blocks.iter().filter_map(block).collect::<Value>(),
    })
}

fn claim(claim: &Claim) -> Value {
    let reason = match &claim.verdict {
        Verdict::CannotTell(reason) => Some(reason),
        _ => None,
    };
    let verdict = match claim.verdict {
        Verdict::Holds => "holds",
        Verdict::Fails => "fails",
        Verdict::NotHere => "not here",
        Verdict::CannotTell(_) => "cannot tell",
    };
    let figures = claim.figures.iter();
    json!({
        "text": claim.text,
        "kind": match claim.kind { Kind::Prove => "prove", Kind::Observe => "observe" },
        "verdict": verdict,
        "reason": reason,
        "figures": figures
            .map(|figure| json!({ "name": figure.name, "value": figure.value, "unit": figure.unit }))
            .collect::<Value>(),
    })
}

/// A block under its kind; claims have a list of their own.
fn block(block: &Block) -> Option<Value> {
    let (kind, fields) = match block {
        Block::Text(text) => ("text", json!({ "text": text })),
        Block::Code(text) => ("code", json!({ "text": text })),
        Block::Table(Table { title, columns, rows }) => {
            ("table", json!({ "title": title, "columns": columns, "rows": rows }))
        }
        Block::Outcomes(outcomes) => ("outcomes", self::outcomes(outcomes)),
        Block::Timeline(timeline) => ("timeline", self::timeline(timeline)),
        Block::Schedule(schedule) => ("schedule", self::schedule(schedule)),
        Block::Bars(Bars { title, category, value, categories, series }) => {
            let series = series.iter().map(|series| json!({ "name": series.name, "values": series.values }));
            let series = series.collect::<Value>();
            let fields = json!({ "title": title, "category": category, "value": value, "categories": categories, "series": series });
            ("bars", fields)
        }
        Block::Lines(Lines { title, x, y, log_x, log_y, series }) => {
            let series = series.iter().map(|series| json!({ "name": series.name, "points": series.values }));
            let series = series.collect::<Value>();
            ("lines", json!({ "title": title, "x": x, "y": y, "log_x": log_x, "log_y": log_y, "series": series }))
        }
        Block::Claim(_) => return None,
    };
    let mut object = Map::new();
    object.insert("kind".to_owned(), kind.into());
    if let Value::Object(fields) = fields {
        object.extend(fields);
    }
    Some(Value::Object(object))
}

fn outcomes(outcomes: &Outcomes) -> Value {
    let rows = outcomes.outcomes.iter();
    let rows = rows.map(|row| json!({ "label": row.label, "standing": row.standing.word(), "counts": row.counts }));
    json!({ "title": outcomes.title, "columns": outcomes.columns, "outcomes": rows.collect::<Value>() })
}

fn timeline(timeline: &Timeline) -> Value {
    let lanes = timeline.lanes.iter().map(|lane| {
        // To the nanosecond: more digits would double the size of a notebook and mean nothing.
        let round = |seconds: f64| (seconds * 1e9).round() / 1e9;
        let spans = lane.spans.iter().map(|span| json!([round(span.start), round(span.end), span.state.word()]));
        json!({ "name": lane.name, "spans": spans.collect::<Value>() })
    });
    json!({ "title": timeline.title, "lanes": lanes.collect::<Value>() })
}

fn schedule(schedule: &Schedule) -> Value {
    let steps = schedule.steps.iter().map(|step| json!([step.thread, step.action]));
    json!({
        "title": schedule.title,
        "threads": schedule.threads,
        "steps": steps.collect::<Value>(),
        "outcome": schedule.outcome,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Figure, Machine};

    #[test]
    fn a_report_is_written_as_the_readme_says() {
        let mut bars = Bars::new("bars", "threads", [1], "MB/s");
        bars.series("one", [f64::INFINITY]);
        let claim = Claim {
            text: "it holds".to_owned(),
            kind: Kind::Observe,
            verdict: Verdict::CannotTell("one core".to_owned()),
            figures: vec![Figure::ratio("speedup", 1.5)],
        };
        let demo = DemoReport {
            name: "demo".to_owned(),
            file: "file".to_owned(),
            claim: "claim".to_owned(),
            python: String::new(),
            question: String::new(),
            prediction: None,
            try_it: String::new(),
            blocks: vec![Block::Bars(bars), Block::Claim(claim), Block::Text("text".to_owned())],
            error: None,
            seconds: 0.5,
        };
        let report = Report {
            package: "lesson00",
            title: "Title",
            machine: Machine::here(),
            seed: 7,
            unix_time: 1,
            demos: vec![demo],
        };
        let value = document(&report);
        assert_eq!((&value["schema"], &value["seed"], &value["passed"]), (&json!(SCHEMA), &json!(7), &json!(true)));
        let demo = &value["demos"][0];
        let expected = json!([{
            "text": "it holds", "kind": "observe", "verdict": "cannot tell", "reason": "one core",
            "figures": [{ "name": "speedup", "value": 1.5, "unit": "x" }],
        }]);
        assert_eq!(demo["claims"], expected);
        assert_eq!(demo["blocks"][0]["series"], json!([{ "name": "one", "values": [null] }]));
        assert_eq!(demo["blocks"][1], json!({ "kind": "text", "text": "text" }));
    }
}
