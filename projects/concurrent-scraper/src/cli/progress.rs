//! What a person sees while it runs; nothing where nobody is looking.

use concurrent_scraper::crawl::{Progress, Snapshot};
use indicatif::{HumanBytes, HumanCount, ProgressBar};
use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

const REDRAW: Duration = Duration::from_millis(100);
/// How often a log is told.
const LOG: Duration = Duration::from_secs(5);

/// Shows the progress until it is dropped.
pub(super) struct Display {
    bar: ProgressBar,
    tasks: Vec<JoinHandle<()>>,
}

impl Display {
    pub(super) fn start(progress: Arc<Progress>, quiet: bool) -> Display {
        let visible = !quiet && std::io::stderr().is_terminal();
        let bar = if visible { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        let mut tasks = vec![tokio::spawn(log(Arc::clone(&progress)))];
        if visible {
            let bar = bar.clone();
            tasks.push(tokio::spawn(async move {
                let mut ticks = tokio::time::interval(REDRAW);
                loop {
                    ticks.tick().await;
                    bar.set_message(line(&progress.snapshot()));
                    bar.tick();
                }
            }));
        }
        Display { bar, tasks }
    }

    /// Says a line without disturbing the bar.
    pub(super) fn say(&self, line: &str) {
        self.bar.suspend(|| eprintln!("{line}"));
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
        self.bar.finish_and_clear();
    }
}

async fn log(progress: Arc<Progress>) {
    let mut ticks = tokio::time::interval(LOG);
    ticks.tick().await;
    loop {
        ticks.tick().await;
        let now = progress.snapshot();
        tracing::info!(
            pages = now.pages,
            bytes = now.bytes,
            broken = now.broken,
            retries = now.retries,
            in_flight = now.in_flight,
            queued = now.queued,
            "progress"
        );
    }
}

fn line(now: &Snapshot) -> String {
    let rate = now.pages as f64 / now.elapsed.as_secs_f64().max(0.001);
    let hosts: Vec<_> = now.hosts.iter().take(3).map(|host| format!("{} {}", host.origin, host.waiting)).collect();
    format!(
        "{} pages, {rate:.0}/s, {}, {} under way, {} queued, {} broken, {} retries  {}",
        HumanCount(now.pages),
        HumanBytes(now.bytes),
        now.in_flight,
        HumanCount(now.queued),
        HumanCount(now.broken),
        HumanCount(now.retries),
        hosts.join(", "),
    )
}
