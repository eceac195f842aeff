//! **Claim**: Which model wins depends on what the work does: wait, compute, or both.
//!
//! **Python**: the same table: `asyncio` to wait, `ProcessPoolExecutor` to compute, threads for what blocks.
//!
//! **Predict**: Fetch a page, then compute: threads, or async with rayon? By how much?
//!
//! **Try**: Set LATENCY to 50 ms, or CALL to 20 ms. Which rows change their winner? `--full` has more of everything.

use std::time::Duration;

use anyhow::Context;
use common::blocks::Table;
use common::site::{Graph, RunningSite, Site};
use common::{Figure, Lab, Scratch, Verdict, format, measure};
use futures::{StreamExt, TryStreamExt, stream};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::contest::connections::{affordable, echo_on_tasks, echo_on_threads};
use crate::contest::jobs::{Job, rounds_taking};
use crate::contest::processes::Processes;
use crate::contest::readme::{Model, Row};
use crate::contest::{Attempt, contest};
use crate::pool::{Executor, Idle, ThreadPool};

/// How long the site thinks before each answer, and how long a call into an old library blocks.
const LATENCY: Duration = Duration::from_millis(5);
/// How long a computation takes.
const CALL: Duration = Duration::from_millis(2);
/// Jobs of a row, files four times as many. A model that can has all of them under way at once.
const JOBS: usize = 24;
/// A model is as good as the best if it takes at most so many times as long.
const AS_GOOD: f64 = 1.25;

fn in_turn(jobs: &[Job]) -> anyhow::Result<u64> {
    jobs.iter().map(Job::run).sum()
}

/// A pool of this lesson, with a thread for each job that waits, or for each core.
fn on_threads(pool: &ThreadPool, jobs: &[Job]) -> anyhow::Result<u64> {
    pool.map(jobs.to_vec(), |job| job.run())?.map(|result| result?).sum()
}

fn on_rayon(jobs: &[Job]) -> anyhow::Result<u64> {
    jobs.par_iter().map(Job::run).try_reduce(|| 0, |one, other| Ok(one + other))
}

async fn tasks(jobs: &[Job], client: &reqwest::Client, compute_on_rayon: bool) -> anyhow::Result<u64> {
    let start = |job: &'_ Job| {
        let (job, client) = (job.clone(), client.clone());
        async move { if compute_on_rayon { job.run_async_and_rayon(&client).await } else { job.run_async(&client).await } }
    };
    stream::iter(jobs.iter().map(start)).buffer_unordered(JOBS).try_fold(0, async |sum, one| Ok(sum + one)).await
}

/// The rows: what the README calls it, and the jobs.
fn workloads(site: &RunningSite, folder: &Scratch, scale: usize) -> anyhow::Result<Vec<(Row, Vec<Job>)>> {
    let rounds = rounds_taking(CALL);
    let pages: Vec<String> = (1..=JOBS * scale).map(|page| site.url(&format!("/page/{page}.html"))).collect();
    let file = |number: usize| {
        let path = folder.path().join(format!("{number}.txt"));
        std::fs::write(&path, vec![b'x'; 16 * 1024]).context("cannot write a file to be read")?;
        Ok(Job::Read(path))
    };
    Ok(vec![
        (Row::Requests, pages.iter().cloned().map(Job::Fetch).collect()),
        (Row::Files, (0..4 * JOBS * scale).map(file).collect::<anyhow::Result<_>>()?),
        (Row::Computing, vec![Job::Compute(rounds); JOBS * scale]),
        (Row::FetchThenCompute, pages.iter().map(|page| Job::FetchAndCompute(page.clone(), rounds)).collect()),
        (Row::Synchronous, vec![Job::Call(LATENCY); JOBS * scale]),
    ])
}

/// Lets the models compete.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let site = Site::graph(Graph { pages: 1_000, ..Graph::default() }).latency(LATENCY).start()?;
    let folder = Scratch::new().context("no folder for the files")?;
    let (rounds, scale) = (lab.runs(3), lab.size(1, 10));
    let mut processes = Processes::start(measure::cores())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let client = reqwest::Client::new();
    let few = ThreadPool::builder(measure::cores()).idle(Idle::PARK).build()?;
    let many = ThreadPool::builder(JOBS).idle(Idle::PARK).build()?;
    let (mut results, mut same) = (Vec::new(), true);
    for (row, jobs) in workloads(&site, &folder, scale)? {
        let pool = if row == Row::Computing { &few } else { &many };
        let mut attempts: Vec<Attempt<'_>> = vec![
            (Model::InTurn, Box::new(|| in_turn(&jobs))),
            (Model::Threads, Box::new(|| on_threads(pool, &jobs))),
            (Model::Processes, Box::new(|| processes.run(&jobs))),
            (Model::Async, Box::new(|| runtime.block_on(tasks(&jobs, &client, false)))),
            (Model::Rayon, Box::new(|| on_rayon(&jobs))),
        ];
        if row == Row::FetchThenCompute {
            attempts.push((Model::AsyncAndRayon, Box::new(|| runtime.block_on(tasks(&jobs, &client, true)))));
        }
        let (times, equal) = contest(rounds, attempts)?;
        results.push((row, times));
        same &= equal;
    }
    let connections = affordable(lab.size(400, 4_000));
    let (times, equal) = contest(
        rounds,
        vec![
            (Model::Threads, Box::new(|| echo_on_threads(connections, 5))),
            (Model::Async, Box::new(|| echo_on_tasks(connections, 5))),
        ],
    )?;
    results.insert(4, (Row::Connections, times));
    judge(lab, &results, connections);
    lab.prove("on each row, all models come to the same", same && equal, []);
    Ok(())
}

/// The table of factors, and where the README disagrees.
fn judge(lab: &mut Lab, results: &[(Row, Vec<(Model, f64)>)], connections: usize) {
    let best = |times: &[(Model, f64)]| times.iter().copied().min_by(|one, other| one.1.total_cmp(&other.1));
    let factor = |times: &[(Model, f64)], model: Model| {
        let time = times.iter().find(|(other, _)| *other == model)?.1;
        Some(time / best(times)?.1)
    };
    let mut columns = vec!["times as long as the best"];
    columns.extend(results.iter().map(|(row, _)| row.name()));
    let mut table = Table::new(format!("Who wins here ({connections} sockets)"), &columns);
    for model in Model::ALL {
        let cells = results.iter().map(|(_, times)| factor(times, model).map_or("-".to_owned(), format::ratio));
        let cells: Vec<String> = [model.name().to_owned()].into_iter().chain(cells).collect();
        table.row(&cells.iter().map(|cell| cell as &dyn std::fmt::Display).collect::<Vec<_>>());
    }
    lab.show(table);
    let mut rows = Table::new("Beside the README", &["you have", "README", "here", "README's here"]);
    let mut disagree = Vec::new();
    for (row, times) in results {
        let (Some((have, says)), Some((winner, _))) = (row.words(), best(times)) else { continue };
        let theirs = row.says().iter().filter_map(|model| factor(times, *model)).fold(f64::INFINITY, f64::min);
        rows.row(&[&have, &says, &winner.name(), &format::ratio(theirs)]);
        if theirs > AS_GOOD {
            disagree.push(format!(
                "{}: {} wins, what it says takes {}",
                row.name(),
                winner.name(),
                format::ratio(theirs)
            ));
        }
    }
    lab.detail(rows);
    disagree.iter().for_each(|line| lab.show(format!("The README differs on {line}.")));
    let agree = (results.len() - disagree.len()) as u64;
    let figures = [Figure::count("rows", agree), Figure::count("of", results.len() as u64)];
    lab.observe("the README's table holds here", Verdict::observed(disagree.is_empty()), figures);
}
