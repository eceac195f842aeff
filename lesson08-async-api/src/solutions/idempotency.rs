//! A request that is sent twice is done once.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

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

/// The mark of a request under way. Dropped without an answer, the key is free again.
struct Mark<'a, A> {
    of: &'a Idempotent<A>,
    key: &'a str,
}

impl<A> Drop for Mark<'_, A> {
    fn drop(&mut self) {
        let mut seen = self.of.seen();
        if seen.get(self.key).is_some_and(|(_, answer)| answer.is_none()) {
            seen.remove(self.key);
        }
    }
}

impl<A> Idempotent<A> {
    fn seen(&self) -> MutexGuard<'_, HashMap<String, (String, Option<A>)>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<A: Clone> Idempotent<A> {
    /// Does the work, if this key has not been seen; otherwise gives the answer that it had then.
    ///
    /// # Errors
    /// See [`Refused`].
    pub async fn once<E>(
        &self,
        key: &str,
        body: &str,
        work: impl Future<Output = Result<A, E>>,
    ) -> Result<A, Refused<E>> {
        // Look and mark under one lock, and give it back before the `await`.
        match self.seen().entry(key.to_owned()) {
            std::collections::hash_map::Entry::Occupied(entry) => {
                let (first, answer) = entry.get();
                if first != body {
                    return Err(Refused::OtherBody);
                }
                return answer.clone().ok_or(Refused::UnderWay);
            }
            std::collections::hash_map::Entry::Vacant(entry) => _ = entry.insert((body.to_owned(), None)),
        }
        let mark = Mark { of: self, key };
        let answer = work.await.map_err(Refused::Failed)?;
        if let Some(entry) = self.seen().get_mut(key) {
            entry.1 = Some(answer.clone());
        }
        drop(mark);
        Ok(answer)
    }
}
