//! **Claim**: A sleeping task takes some hundred bytes: one thread waits for very many.
//!
//! **Python**:
//! ```python
//! await asyncio.gather(*(asyncio.sleep(1) for _ in range(100_000)))   # about 1,275 bytes each, 1.3 s too late
//! ```
//!
//! **Predict**: A million sleeping tasks: how much memory is that, and how long does it take to start them?
//!
//! **Try**: Hold an array of 1 KiB across the `await` in `sleepers.rs`. What does a task weigh now? And with --full, a million.

use std::time::{Duration, Instant};

use anyhow::Context;
use common::blocks::Table;
use common::site::{Graph, RunningSite, Site};
use common::{Figure, Lab, Verdict, format};
use futures::stream::{self, StreamExt, TryStreamExt};
use tokio::runtime::Builder;

use crate::shown::hundred_thousand as shown;
use crate::sleepers::{futures, tasks};

/// How long the site thinks before each answer.
const LATENCY: Duration = Duration::from_millis(5);
/// How many downloads are under way at once, one experiment after the other.
const IN_FLIGHT: [usize; 3] = [1, 10, 100];

/// Downloads pages from the site, so many at once: how many bytes came, and how long it took.
async fn download(site: &RunningSite, pages: usize, at_once: usize) -> anyhow::Result<(u64, f64)> {
    // A client for each experiment: none inherits another's open connections. And no proxy: the site is on this machine.
    let client = reqwest::Client::builder().no_proxy().build()?;
    let start = Instant::now();
    let fetch = async |number: usize| {
        let address = site.url(&if number == 0 { "/".to_owned() } else { format!("/page/{number}.html") });
        let response = client.get(&address).send().await?.error_for_status()?;
        anyhow::Ok(response.bytes().await.with_context(|| format!("{address} is cut off"))?.len() as u64)
    };
    let fetches = stream::iter(0..pages).map(fetch).buffer_unordered(at_once);
    let bytes = fetches.try_fold(0, async |sum, bytes| Ok(sum + bytes)).await?;
    Ok((bytes, start.elapsed().as_secs_f64()))
}

/// Starts, weighs, downloads.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let count = lab.size(100_000, 1_000_000);
    let [as_tasks, as_futures] = [tasks(count)?, futures(count)?];
    lab.detail(shown::sleepers(count, &as_tasks, &as_futures));
    let figure = Figure::new("bytes", as_tasks.bytes.round(), "");
    let verdict = Verdict::observed((1.0..1_000.0).contains(&as_tasks.bytes));
    lab.observe("a sleeping task takes less than 1,000", verdict, [figure]);
    downloads(lab)?;
    let rows = [
        ("100,000 sleeping tasks: bytes each", as_tasks.bytes.round(), "bytes_each", ""),
        ("started, 1/s", (count as f64 / as_tasks.seconds).round(), "started_per_second", ""),
    ];
    lab.beside_python("hundred_thousand.py", &[], rows);
    Ok(())
}

fn downloads(lab: &mut Lab) -> anyhow::Result<()> {
    let pages = lab.size(300, 1_000);
    let graph = Graph { pages, page_bytes: 1_000..=10_000, ..Graph::default() };
    let mut expected = Vec::new();
    let mut table = Table::new(
        format!("Downloads by reqwest, {LATENCY:?} an answer"),
        &["in flight", "pages", "time", "pages/s", "most at once"],
    );
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (mut rates, mut kept) = (Vec::new(), true);
    for at_once in IN_FLIGHT {
        // One at a time, all pages would take longer than the rest of the lesson: a third of them tell the rate.
        let pages = if at_once == 1 { lab.size(pages / 3, pages) } else { pages };
        let site = Site::graph(graph.clone()).latency(LATENCY).start().context("the local site does not start")?;
        let (bytes, seconds) = runtime.block_on(download(&site, pages, at_once))?;
        let served: u64 = site.requests().iter().map(|request| request.bytes).sum();
        let most = site.in_flight_peak();
        kept &= bytes == served && site.requests().len() == pages && most <= at_once;
        expected.push(bytes);
        let rate = pages as f64 / seconds;
        table.row(&[&at_once, &pages, &format::seconds(seconds), &format!("{rate:.0}"), &most]);
        rates.push(rate);
    }
    lab.show(table);
    let same = expected[1] == expected[2];
    lab.prove("every byte served arrived, and the bound held", kept && same, []);
    let figure = Figure::ratio("10 over 1", rates[1] / rates[0]);
    lab.observe("ten at once are five times as fast", Verdict::observed(figure.value >= 5.0), [figure]);
    Ok(())
}
