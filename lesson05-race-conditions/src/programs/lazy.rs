//! Something expensive that is made on first use.

use super::sync::atomic::{AtomicBool, AtomicU64, Ordering::Acquire, Ordering::Relaxed, Ordering::Release};
use super::sync::{Arc, Mutex};
use super::thread;

/// What is made: any number but 0.
const VALUE: u64 = 42;

/// The thing, whether it is there, and how often it was made.
#[derive(Debug)]
pub struct Lazy {
    value: AtomicU64,
    ready: AtomicBool,
    made: AtomicU64,
    making: Mutex<()>,
}

impl Default for Lazy {
    fn default() -> Self {
        let (value, made) = (AtomicU64::new(0), AtomicU64::new(0));
        Lazy { value, ready: AtomicBool::new(false), made, making: Mutex::new(()) }
    }
}

impl Lazy {
    /// The bug: look, and make it if it is not there. Two threads can look before either has made it.
    pub fn test_then_make(&self, between: impl FnOnce()) -> u64 {
        // Acquire: whoever sees the flag sees the value.
        if !self.ready.load(Acquire) {
            between();
            self.make();
        }
        self.value.load(Relaxed) // relaxed: the flag orders it
    }

    /// The repair: look again under a lock. What `std::sync::OnceLock` does for you.
    pub fn make_once(&self) -> u64 {
        // Acquire: as above.
        if !self.ready.load(Acquire) {
            let _making = self.making.lock().expect("making it does not panic");
            // Relaxed: the lock orders this thread after the one that made it.
            if !self.ready.load(Relaxed) {
                self.make();
            }
        }
        self.value.load(Relaxed) // relaxed: the flag orders it, or the lock
    }

    fn make(&self) {
        self.made.fetch_add(1, Relaxed); // relaxed: read after the threads are joined
        self.value.store(VALUE, Relaxed); // relaxed: the flag orders it
        // Release: the value comes before the flag for all who see the flag.
        self.ready.store(true, Release);
    }

    /// How often it was made.
    pub fn made(&self) -> u64 {
        self.made.load(Relaxed) // relaxed: see `make`
    }
}

/// Two threads that need it at once. Returns how often it was made, and whether both got it.
pub fn two_threads(need: impl Fn(&Lazy) -> u64 + Copy + Send + 'static) -> (u64, bool) {
    let lazy = Arc::new(Lazy::default());
    let workers = [0, 1].map(|_| {
        let lazy = Arc::clone(&lazy);
        thread::spawn(move || need(&lazy))
    });
    let values = workers.map(|worker| worker.join().expect("nobody panics"));
    (lazy.made(), values == [VALUE; 2])
}
