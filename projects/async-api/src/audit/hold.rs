//! What a worker knows about its right to go on.

use crate::store::Fenced;
use tokio_util::sync::CancellationToken;

/// Whether a job is still ours, and wanted. A clone is another handle of the same knowledge; once lost is lost for good.
#[derive(Clone, Debug, Default)]
pub struct Hold {
    lost: CancellationToken,
    cancelling: CancellationToken,
}

impl Hold {
    /// Takes in what the store said.
    pub fn told(&self, fenced: Fenced) {
        match fenced {
            Fenced::Held => {}
            Fenced::Cancelling => self.cancelling.cancel(),
            Fenced::Lost => self.lost.cancel(),
        }
    }

    /// Whether the job is another's, or gone.
    pub fn is_lost(&self) -> bool {
        self.lost.is_cancelled()
    }

    /// Waits for the loss.
    pub async fn lost(&self) {
        self.lost.cancelled().await;
    }

    /// Waits for the wish that the audit ends early.
    pub async fn cancelling(&self) {
        self.cancelling.cancelled().await;
    }
}
