//! A report with every block in its plain and in its odd forms, for tests.

use crate::blocks::{Bars, Block, Lane, Lines, Outcomes, Schedule, Span, Standing, State, Table, Timeline};
use crate::report::{Claim, DemoReport, Figure, Kind, Machine, Report, Verdict};

/// A text that breaks out of anything that does not escape it.
pub(super) const HOSTILE: &str = "</script></style><b onclick=\"x\">'`&amp;`\u{0}";

/// One demo for each way in which a demo may go.
pub(super) fn report() -> Report {
    let demos = [("ordinary", ordinary()), ("empty", empty()), ("odd", odd()), ("nothing", Vec::new())];
    let mut demos: Vec<DemoReport> = demos.into_iter().map(|(name, blocks)| demo(name, blocks)).collect();
    demos[2].error = Some(HOSTILE.to_owned());
    demos[2].prediction = Some(HOSTILE.to_owned());
    let machine = Machine { system: "linux".to_owned(), processor: HOSTILE.to_owned(), cores: 2, build: "debug" };
    Report { package: "lesson00-sample", title: "Sample", machine, seed: 1, unix_time: 0, demos }
}

fn demo(name: &str, blocks: Vec<Block>) -> DemoReport {
    DemoReport {
        name: name.to_owned(),
        file: format!("lesson00-sample/src/demos/{name}.rs"),
        claim: HOSTILE.to_owned(),
        python: "if a < b:\n    print(a)".to_owned(),
        question: "What comes out?".to_owned(),
        prediction: None,
        try_it: "One.\n\nTwo.".to_owned(),
        blocks,
        error: None,
        seconds: 0.5,
    }
}

fn ordinary() -> Vec<Block> {
    let mut table = Table::new("Rates", &["threads", "MB/s", "note"]);
    table.row(&[&1, &"9.5", &"alone"]);
    let mut outcomes = Outcomes::new("Sums", &["runs", "schedules"]);
    outcomes.outcome("1", Standing::Forbidden, &[1.0, 14.0]);
    outcomes.outcome("2", Standing::Acceptable, &[999_999.0, 6.0]);
    let mut schedule = Schedule::new("Lost", &["thread 1", "thread 2"], "1");
    schedule.step(0, "LOAD 0");
    schedule.step(1, "LOAD 0");
    let mut bars = Bars::new("Speed", "threads", [1, 2], "MB/s");
    bars.series("locked", [9.5, 8.0]);
    bars.series("free", [9.4, 18.0]);
    let mut lines = Lines::new("Latency", "clients", "ms").log_x().log_y();
    lines.series("thread", [(1.0, 0.1), (10.0, 2.0), (100.0, 35.0)]);
    let claim = Claim {
        text: "Nothing is lost.".to_owned(),
        kind: Kind::Prove,
        verdict: Verdict::Holds,
        figures: vec![Figure::count("lost", 0), Figure::seconds("time", 0.2)],
    };
    let (text, code) = (Block::from("First `this`, then that."), Block::Code("\u{1b}[31mfn main() {}".to_owned()));
    let drawn = [timeline().into(), bars.into(), lines.into()];
    let tables = [table.into(), outcomes.into(), schedule.into(), Block::Claim(claim)];
    [text, code].into_iter().chain(tables).chain(drawn).collect()
}

fn timeline() -> Timeline {
    let lane = |lane: usize| {
        let spans = (0..2_000).map(|index| Span {
            start: f64::from(index),
            end: f64::from(index + 1),
            state: State::ALL[(index as usize * 7 + lane) / 3 % 6],
        });
        Lane::of(format!("worker {lane}"), spans.collect())
    };
    Timeline::new("Twelve workers", (1..=12).map(lane))
}

fn empty() -> Vec<Block> {
    let mut no_points = Lines::new("", "", "");
    no_points.series("", []);
    vec![
        "".into(),
        Block::Code(String::new()),
        Table::new("", &[]).into(),
        Outcomes::new("", &[]).into(),
        Timeline::new("", []).into(),
        Timeline::new("", [Lane::of("", Vec::new())]).into(),
        Schedule::new("", &[], "").into(),
        Bars::new("", "", [0; 0], "").into(),
        Lines::new("", "", "").into(),
        no_points.into(),
    ]
}

fn odd() -> Vec<Block> {
    let values = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 0.0, 5e-324, f64::MAX];
    let mut table = Table::new(HOSTILE, &[HOSTILE]);
    table.row(&[&HOSTILE]);
    let mut outcomes = Outcomes::new(HOSTILE, &[HOSTILE; 7]);
    outcomes.outcome(HOSTILE, Standing::Interesting, &values);
    let mut schedule = Schedule::new(HOSTILE, &[HOSTILE; 12], HOSTILE);
    schedule.step(11, HOSTILE);
    let mut bars = Bars::new(HOSTILE, HOSTILE, [HOSTILE; 7], HOSTILE);
    let mut lines = Lines::new(HOSTILE, HOSTILE, HOSTILE);
    for _ in 0..7 {
        bars.series(HOSTILE, values);
        lines.series(HOSTILE, values.iter().flat_map(|&x| values.map(|y| (x, y))));
    }
    let logarithmic = lines.clone().log_x().log_y();
    let spans = values.iter().flat_map(|&start| values.map(|end| Span { start, end, state: State::Io }));
    let timeline = Timeline::new(HOSTILE, [Lane::of(HOSTILE, spans.collect())]);
    let claim = Claim {
        text: HOSTILE.to_owned(),
        kind: Kind::Observe,
        verdict: Verdict::CannotTell(HOSTILE.to_owned()),
        figures: values.map(|value| Figure::seconds(HOSTILE, value)).to_vec(),
    };
    let failed = Claim { kind: Kind::Prove, verdict: Verdict::Fails, ..claim.clone() };
    let tables = [HOSTILE.into(), Block::Code(HOSTILE.to_owned()), table.into(), outcomes.into(), schedule.into()];
    let drawn = [bars.into(), lines.into(), logarithmic.into(), timeline.into()];
    tables.into_iter().chain(drawn).chain([Block::Claim(claim), Block::Claim(failed)]).collect()
}
