//! What a queued job costs, counted by the allocator itself.

#![allow(missing_docs, unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicIsize, Ordering::SeqCst};
use std::sync::mpsc;

use lesson07_executors::pool::{Executor, JoinHandle, ThreadPool, bytes_of_a_queued_job};

static BYTES: AtomicIsize = AtomicIsize::new(0);

struct Counting;

// SAFETY: all is the system's; the counting changes nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        BYTES.fetch_add(layout.size() as isize, SeqCst);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        BYTES.fetch_sub(layout.size() as isize, SeqCst);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// One test in this file: the count is of the whole process.
#[test]
fn a_queued_job_costs_what_is_said() {
    const JOBS: usize = 10_000;
    let pool = ThreadPool::new(1).expect("it starts");
    let ((begun, has_begun), (go, gone)) = (mpsc::channel(), mpsc::channel::<()>());
    let busy = pool.submit(move || (begun.send(()), gone.recv()).0.is_ok()).expect("it is open");
    has_begun.recv().expect("it begins");
    let mut handles: Vec<JoinHandle<u32>> = Vec::with_capacity(JOBS);
    let before = BYTES.load(SeqCst);
    handles.extend((0..JOBS as u32).map(|number| pool.submit(move || number).expect("it is open")));
    let each = (BYTES.load(SeqCst) - before) as f64 / JOBS as f64;
    let said = bytes_of_a_queued_job::<u32, u32>() as f64;
    // The queue is a list of blocks, the last of them partly empty.
    eprintln!("{each} bytes each, said were {said}");
    assert!((said - 1.0..said * 1.05).contains(&each), "{each} bytes, said were {said}");
    go.send(()).expect("it waits");
    assert_eq!(busy.result(), Ok(true));
    handles.into_iter().enumerate().for_each(|(number, handle)| assert_eq!(handle.result(), Ok(number as u32)));
    drop(pool);
    let left = BYTES.load(SeqCst) - before;
    assert!(left < JOBS as isize / 2, "{left} bytes are still there when all is over");
}
