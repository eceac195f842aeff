//! **Claim**: What blocks in a task stops all tasks; in the executor, one thread.
//!
//! **Python**:
//! ```python
//! result = await loop.run_in_executor(None, function)
//! ```
//!
//! **Predict**: A function waits until the loop's heart has beaten five times. Called in a task, when does it return?
//!
//! **Try**: Let a job take 10 ms and submit a hundred. How many threads are there, and how long does it take?

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use common::blocks::{Lane, State, Stopwatch, Timeline};
use common::{Figure, Lab, Verdict};

use crate::event_loop::{EventLoop, JoinError, RunError, get_event_loop, sleep};

/// How often the heart beats.
const BEAT: Duration = Duration::from_millis(2);
/// For how many beats the function waits, and for how long at most.
const BEATS: usize = 5;
const PATIENCE: Duration = Duration::from_millis(50);
/// How many jobs are submitted at once.
const JOBS: u64 = 100;

/// Sends a beat to whoever listens, for ever.
async fn heart(beats: mpsc::Sender<()>, lane: Rc<RefCell<Lane>>) {
    loop {
        lane.borrow_mut().enter(State::Running);
        let heard = beats.send(());
        lane.borrow_mut().leave();
        if heard.is_err() {
            return;
        }
        sleep(BEAT).await;
    }
}

/// Blocks until so many beats have come, or until it has waited for too long; how many came.
fn listen(beats: &mpsc::Receiver<()>) -> usize {
    beats.try_iter().count(); // what came before does not count
    let until = Instant::now() + PATIENCE;
    (0..BEATS).take_while(|_| beats.recv_timeout(until.saturating_duration_since(Instant::now())).is_ok()).count()
}

/// How many beats the function hears in a task, and in the executor.
pub fn heard(clock: Stopwatch) -> Result<([usize; 2], Timeline), RunError> {
    let event_loop = EventLoop::new()?;
    let pulse = Rc::new(RefCell::new(clock.lane("heart")));
    let (send, beats) = mpsc::channel();
    drop(event_loop.create_task(heart(send, Rc::clone(&pulse))));
    let mut lane = clock.lane("function");
    let (heard, lane) = event_loop.run_until_complete(async move {
        let here = get_event_loop().expect("this is a coroutine");
        sleep(2 * BEAT).await;
        lane.enter(State::Io);
        let in_a_task = listen(&beats);
        lane.leave();
        sleep(5 * BEAT).await;
        let job = here.run_in_executor(move || {
            lane.enter(State::Io);
            // In here it may take as long as it needs: nobody waits but this thread.
            let mut heard = 0;
            while heard < BEATS && beats.recv().is_ok() {
                heard += 1;
            }
            lane.leave();
            (heard, lane)
        });
        let (in_the_executor, lane) = job.await.expect("it does not panic");
        ([in_a_task, in_the_executor], lane)
    })?;
    drop(event_loop); // and with it the heart
    let pulse = Rc::into_inner(pulse).map_or_else(|| Lane::of("heart", Vec::new()), RefCell::into_inner);
    Ok((heard, Timeline::new("The function waits for five beats: in a task, then in the executor", [pulse, lane])))
}

/// Many jobs at once, one of which panics: their sum, how many failed, how many threads there were.
pub fn many_jobs() -> Result<(u64, usize, usize), RunError> {
    let event_loop = EventLoop::new()?;
    let here = event_loop.handle();
    event_loop.run_until_complete(async move {
        let work = |number| move || if number == 13 { std::panic::resume_unwind(Box::new("unlucky")) } else { number };
        let jobs: Vec<_> = (0..JOBS).map(|number| here.run_in_executor(work(number))).collect();
        let (mut sum, failed) = (0, Cell::new(0));
        for job in jobs {
            match job.await {
                Ok(number) => sum += number,
                Err(JoinError::Panicked(_) | JoinError::Cancelled) => failed.set(failed.get() + 1),
            }
        }
        (sum, failed.get(), here.executor_threads())
    })
}

/// Listens twice, then submits.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let ([in_a_task, in_the_executor], picture) = heard(Stopwatch::start())?;
    lab.show(picture);
    let figures =
        [Figure::count("in a task", in_a_task as u64), Figure::count("in the executor", in_the_executor as u64)];
    lab.prove("beats heard", (in_a_task, in_the_executor) == (0, BEATS), figures);
    let (sum, failed, threads) = many_jobs()?;
    let right = (sum, failed) == (JOBS * (JOBS - 1) / 2 - 13, 1);
    lab.prove("all results come back, a panic too", right, [Figure::count("failed", failed as u64)]);
    let few = threads <= common::measure::cores() + 4;
    let figures = [Figure::count("jobs", JOBS), Figure::count("threads", threads as u64)];
    lab.observe("few threads do for many jobs", Verdict::observed(few), figures);
    if let Some(python) = lab.python("run_in_executor.py", &[]) {
        let [task, executor, threads] = ["in_task", "in_executor", "threads"].map(|name| python.figure(name));
        lab.show(format!("{}: {task} beats in a task, {executor} in the executor; {threads} threads.", python.name()));
    }
    Ok(())
}
