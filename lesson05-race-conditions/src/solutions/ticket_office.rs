//! Compare and exchange: the sale goes through only if what was checked is still true.

use super::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The seats that are left.
#[derive(Debug)]
pub struct TicketOffice {
    free: AtomicU64,
}

impl TicketOffice {
    /// An office with seats to sell.
    pub fn new(seats: u64) -> Self {
        TicketOffice { free: AtomicU64::new(seats) }
    }

    /// Sells a seat, if one is left.
    pub fn sell(&self) -> bool {
        // Relaxed: the number guards no other data. The update is tried again as long as somebody else was quicker,
        // and somebody else can only be quicker by selling a seat.
        self.free.fetch_update(Relaxed, Relaxed, |free| free.checked_sub(1)).is_ok()
    }
}
