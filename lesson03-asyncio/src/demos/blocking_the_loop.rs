//! **Claim**: One call that does not await stops every task of its thread.
//!
//! **Python**:
//! ```python
//! time.sleep(0.05)                            # stops the loop; await asyncio.sleep(0.05) does not
//! await asyncio.to_thread(time.sleep, 0.05)
//! asyncio.run(main(), debug=True)             # says what took longer than 100 ms
//! ```
//!
//! **Predict**: Two worker threads; one task computes for 50 ms, another beats every 5 ms. Does it miss a beat?
//!
//! **Try**: Let `SLICE` be 10 ms: how late is a beat now? And spawn two tasks that compute, on two workers.

use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

use common::blocks::Lines;
use common::work::Work;
use common::{Figure, Lab, Verdict};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{spawn_blocking, yield_now};
use tokio::time::sleep;

use crate::shown::blocking_the_loop as shown;
use crate::turns::turns_of_others;

/// How often the heart beats.
const BEAT: Duration = Duration::from_millis(5);
/// How long it is watched.
const WATCH: Duration = Duration::from_millis(120);
/// How long its neighbour takes, and after what time it begins.
const BLOCK: Duration = Duration::from_millis(50);
/// How long a neighbour computes before it lets others on.
const SLICE: Duration = Duration::from_millis(1);

/// What the heart has beside it.
pub const NEIGHBOURS: [&str; 5] = ["nobody", "a call", "computing", "yielding", "a thread"];

async fn neighbour(kind: &str, slice: Work) {
    sleep(BLOCK / 2).await;
    let slices = BLOCK.as_millis() / SLICE.as_millis();
    match kind {
        "a call" => thread::sleep(BLOCK), // a query without async, a file on a slow disk, a lock
        "computing" => (0..slices).for_each(|_| _ = black_box(slice.run())),
        "yielding" => {
            for _ in 0..slices {
                black_box(slice.run());
                yield_now().await;
            }
        }
        "a thread" => spawn_blocking(|| thread::sleep(BLOCK)).await.expect("it does not panic"),
        _ => {}
    }
}

/// Beats beside a neighbour: for each beat when it was due and how late it came, in seconds.
async fn watch(kind: &'static str, slice: Work) -> Vec<(f64, f64)> {
    let start = Instant::now();
    let heart = tokio::spawn(async move {
        let mut beats = Vec::new();
        let mut due = BEAT;
        while due < WATCH {
            sleep(due.saturating_sub(start.elapsed())).await;
            beats.push((due.as_secs_f64(), (start.elapsed().saturating_sub(due)).as_secs_f64()));
            due += BEAT; // measured from the plan: a late beat is late, and the next is not put off
        }
        beats
    });
    let neighbour = tokio::spawn(neighbour(kind, slice));
    neighbour.await.expect("it does not panic");
    heart.await.expect("it does not panic")
}

/// Watches the heart beside each neighbour on a runtime; the latest beat of each, in seconds, and a picture.
fn watch_all(runtime: &Runtime, title: &str) -> ([f64; 5], Lines) {
    let slice = Work::taking(SLICE);
    let mut lines = Lines::new(title, "ms", "late, ms");
    let latest = NEIGHBOURS.map(|kind| {
        let beats = runtime.block_on(watch(kind, slice));
        if kind != "nobody" {
            lines.series(kind, beats.iter().map(|&(due, late)| (due * 1e3, late * 1e3)));
        }
        beats.iter().map(|beat| beat.1).fold(0.0, f64::max)
    });
    (latest, lines)
}

/// Listens to the heart.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let [none, many] = [turns_of_others(false)?, turns_of_others(true)?];
    let figures = [Figure::count("without yields", none.into()), Figure::count("with them", many.into())];
    lab.prove("turns of others meanwhile", none == 0 && many > 0, figures);
    let (one, lines) = watch_all(&Builder::new_current_thread().enable_time().build()?, "One thread");
    lab.detail(lines);
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_time().build()?;
    let (two, lines) = watch_all(&runtime, "Two worker threads");
    lab.detail(lines);
    lab.detail(shown::latest(&one, &two));
    let stopped = one[1].min(one[2]) > BLOCK.as_secs_f64() / 2.0;
    let late = |name, late: f64| Figure::seconds(name, late);
    let figures = [late("a call", one[1]), late("computing", one[2])];
    lab.observe("one thread: the heart stops", Verdict::observed(stopped), figures);
    let freed = one[3].max(one[4]) < BLOCK.as_secs_f64() / 2.0;
    let figures = [late("yielding", one[3]), late("elsewhere", one[4])];
    lab.observe("it need not", Verdict::observed(freed), figures);
    let other = Verdict::observed_on_cores(2, two[1].max(two[2]) < BLOCK.as_secs_f64() / 2.0);
    lab.observe("nor on two workers", other, [late("a call", two[1]), late("computing", two[2])]);
    let rows = [
        ("beside a blocking call", one[1], "blocking_late_seconds", "s"),
        ("beside a blocking call on a thread", one[4], "to_thread_late_seconds", "s"),
        ("slow callbacks named by the debug mode", 0.0, "slow_callbacks", ""),
    ];
    lab.beside_python("blocking_the_loop.py", &[], rows);
    Ok(())
}
