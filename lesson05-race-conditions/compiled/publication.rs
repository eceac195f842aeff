//! Plain data under a flag: prints how many reads were stale, and of how many, for a relaxed flag and for a released one.
//!
//! UNDEFINED BEHAVIOUR, on purpose: the reader reads the data while the writer writes it, whichever the flag. The volatile
//! accesses keep the compiler from dropping the reads; they do not make it right.

use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicU64, Ordering, Ordering::Acquire, Ordering::Relaxed, Ordering::Release};
use std::thread;

/// Fewer where each takes longer: a debug build.
const ROUNDS: u64 = if cfg!(debug_assertions) { 2_000_000 } else { 20_000_000 };

struct Racy(UnsafeCell<u64>);

// SAFETY: there is none. This promises that the cell may be shared, and it may not: that is the bug to be seen.
unsafe impl Sync for Racy {}

static DATA: Racy = Racy(UnsafeCell::new(0));
static FLAG: AtomicU64 = AtomicU64::new(0);

/// Writes the data, then says so: "everything up to `round` is there".
#[inline(always)]
fn write(order: Ordering) {
    for round in 1..=ROUNDS {
        // SAFETY: the pointer is valid; that nobody reads at the same time is not true.
        unsafe { *DATA.0.get() = round };
        FLAG.store(round, order);
    }
}

/// Reads the flag, then the data; data older than the flag says are stale.
fn stale_reads(write: fn()) -> (u64, u64) {
    // Relaxed: no other thread lives yet.
    FLAG.store(0, Relaxed);
    // SAFETY: no other thread lives yet, so this access races with none.
    unsafe { *DATA.0.get() = 0 };
    thread::scope(|scope| {
        scope.spawn(write);
        let (mut stale, mut reads) = (0, 0);
        loop {
            let promised = FLAG.load(Acquire);
            if promised == ROUNDS {
                return (stale, reads);
            }
            // SAFETY: the pointer is valid; that nobody writes at the same time is not true.
            let found = unsafe { DATA.0.get().read_volatile() };
            reads += u64::from(promised > 0);
            stale += u64::from(found < promised);
        }
    })
}

fn main() {
    let (stale, reads) = stale_reads(|| write(Relaxed));
    print!("{stale} {reads} ");
    let (stale, reads) = stale_reads(|| write(Release));
    println!("{stale} {reads}");
}
