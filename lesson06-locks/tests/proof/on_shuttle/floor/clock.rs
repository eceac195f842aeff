//! Time that passes when a proof says so. A thread that says it does so, over all schedules, at every possible moment.

use std::cell::Cell;
use std::time::Duration;

thread_local! {
    static OVER: Cell<bool> = const { Cell::new(false) };
}

#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    limited: bool,
}

impl Deadline {
    pub const NEVER: Deadline = Deadline { limited: false };

    pub fn after(_: Duration) -> Self {
        Deadline { limited: true }
    }

    pub fn is_over(self) -> bool {
        self.limited && OVER.get()
    }

    pub fn is_limited(self) -> bool {
        self.limited
    }
}

pub fn reset() {
    OVER.set(false);
}

/// All deadlines are over from here on.
pub fn time_passes() {
    shuttle::thread::sleep(Duration::ZERO);
    OVER.set(true);
    super::futex::wake_whose_time_is_over();
}
