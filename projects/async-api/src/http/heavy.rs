//! Answers that cost memory and a core: only so many are being made at once, and one more is refused.

use super::Service;
use super::problem::{Kind, Problem};
use crate::cpu::Refused;
use crate::metrics::Refusal;
use tokio::sync::{Semaphore, SemaphorePermit};

impl Service {
    /// A place for an answer whose parts must be brought first: images of megabytes, thousands of findings. What waits
    /// for a core is bounded by the pool's queue; this bounds what is on its way there.
    ///
    /// # Errors
    /// If there is none.
    pub fn place<'a>(&self, places: &'a Semaphore) -> Result<SemaphorePermit<'a>, Problem> {
        places.try_acquire().map_err(|_| self.full())
    }

    /// Runs this on the pool's threads.
    ///
    /// # Errors
    /// If its queue is full.
    pub async fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        self.app.cpu.run(work).await.map_err(|refused| match refused {
            Refused::Full => self.full(),
            Refused::Panicked => Problem::internal("what was being computed panicked"),
        })
    }

    fn full(&self) -> Problem {
        self.app.metrics.refused(Refusal::Cpu);
        Problem::new(Kind::Busy, "too much is waiting to be computed")
    }
}
