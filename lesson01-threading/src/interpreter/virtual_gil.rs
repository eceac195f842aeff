//! The lock of [`gil`](super::gil) once more, for threads that are simulated: the same rules, and no waiting in them.
//!
//! Time stands still while the lock changes hands. So a waiter's turn comes exactly when its patience ends and the
//! holder reaches its next check, and what real machines do roughly (two intervals a message) this one does exactly.

use std::time::Duration;

use fastrand::Rng;

use super::gil::GilCounters;
use super::report::State;
use super::virtual_clock::{Clock, INSTRUCTION, Next, TIMER_SLACK};

pub(super) struct VirtualGil {
    switch_interval: Duration,
    holder: Option<usize>,
    last_holder: Option<usize>,
    drop_requested: Option<Duration>,
    pub(super) counters: GilCounters,
}

impl VirtualGil {
    pub(super) fn new(switch_interval: Duration) -> Self {
        let counters = GilCounters::default();
        VirtualGil { switch_interval, holder: None, last_holder: None, drop_requested: None, counters }
    }

    pub(super) fn drop_requested(&self) -> bool {
        self.drop_requested.is_some()
    }

    /// How long a waiter waits that begins now, and what it will remember.
    fn patience(&self, rng: &mut Rng) -> (Duration, Next) {
        let late = INSTRUCTION * rng.u32(..TIMER_SLACK);
        (self.switch_interval + late, Next::GiveUpWaiting(self.counters.switches))
    }
}

impl<Ref> Clock<Ref> {
    /// Takes the lock, or begins to wait for it. Without a lock there is nothing to wait for.
    pub(super) fn take_gil(&mut self, me: usize) {
        let thread = &mut self.threads[me];
        match &self.gil {
            Some(gil) if gil.holder.is_some() => {
                thread.diary.turn_to(Some(State::WaitingForGil), thread.due);
                let (wait, next) = gil.patience(&mut self.rng);
                (thread.due, thread.next) = (thread.due + wait, Some(next));
            }
            _ => self.hand_to(me, self.threads[me].due),
        }
    }

    /// Gives the lock up, to whichever waiter the condition variable wakes.
    pub(super) fn drop_gil(&mut self, me: usize, next: Option<State>) {
        let thread = &mut self.threads[me];
        let now = thread.due;
        if let Some(gil) = &mut self.gil {
            gil.holder = None;
            if let Some(requested) = gil.drop_requested.take() {
                gil.counters.forced_switches += 1;
                thread.diary.turn_to(Some(State::DropRequested), requested);
            }
        }
        thread.diary.turn_to(next, now);
        let waits = |&other: &usize| matches!(self.threads[other].next, Some(Next::GiveUpWaiting(_)));
        let waiting: Vec<usize> = (0..self.threads.len()).filter(waits).collect();
        if let Some(&woken) = self.rng.choice(&waiting) {
            self.hand_to(woken, now);
        }
    }

    /// A waiter's interval is over.
    pub(super) fn give_up_waiting(&mut self, me: usize, switches: u64) {
        let (thread, Some(gil)) = (&mut self.threads[me], &mut self.gil) else { return };
        if switches == gil.counters.switches && gil.drop_requested.is_none() {
            gil.drop_requested = Some(thread.due);
            gil.counters.drop_requests += 1;
        }
        let (wait, next) = gil.patience(&mut self.rng);
        (thread.due, thread.next) = (thread.due + wait, Some(next));
    }

    fn hand_to(&mut self, me: usize, now: Duration) {
        if let Some(gil) = &mut self.gil {
            gil.holder = Some(me);
            if gil.last_holder.replace(me).is_some_and(|last| last != me) {
                gil.counters.switches += 1;
            }
        }
        let thread = &mut self.threads[me];
        thread.due = now;
        thread.next = Some(Next::Step { look: false });
        thread.diary.turn_to(Some(State::Running), now);
        if let Some((io, ready)) = thread.blocked.take() {
            thread.diary.returned_from(io, ready, now);
        }
    }
}
