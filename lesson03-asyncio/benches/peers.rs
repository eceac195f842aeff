//! tokio's tasks beside asyncio's, in one run: `cargo bench -p lesson03-asyncio`, or a part of it: `-- 1,000,000`.
//!
//! Each measurement has a process of its own, because what an allocator has got from the system it keeps, and the next
//! one would weigh nothing. All are pinned to one core, the peers take turns, and a ratio is the median of the ratios of
//! neighbours. Bytes are resident ones on both sides: what the system gave, not what was asked for.

#![allow(missing_docs, clippy::print_stdout)]

use std::env;
use std::future::poll_fn;
use std::process::Command;
use std::task::Poll;
use std::time::{Duration, Instant};

use common::measure::Summary;
use futures::future::join_all;
use futures::stream::{FuturesUnordered, StreamExt};
use serde_json::{Value, json};
use tokio::runtime::Builder;
use tokio::task::{JoinSet, unconstrained, yield_now};
use tokio::time::sleep;

/// How many tasks take turns.
const SWITCHERS: usize = 1_000;

/// A measurement, how large, and how often it is made in turn with its peer.
struct Experiment {
    what: &'static str,
    ours: &'static str,
    theirs: &'static str,
    count: usize,
    rounds: usize,
    figures: &'static [&'static str],
}

const EXPERIMENTS: [Experiment; 9] = [
    Experiment { what: "100,000 asleep", ours: "start", theirs: "start", count: 100_000, rounds: 5, figures: &START },
    Experiment {
        what: "1,000,000 asleep",
        ours: "start",
        theirs: "start",
        count: 1_000_000,
        rounds: 3,
        figures: &START,
    },
    Experiment {
        what: "100,000 asleep, FuturesUnordered",
        ours: "start-futures",
        theirs: "start",
        count: 100_000,
        rounds: 5,
        figures: &START,
    },
    Experiment { what: "spawn and join", ours: "join", theirs: "join", count: 100_000, rounds: 7, figures: &RATE },
    Experiment {
        what: "the same, join_all",
        ours: "join-all",
        theirs: "join",
        count: 100_000,
        rounds: 7,
        figures: &RATE,
    },
    Experiment {
        what: "the same, FuturesUnordered",
        ours: "unordered",
        theirs: "join",
        count: 100_000,
        rounds: 7,
        figures: &RATE,
    },
    Experiment { what: "task switch", ours: "switch", theirs: "switch", count: 1_000_000, rounds: 7, figures: &RATE },
    Experiment {
        what: "the same, join_all",
        ours: "switch-join-all",
        theirs: "switch",
        count: 1_000_000,
        rounds: 7,
        figures: &RATE,
    },
    Experiment {
        what: "100,000 x sleep(1 s), too late",
        ours: "late",
        theirs: "late",
        count: 100_000,
        rounds: 3,
        figures: &["seconds"],
    },
];
const START: [&str; 2] = ["per_second", "bytes_each"];
const RATE: [&str; 1] = ["per_second"];

fn resident() -> f64 {
    memory_stats::memory_stats().map_or(f64::NAN, |stats| stats.physical_mem as f64)
}

fn per_second(count: usize, start: Instant) -> Value {
    json!({ "per_second": count as f64 / start.elapsed().as_secs_f64() })
}

thread_local! {
    static ASLEEP: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

async fn sleeper() {
    ASLEEP.set(ASLEEP.get() + 1);
    sleep(Duration::from_secs(3600)).await;
}

fn started(count: usize, before: f64, start: Instant) -> Value {
    let seconds = start.elapsed().as_secs_f64();
    json!({ "per_second": count as f64 / seconds, "bytes_each": (resident() - before) / count as f64 })
}

async fn turns(count: usize) {
    for _ in 0..count {
        yield_now().await;
    }
}

async fn measure(what: &str, count: usize) -> Value {
    let (before, start) = (resident(), Instant::now());
    match what {
        "start" => {
            (0..count).for_each(|_| drop(tokio::spawn(sleeper())));
            while ASLEEP.get() < count {
                yield_now().await;
            }
            started(count, before, start)
        }
        "start-futures" => {
            // Or tokio would put the task off after 128 of them, before they have set their timers.
            let mut all: FuturesUnordered<_> = (0..count).map(|_| unconstrained(sleeper())).collect();
            poll_fn(|context| Poll::Ready(all.poll_next_unpin(context).is_pending())).await;
            assert_eq!(ASLEEP.get(), count, "each has been polled");
            started(count, before, start)
        }
        "join" => {
            let mut tasks: JoinSet<()> = (0..count).map(|_| async {}).collect();
            while tasks.join_next().await.is_some() {}
            per_second(count, start)
        }
        "join-all" => {
            join_all((0..count).map(|_| async {})).await;
            per_second(count, start)
        }
        "unordered" => {
            (0..count).map(|_| async {}).collect::<FuturesUnordered<_>>().for_each(async |()| {}).await;
            per_second(count, start)
        }
        "switch" => {
            let tasks: Vec<_> = (0..SWITCHERS).map(|_| tokio::spawn(turns(count / SWITCHERS))).collect();
            join_all(tasks).await;
            per_second(count, start)
        }
        "switch-join-all" => {
            join_all((0..SWITCHERS).map(|_| turns(count / SWITCHERS))).await;
            per_second(count, start)
        }
        "late" => {
            let tasks: Vec<_> = (0..count).map(|_| tokio::spawn(sleep(Duration::from_secs(1)))).collect();
            for task in tasks {
                task.await.expect("it only sleeps");
            }
            json!({ "seconds": start.elapsed().as_secs_f64() - 1.0 })
        }
        _ => panic!("there is no measurement {what:?}"),
    }
}

/// One measurement in a process of its own: its figures, by name; nothing where it cannot be started.
fn figures(mut command: Command) -> Option<Value> {
    let output = command.output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let value: Value = serde_json::from_str(text.lines().last()?).ok()?;
    Some(value.get("figures").cloned().unwrap_or(value))
}

fn ours(experiment: &Experiment) -> Command {
    let mut command = Command::new(env::current_exe().expect("this program is a file"));
    command.args(["measure", experiment.ours, &experiment.count.to_string()]);
    command
}

fn theirs(experiment: &Experiment) -> Command {
    let mut command = Command::new(env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned()));
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/peers.py");
    command.args([script, experiment.theirs, &experiment.count.to_string(), "--json"]);
    command
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [mode, what, count] = &arguments[..]
        && mode == "measure"
    {
        let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
        println!("{}", runtime.block_on(measure(what, count.parse().expect("a number"))));
        std::process::exit(0); // a million sleepers need not be dropped one by one
    }
    if arguments.iter().any(|argument| argument == "--test") {
        return; // `cargo test --benches` asks whether it starts
    }
    let filter = arguments.iter().find(|argument| !argument.starts_with('-')).cloned().unwrap_or_default();
    // Children inherit it. Where the system has no such thing, the figures are those of unpinned processes.
    if let Some(core) = core_affinity::get_core_ids().unwrap_or_default().last() {
        core_affinity::set_for_current(*core);
    }
    println!("| | | tokio or futures | asyncio | ratio |\n|---|---|---|---|---|");
    for experiment in EXPERIMENTS.iter().filter(|experiment| experiment.what.contains(&filter)) {
        let rounds: Vec<_> = (0..experiment.rounds)
            .filter_map(|_| Some((figures(ours(experiment))?, figures(theirs(experiment)))))
            .collect();
        for &figure in experiment.figures {
            let of = |value: &Value| value[figure].as_f64().unwrap_or(f64::NAN);
            let median = |values: Vec<f64>| if values.is_empty() { f64::NAN } else { Summary::of(values).median };
            let mine = median(rounds.iter().map(|round| of(&round.0)).collect());
            let peers: Vec<(f64, f64)> =
                rounds.iter().filter_map(|(ours, theirs)| Some((of(ours), of(theirs.as_ref()?)))).collect();
            let peer = median(peers.iter().map(|pair| pair.1).collect());
            let ratio = median(peers.iter().map(|pair| pair.0 / pair.1).collect());
            let unit = match figure {
                "per_second" => "1/s",
                "bytes_each" => "B",
                _ => "s",
            };
            let [mine, peer] =
                [mine, peer].map(|value| common::format::quantity(value, if unit == "s" { "s" } else { "" }));
            let what = experiment.what;
            println!("| {what} | {unit} | {mine} | {peer} | {} |", common::format::ratio(ratio));
        }
    }
}
