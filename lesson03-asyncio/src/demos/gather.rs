//! **Claim**: Joined futures wait together; how you join decides what one failure does.
//!
//! **Python**:
//! ```python
//! await asyncio.gather(a(), b(), c())     # one fails: the others go on, unobserved
//! async with asyncio.TaskGroup() as group: ...    # one fails: the others are cancelled
//! ```
//!
//! **Predict**: Waits of 30, 20 and 10 ms under `try_join_all`; the second fails. Which of them get to their end?
//!
//! **Try**: Let the last one fail (`FAILING`). Which are done now, and when does each way return?

use std::rc::Rc;
use std::time::Duration;

use common::blocks::Table;
use common::work::Work;
use common::{Figure, Lab, Verdict, measure};
use futures::future::{join_all, try_join_all};
use futures::stream::{FuturesUnordered, StreamExt};
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep};

use super::on_virtual_time;
use crate::visits::{Journal, Told, WAITS, picture, tell, visit};

/// Which of them fails.
const FAILING: usize = 1;

/// The ways to wait for three.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Way {
    /// `for f in futures { f.await?; }`
    InSequence,
    /// `join_all`: everybody to the end.
    JoinAll,
    /// `try_join_all`: the first failure returns, and drops the rest.
    TryJoinAll,
    /// `try_join_all` over spawned tasks: the first failure returns, and the rest goes on. Python's `gather`.
    Spawned,
}

/// Waits for three in one of the ways, on a virtual clock: milliseconds, exact.
pub fn wait(way: Way, fails: Option<usize>) -> std::io::Result<Told> {
    let journal = Journal::default();
    let visits = || (0..WAITS.len()).map(|number| visit(number, fails, Rc::clone(&journal)));
    let experiment = async {
        let start = Instant::now();
        match way {
            Way::InSequence => {
                for visit in visits() {
                    if visit.await.is_err() {
                        break;
                    }
                }
            }
            Way::JoinAll => drop(join_all(visits()).await),
            Way::TryJoinAll => drop(try_join_all(visits()).await),
            Way::Spawned => {
                let tasks = visits().map(|visit| async { tokio::task::spawn_local(visit).await.expect("no panic") });
                drop(try_join_all(tasks).await);
            }
        }
        let returned = start.elapsed();
        sleep(Duration::from_secs(1)).await; // what goes on after the return is written down, too
        tell(start, returned, &journal)
    };
    Ok(on_virtual_time()?.block_on(LocalSet::new().run_until(experiment)))
}

/// The order in which results come when each is taken as soon as it is there: Python's `as_completed`.
pub fn as_completed() -> std::io::Result<Vec<usize>> {
    let visits = || (0..WAITS.len()).map(|number| visit(number, None, Journal::default()));
    let in_order = async { visits().collect::<FuturesUnordered<_>>().filter_map(async |it| it.ok()).collect().await };
    Ok(on_virtual_time()?.block_on(in_order))
}

/// Joins, fails, and joins what computes.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let (sequence, together) = (wait(Way::InSequence, None)?, wait(Way::JoinAll, None)?);
    for (name, told) in [("In sequence", &sequence), ("join_all", &together)] {
        lab.detail(picture(name, told));
    }
    let figures = [("in turn", sequence.0), ("joined", together.0)];
    let figures = figures.map(|(name, millis)| Figure::seconds(name, millis as f64 / 1e3));
    lab.prove("joined, three waits take one", (sequence.0, together.0) == (60, 30), figures);
    lab.prove("as they are completed: the quickest first", as_completed()? == [2, 1, 0], []);
    let mut table = Table::new(
        "One fails: when each way returns, and who gets to the end",
        &["way", "returns after, ms", "0", "1, fails", "2"],
    );
    let mut told = Vec::new();
    for way in [Way::InSequence, Way::JoinAll, Way::TryJoinAll, Way::Spawned] {
        let failed = wait(way, Some(FAILING))?;
        lab.detail(picture(&format!("{way:?}: visit {FAILING} fails, it returns after {} ms", failed.0), &failed));
        let end = |number: usize| match failed.1.get(number) {
            Some((_, end, true)) => format!("{end}"),
            Some((_, end, false)) => format!("dropped, {end}"),
            None => "never begun".to_owned(),
        };
        table.row(&[&format!("{way:?}"), &failed.0, &end(0), &end(1), &end(2)]);
        told.push(failed);
    }
    lab.detail(table);
    let done = |way: usize| told[way].1.iter().filter(|visit| visit.2).count();
    let finished = [2, 3].map(|way| Figure::count("finished", done(way) as u64));
    lab.prove("try_join_all drops the rest, tasks go on", (done(2), done(3)) == (2, 3), finished);
    computing(lab)?;
    let rows = [
        ("all go on: gather, or tasks; finished", done(3) as f64, "gather_finished", ""),
        ("the rest is ended: TaskGroup, or try_join_all", done(2) as f64, "task_group_finished", ""),
    ];
    lab.beside_python("gather.py", &[], rows);
    Ok(())
}

/// `join!` overlaps waiting, not computing: its futures are one task, and one task runs on one core.
fn computing(lab: &mut Lab) -> anyhow::Result<()> {
    let work = Work::taking(Duration::from_millis(15));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build()?;
    let job = move || async move { work.run() };
    let joined = || runtime.block_on(async { tokio::join!(job(), job()) });
    let spawned = || runtime.block_on(async { tokio::join!(tokio::spawn(job()), tokio::spawn(job())) });
    let [joined, spawned] =
        measure::interleave(3, [&mut || measure::time(joined).1, &mut || measure::time(spawned).1]).map(|it| it.median);
    let figures = [Figure::seconds("join!", joined), Figure::seconds("two tasks", spawned)];
    lab.observe("what computes needs tasks", Verdict::observed_on_cores(2, spawned < 0.8 * joined), figures);
    Ok(())
}
