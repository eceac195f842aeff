//! **Goal**: A request that is sent twice is done once: `Idempotency-Key`.
//!
//! **Minutes**: 25

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused<E> {
    /// 422: the key was used for another body.
    OtherBody,
    /// 409: the first request with this key is still under way.
    UnderWay,
    /// The work failed.
    Failed(E),
}

/// The answers given so far, by key.
#[derive(Debug)]
pub struct Idempotent<A> {
    /// For each key its body, and the answer once there is one.
    seen: Mutex<HashMap<String, (String, Option<A>)>>,
}

impl<A> Default for Idempotent<A> {
    fn default() -> Self {
        Idempotent { seen: Mutex::default() }
    }
}

impl<A: Clone> Idempotent<A> {
    /// Does the work, if this key has not been seen; otherwise gives the answer that it had then.
    ///
    /// Work that fails, or whose caller is dropped before the end, leaves the key as if it had never been seen: the
    /// client is to try again.
    ///
    /// # Errors
    /// See [`Refused`]. Another body is refused whether or not the first has been answered.
    pub async fn once<E>(
        &self,
        key: &str,
        body: &str,
        work: impl Future<Output = Result<A, E>>,
    ) -> Result<A, Refused<E>> {
        todo!("mark the key before the first await; who removes the mark when you are dropped?")
    }
}
