//! Hands committed rows to the consumer, on a thread of its own.

use super::CrawlError;
use super::consumer::{BoxError, Consumer};
use crate::frontier::{Emitted, Frontier, Row};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Groups of rows that may wait for the consumer.
const WAITING: usize = 2;
/// Rows read at a time that an earlier run has left.
const CATCH_UP: usize = 128;

pub(super) struct Emitter {
    rows: mpsc::Sender<Vec<Row>>,
    state: Arc<Mutex<Option<Emitted>>>,
    thread: JoinHandle<Result<(), BoxError>>,
}

impl Emitter {
    /// Lets the consumer pick up where it was and gives it what an earlier run has left.
    pub(super) async fn start(
        frontier: &dyn Frontier,
        mut consumer: Box<dyn Consumer>,
        stop: CancellationToken,
    ) -> Result<Emitter, CrawlError> {
        let emitted = frontier.emitted().await?;
        let with_links = consumer.wants_links();
        let mut after = consumer.resume(emitted.as_ref()).map_err(CrawlError::Consumer)?;
        let state = Arc::new(Mutex::new(None));
        let (rows, waiting) = mpsc::channel(WAITING);
        let thread = {
            let state = Arc::clone(&state);
            let emit = move || emit(&mut *consumer, waiting, &state, &stop);
            thread::Builder::new().name("output".to_owned()).spawn(emit)
        };
        let thread = thread.map_err(|error| CrawlError::Defect(format!("cannot start a thread: {error}")))?;
        let emitter = Emitter { rows, state, thread };
        loop {
            let left = frontier.rows(after, CATCH_UP, with_links).await?;
            let Some(last) = left.last() else { break };
            after = last.seq;
            if !emitter.emit(left).await {
                break;
            }
        }
        Ok(emitter)
    }

    /// Hands rows over, as soon as there is room. False when the consumer has ended.
    pub(super) async fn emit(&self, rows: Vec<Row>) -> bool {
        self.rows.send(rows).await.is_ok()
    }

    /// How far the consumer has got, if it is news.
    pub(super) fn news(&self) -> Option<Emitted> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Waits for the consumer to take what it has been given. Returns how far it has got.
    pub(super) async fn end(self) -> Result<Option<Emitted>, CrawlError> {
        drop(self.rows);
        let thread = self.thread;
        let joined = tokio::task::spawn_blocking(move || thread.join()).await;
        match joined {
            Ok(Ok(Ok(()))) => Ok(self.state.lock().unwrap_or_else(PoisonError::into_inner).take()),
            Ok(Ok(Err(error))) => Err(CrawlError::Consumer(error)),
            Ok(Err(_)) | Err(_) => Err(CrawlError::Defect("the consumer panicked".to_owned())),
        }
    }
}

fn emit(
    consumer: &mut dyn Consumer,
    mut waiting: mpsc::Receiver<Vec<Row>>,
    state: &Mutex<Option<Emitted>>,
    stop: &CancellationToken,
) -> Result<(), BoxError> {
    while let Some(rows) = waiting.blocking_recv() {
        let mut seq = None;
        for row in &rows {
            // The rest is in the frontier and comes first in the next run.
            if stop.is_cancelled() {
                break;
            }
            consumer.page(&row.page)?;
            seq = Some(row.seq);
        }
        if let Some(seq) = seq {
            let lengths = consumer.flush()?;
            *state.lock().unwrap_or_else(PoisonError::into_inner) = Some(Emitted { seq, lengths });
        }
        if stop.is_cancelled() {
            break;
        }
    }
    Ok(())
}
