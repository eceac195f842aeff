//! **Claim**: One callback that blocks makes all others late; debug mode names it.
//!
//! **Python**:
//! ```python
//! loop.set_debug(True)
//! loop.slow_callback_duration = 0.02
//! ```
//!
//! **Predict**: A hundred tasks tick every 2 ms; one callback sleeps 50 ms. How many of the tasks notice?
//!
//! **Try**: Put the culprit's sleep into `run_in_executor`. What is left of the lag?

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use common::{Figure, Lab, Verdict};

use crate::event_loop::{EventLoop, LoopHandle, RunError, SlowCallback, get_event_loop, sleep};
use crate::shown::blocked as shown;

/// How many tasks tick, how often, and how many times.
const TASKS: usize = 100;
const TICK: Duration = Duration::from_millis(2);
const TICKS: usize = 20;
/// For how long the culprit keeps the thread.
const BLOCKED: Duration = Duration::from_millis(50);

/// What should have been in the executor.
fn culprit() {
    std::thread::sleep(BLOCKED);
}

/// Ticks, and notes how late each tick was. After its fifth tick, the first task calls the culprit.
async fn tick(number: usize, with_culprit: bool, lags: Rc<RefCell<Vec<f64>>>) {
    for count in 0..TICKS {
        let due = Instant::now() + TICK;
        if with_culprit && (number, count) == (0, 5) {
            get_event_loop().expect("this is a task").call_soon(culprit);
        }
        sleep(TICK).await;
        lags.borrow_mut().push(due.elapsed().as_secs_f64());
    }
}

/// The lags of all ticks, and whom debug mode blames.
pub fn lags(with_culprit: bool) -> Result<(Vec<f64>, Vec<SlowCallback>), RunError> {
    let event_loop = EventLoop::new()?;
    event_loop.set_debug(true);
    event_loop.set_slow_callback_duration(BLOCKED);
    let lags: Rc<RefCell<Vec<f64>>> = Rc::default();
    let here: LoopHandle = event_loop.handle();
    let noted = Rc::clone(&lags);
    event_loop.run_until_complete(async move {
        let tick = |number| here.create_task(tick(number, with_culprit, Rc::clone(&noted)));
        for task in (0..TASKS).map(tick).collect::<Vec<_>>() {
            task.await.expect("it only ticks");
        }
    })?;
    Ok((lags.take(), event_loop.take_slow_callbacks()))
}

/// With and without.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let (free, _) = lags(false)?;
    let (blocked, blamed) = lags(true)?;
    lab.detail(shown::lags(&free, &blocked));
    // The culprit runs between two ticks of each task, so each has one that is as late as that, less the tick's own length.
    let late = blocked.iter().filter(|&&lag| lag >= (BLOCKED - TICK).as_secs_f64()).count();
    lab.prove("one blocks, and all are late", late >= TASKS, [Figure::count("late", late as u64)]);
    let named =
        blamed.iter().filter(|slow| slow.name == "culprit" && slow.created.file().ends_with("blocked.rs")).count();
    let words = blamed.iter().find(|slow| slow.name == "culprit").map(ToString::to_string);
    lab.prove("debug mode names the culprit, once", named == 1, []);
    lab.show(words.unwrap_or_default());
    let worst = |lags: &[f64]| lags.iter().copied().fold(0.0, f64::max);
    let figures = [Figure::seconds("free", worst(&free)), Figure::seconds("blocked", worst(&blocked))];
    lab.observe("the longest lag", Verdict::observed(worst(&blocked) > worst(&free)), figures);
    let rows =
        [("longest lag, free", worst(&free), "free", "s"), ("longest lag, blocked", worst(&blocked), "blocked", "s")];
    lab.beside_python("blocked.py", &[], rows);
    Ok(())
}
