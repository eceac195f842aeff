//! Three waits that write down what became of them, however they end.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use common::blocks::{Lane, Span, State, Timeline};
use futures::stream::{FuturesUnordered, StreamExt};
use tokio::time::{Instant, sleep};

use crate::demos::on_virtual_time;

/// How long each of the three waits, in milliseconds.
pub const WAITS: [u64; 3] = [30, 20, 10];

/// From when to when a visit lasted, and whether it got to its end.
#[derive(Debug)]
pub struct Visit {
    number: usize,
    begin: Instant,
    finished: bool,
    journal: Journal,
}

/// What has been written down: number, begin, end, whether finished.
pub type Journal = Rc<RefCell<Vec<(usize, Instant, Instant, bool)>>>;

impl Drop for Visit {
    /// Here and not at the function's end: a future that is cancelled never gets there.
    fn drop(&mut self) {
        self.journal.borrow_mut().push((self.number, self.begin, Instant::now(), self.finished));
    }
}

/// Waits, and fails if it is the one that fails.
///
/// # Errors
/// Then.
pub async fn visit(number: usize, fails: Option<usize>, journal: Journal) -> Result<usize, String> {
    let mut visit = Visit { number, begin: Instant::now(), finished: false, journal };
    sleep(Duration::from_millis(WAITS[number])).await;
    visit.finished = true;
    if fails == Some(number) { Err(format!("visit {number} failed")) } else { Ok(number) }
}

/// When the wait returned, and for each visit when it began, when it ended and whether it got to its end: milliseconds.
pub type Told = (u128, Vec<(u128, u128, bool)>);

/// What the journal says, counted from `start`.
pub fn tell(start: Instant, returned: Duration, journal: &Journal) -> Told {
    let since = |time: Instant| (time - start).as_millis();
    let mut told = journal.take();
    told.sort_by_key(|visit| visit.0);
    (returned.as_millis(), told.iter().map(|&(_, from, to, done)| (since(from), since(to), done)).collect())
}

/// The visits on a common clock.
pub fn picture(title: &str, told: &Told) -> Timeline {
    let seconds = |millis: u128| millis as f64 / 1e3;
    let lanes = told.1.iter().enumerate().map(|(number, &(from, to, _))| {
        Lane::of(format!("visit {number}"), vec![Span { start: seconds(from), end: seconds(to), state: State::Io }])
    });
    Timeline::new(title, lanes)
}

/// The order in which results come when each is taken as soon as it is there: Python's `as_completed`.
///
/// # Errors
/// If the system has no file descriptor left.
pub fn as_completed() -> io::Result<Vec<usize>> {
    let visits = || (0..WAITS.len()).map(|number| visit(number, None, Journal::default()));
    let in_order = async { visits().collect::<FuturesUnordered<_>>().filter_map(async |it| it.ok()).collect().await };
    Ok(on_virtual_time()?.block_on(in_order))
}
