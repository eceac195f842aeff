//! **Claim**: Threads that wait for a server wait together: 16 of them download almost 16 times as fast as one, and every
//! file arrives whole.
//!
//! **Python**:
//! ```python
//! with ThreadPoolExecutor(max_workers=16) as pool:
//!     for page in pool.map(download, addresses): ...   # I/O releases the GIL
//! ```
//!
//! **Predict**: Each answer takes 20 ms. How much faster are 64 threads than 16, if there are 64 files?
//!
//! **Try**: Set LATENCY to zero: what is left to win? Or download something: `-- downloader https://www.rust-lang.org`.
//!
//! **Arguments**: `[URL]...`

use std::time::Duration;

use anyhow::Context;
use common::blocks::{Bars, Table};
use common::site::RunningSite;
use common::{Figure, Lab, Scratch, Verdict, format, measure};

use crate::downloader::{Client, Download, Limits, command, practice};

/// How long the site thinks before each answer, as a server far away would.
const LATENCY: Duration = Duration::from_millis(20);
/// How many threads download at once, one experiment after the other.
const THREADS: [usize; 4] = [1, 4, 16, 64];

/// Downloads with more and more threads; or what the student names.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    if !lab.arguments().is_empty() {
        return command::run(lab);
    }
    let (site, addresses, name) = practice::site(lab.size(64, 1_000), LATENCY)?;
    let client = Client::new(Limits { first_wait: Duration::from_millis(10), ..Limits::default() }, 64);
    let title = format!("{} files of {name}, {LATENCY:?} an answer", addresses.len());
    let mut table = Table::new(title, &["threads", "time", "files/s", "MB/s", "speedup"]);
    let (mut seconds, mut verified) = (Vec::new(), 0);
    for threads in THREADS {
        let scratch = Scratch::new().context("no folder for the files")?;
        let mut progress = lab.progress(&format!("{threads} threads"), addresses.len());
        let (results, time) =
            measure::time(|| client.download_all(&addresses, scratch.path(), threads, || progress.advance()));
        drop(progress);
        let downloads = results.into_iter().collect::<anyhow::Result<Vec<Download>>>()?;
        let bytes: u64 = downloads.iter().map(|download| download.bytes).sum();
        verified += downloads.iter().filter(|download| download.verified).count();
        seconds.push(time);
        let rates = [addresses.len() as f64 / time, bytes as f64 / time / 1e6].map(|rate| format!("{rate:.1}"));
        table.row(&[&threads, &format::seconds(time), &rates[0], &rates[1], &format::ratio(seconds[0] / time)]);
    }
    lab.detail(table);
    let mut bars = Bars::new("Speedup over one thread", "threads", THREADS, "times");
    bars.series("threads", seconds.iter().map(|time| seconds[0] / time));
    lab.detail(bars);
    let expected = THREADS.len() * addresses.len();
    let figures = [Figure::count("verified", verified as u64)];
    lab.prove("every file arrived whole, by its digest", verified == expected, figures);
    let speedup = Figure::ratio("speedup", seconds[0] / seconds[2]);
    lab.observe("16 threads are at least 8 times as fast", Verdict::observed(speedup.value >= 8.0), [speedup]);
    hard_to_get(lab, &client, &site)?;
    python(lab, &addresses, [seconds[0], seconds[2]])
}

/// A server that is overloaded for two requests, and one that hangs up in mid-body.
fn hard_to_get(lab: &mut Lab, client: &Client, site: &RunningSite) -> anyhow::Result<()> {
    let addresses = ["/overloaded", "/torn"].map(|path| site.url(path));
    let scratch = Scratch::new().context("no folder for the files")?;
    let results = client.download_all(&addresses, scratch.path(), 2, || {});
    let attempts: Vec<u32> = results.into_iter().map(|result| Ok(result?.attempts)).collect::<anyhow::Result<_>>()?;
    let figures = ["503", "torn"].into_iter().zip(&attempts);
    let figures = figures.map(|(name, &attempts)| Figure::count(name, attempts.into()));
    lab.prove("what fails is tried again: attempts after a", attempts == [3, 2], figures.collect::<Vec<_>>());
    Ok(())
}

/// The same addresses, fetched by the student's Python.
fn python(lab: &mut Lab, addresses: &[String], rust: [f64; 2]) -> anyhow::Result<()> {
    let list = Scratch::new().context("no folder for the list of addresses")?;
    let file = list.path().join("addresses.txt");
    std::fs::write(&file, addresses.join("\n")).context("cannot write the list of addresses")?;
    let rows = [("1 thread", rust[0], "seconds_1", "s"), ("16 threads", rust[1], "seconds_16", "s")];
    lab.beside_python("downloader.py", &[&file.to_string_lossy()], rows);
    Ok(())
}
