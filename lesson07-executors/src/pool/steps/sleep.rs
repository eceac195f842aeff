//! How a worker idles: spin, yield, park. And how it is woken, never too late.
//!
//! The worker counts itself as asleep and then looks for work once more; whoever brings work puts it there and then looks
//! whether anybody sleeps. One of the two sees the other (Dekker's argument; Folly's `EventCount` and rayon's `sleep` rest
//! on the same).

use super::sync::atomic::{AtomicUsize, Ordering::Relaxed, Ordering::SeqCst, fence};
use super::sync::{Condvar, Mutex};
use super::{hint, thread};

/// What a thread does that has nothing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Idle {
    /// How often it looks again at once. Quickest to see new work; burns a core.
    pub spins: u32,
    /// How often it looks again after letting others run.
    pub yields: u32,
    /// Whether it sleeps after that. Otherwise it begins again.
    pub park: bool,
}

impl Idle {
    /// Asks again for some microseconds, then sleeps.
    pub const SPIN_THEN_PARK: Idle = Idle { spins: 200, yields: 0, park: true };
    /// The same, but lets others run for a while before it sleeps, as rayon's workers do. As quick where a core is free,
    /// and quicker where none is: the other thread, which shares the core then, gets its turn without anybody being woken.
    pub const SPIN_YIELD_PARK: Idle = Idle { spins: 200, yields: 32, park: true };
    /// Sleeps at once.
    pub const PARK: Idle = Idle { spins: 0, yields: 0, park: true };
    /// Never sleeps, and lets others run each time.
    pub const YIELD: Idle = Idle { spins: 0, yields: 1_000, park: false };
    /// Never sleeps, and never lets others run.
    pub const SPIN: Idle = Idle { spins: 1_000, yields: 0, park: false };
}

/// Where threads sleep that wait for something to find.
#[derive(Debug)]
pub struct Sleep {
    /// How many sleep and have not been woken. Changed under the lock, read without it.
    sleepers: AtomicUsize,
    /// How many sleep, woken or not. Whoever was woken may find its wake-up taken by a late-comer, and sleep on: so this, and
    /// not `sleepers`, says whether there is anybody to be woken by what it waits for.
    asleep: AtomicUsize,
    woken: Mutex<Woken>,
    wake: Condvar,
}

#[derive(Debug, Default)]
struct Woken {
    /// Wake-ups that any one sleeper may take.
    tokens: usize,
    /// How often all were woken. A number and not tokens: a late-comer could take a token from one who must wake.
    everybody: u64,
}

impl Sleep {
    /// Nobody sleeps.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        let (sleepers, asleep) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Sleep { sleepers, asleep, woken: Mutex::new(Woken::default()), wake: Condvar::new() }
    }

    /// Looks until it finds, idling in between.
    ///
    /// Whatever makes `find` succeed must be followed by `wake_one` or `wake_all`. `find` is also called under this
    /// sleep's lock, so it must not wake anybody here.
    pub fn until<T>(&self, idle: Idle, mut find: impl FnMut() -> Option<T>) -> T {
        loop {
            for _ in 0..idle.spins {
                if let Some(found) = find() {
                    return found;
                }
                hint::spin_loop();
            }
            for _ in 0..idle.yields {
                if let Some(found) = find() {
                    return found;
                }
                thread::yield_now();
            }
            if idle.park
                && let Some(found) = self.sleep(&mut find)
            {
                return found;
            }
        }
    }

    /// Runs what it finds until it is ready, idling in between: how a worker waits.
    pub fn help_until<W>(
        &self,
        idle: Idle,
        mut ready: impl FnMut() -> bool,
        mut find: impl FnMut() -> Option<W>,
        run: impl Fn(W),
        more: impl FnOnce() -> bool,
    ) {
        let mut look = || if ready() { Some(None) } else { find().map(Some) };
        while let Some(work) = self.until(idle, &mut look) {
            run(work);
        }
        // The wake-up that ended this wait may have been meant for a job, which still lies there: hand it on.
        if more() {
            self.wake_one();
        }
    }

    /// How many sleep and have not been woken. It may have changed before the caller looks at it.
    pub fn sleepers(&self) -> usize {
        self.sleepers.load(Relaxed)
    }

    /// Sleeps until woken, unless there is something to find after all.
    fn sleep<T>(&self, find: &mut impl FnMut() -> Option<T>) -> Option<T> {
        let mut woken = self.woken.lock().expect("nobody panics under this lock");
        let everybody = woken.everybody;
        // Relaxed, because the fence behind it orders it: count, fence, look. The other side: bring, fence, read the
        // count. Without the fences both may read the old value, and a job lies there while everybody sleeps.
        self.sleepers.fetch_add(1, Relaxed);
        self.asleep.fetch_add(1, Relaxed);
        fence(SeqCst);
        if let Some(found) = find() {
            self.sleepers.fetch_sub(1, Relaxed);
            self.asleep.fetch_sub(1, Relaxed);
            return Some(found);
        }
        // In a loop: a condition variable may wake for no reason, and then nobody has taken this sleeper off the count.
        while woken.tokens == 0 && woken.everybody == everybody {
            woken = self.wake.wait(woken).expect("nobody panics under this lock");
        }
        if woken.everybody == everybody {
            woken.tokens -= 1;
        }
        // Relaxed, here and in the waking: the lock orders them, and the fences where there is none.
        self.asleep.fetch_sub(1, Relaxed);
        None
    }

    /// Wakes one sleeper, if there is one. To be called after the job is in its place.
    pub fn wake_one(&self) {
        fence(SeqCst);
        self.wake_one_perhaps();
    }

    /// The same without the fence, which costs more than all the rest: it may miss one who is just falling asleep. For
    /// work that its bringer will do himself if nobody else comes.
    pub fn wake_one_perhaps(&self) {
        if self.sleepers.load(Relaxed) == 0 {
            return;
        }
        let mut woken = self.woken.lock().expect("nobody panics under this lock");
        if self.sleepers.load(Relaxed) == 0 {
            return; // another was quicker
        }
        // Taken off the count here and not by the sleeper: until it runs, ten more jobs may come, and each would pay for
        // waking it again.
        self.sleepers.fetch_sub(1, Relaxed);
        woken.tokens += 1;
        drop(woken);
        self.wake.notify_one();
    }

    /// Wakes all who sleep: one of them waits for what has just happened, and nobody knows which.
    pub fn wake_all(&self) {
        fence(SeqCst);
        if self.asleep.load(Relaxed) == 0 {
            return;
        }
        let mut woken = self.woken.lock().expect("nobody panics under this lock");
        self.sleepers.store(0, Relaxed);
        // Tokens not yet taken belonged to sleepers who now leave without them.
        *woken = Woken { tokens: 0, everybody: woken.everybody + 1 };
        drop(woken);
        self.wake.notify_all();
    }
}
