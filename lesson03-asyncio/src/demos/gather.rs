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

use common::{Figure, Lab, Verdict};
use futures::future::{join_all, try_join_all};
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep};

use super::on_virtual_time;
use crate::computing;
use crate::shown::gather as shown;
use crate::visits::{Journal, Told, WAITS, as_completed, picture, tell, visit};

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
    let ways = [Way::InSequence, Way::JoinAll, Way::TryJoinAll, Way::Spawned];
    let told = ways.map(|way| wait(way, Some(FAILING))).into_iter().collect::<std::io::Result<Vec<_>>>()?;
    for (way, told) in ways.iter().zip(&told) {
        lab.detail(picture(&format!("{way:?}: visit {FAILING} fails, it returns after {} ms", told.0), told));
    }
    lab.detail(shown::ends(&ways, &told));
    let done = |way: usize| told[way].1.iter().filter(|visit| visit.2).count();
    let finished = [2, 3].map(|way| Figure::count("finished", done(way) as u64));
    lab.prove("try_join_all drops the rest, tasks go on", (done(2), done(3)) == (2, 3), finished);
    let [joined, spawned] = computing::two()?;
    let figures = [Figure::seconds("join!", joined), Figure::seconds("two tasks", spawned)];
    lab.observe("what computes needs tasks", Verdict::observed_on_cores(2, spawned < 0.8 * joined), figures);
    let rows = [
        ("all go on: gather, or tasks; finished", done(3) as f64, "gather_finished", ""),
        ("the rest is ended: TaskGroup, or try_join_all", done(2) as f64, "task_group_finished", ""),
    ];
    lab.beside_python("gather.py", &[], rows);
    Ok(())
}
