//! What this lesson's workers can do. Both sides read this file, so a name means the same to both.

use std::time::Duration;

use common::work::Work;

use crate::pool::{BytesJob, Job, Registry};
use crate::shared::{Name, with_arena};

/// As the name says.
pub const SQUARE: Job<u64, u64> = Job::new("square", |number| number.wrapping_mul(number));
/// Returns its argument.
pub const ECHO: Job<Vec<u8>, Vec<u8>> = Job::new("echo", |bytes| bytes);
/// The worker's process id.
pub const PID: Job<(), u32> = Job::new("pid", |()| std::process::id());
/// Does so many rounds of work.
pub const COMPUTE: Job<u64, u64> = Job::new("compute", |rounds| Work::rounds(rounds).run());
/// Sleeps so many milliseconds and returns them.
pub const SLEEP: Job<u64, u64> = Job::new("sleep", |milliseconds| {
    std::thread::sleep(Duration::from_millis(milliseconds));
    milliseconds
});
/// Panics with these words.
pub const PANIC: Job<String, ()> = Job::new("panic", |words| panic!("{words}"));
/// Panics if the number is odd.
pub const EVEN: Job<u64, u64> = Job::new("even", |number| {
    assert!(number.is_multiple_of(2), "{number} is odd");
    number
});
/// Ends the worker with this status.
pub const EXIT: Job<i32, ()> = Job::new("exit", |status| std::process::exit(status));
/// Ends the worker as C's `abort` does.
pub const ABORT: Job<(), ()> = Job::new("abort", |()| std::process::abort());
/// Does what its name says: `panic`, `abort`, `kill`, `memory`.
pub const MISBEHAVE: Job<String, ()> = Job::new("misbehave", |bug| misbehave(&bug));
/// The bytes as they came.
pub const ECHO_BYTES: BytesJob = BytesJob::new("echo-bytes", |_| {});
/// What [`look`] sees.
pub const LOOK: Job<Vec<u8>, u64> = Job::new("look", |bytes| look(&bytes));
/// The same, of bytes that serde has not touched.
pub const LOOK_BYTES: BytesJob = BytesJob::new("look-bytes", |bytes| {
    let sum = look(bytes);
    bytes.clear();
    bytes.extend(sum.to_le_bytes());
});
/// The same, of bytes in shared memory.
pub const LOOK_SHARED: Job<(Name, u64), u64> =
    Job::new("look-shared", |(name, length)| with_arena(&name, length as usize, look).expect("the arena is there"));

/// Reads a byte of every page, and adds them up: enough to have them all brought here.
pub fn look(bytes: &[u8]) -> u64 {
    bytes.iter().step_by(4096).map(|&byte| u64::from(byte)).sum()
}

/// A bug, for real.
pub fn misbehave(bug: &str) {
    match bug {
        // Without the report on standard error: here the panic is what is wanted.
        "panic" => std::panic::resume_unwind(Box::new("a bug")),
        "abort" => std::process::abort(),
        "kill" => kill_self(),
        "memory" => eat_memory(),
        bug => panic!("there is no bug called {bug}"),
    }
}

/// As `kill -9` from outside, or the kernel when memory runs out.
fn kill_self() {
    #[cfg(unix)]
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    std::process::abort(); // where there are no signals, this is as sudden
}

/// Takes memory up to a limit of its own, which is set first: no other process is to suffer.
fn eat_memory() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let limit = Rlimit { current: Some(1 << 30), maximum: None };
        setrlimit(Resource::As, limit).expect("a limit can always be lowered");
        let mut eaten: Vec<Vec<u8>> = Vec::new();
        loop {
            // Address space, which is what RLIMIT_AS limits: no byte of it is touched. The failure to get more aborts.
            eaten.push(Vec::with_capacity(64 << 20));
        }
    }
    // Elsewhere such a limit does not hold: what happens when an allocation fails, without eating first.
    #[cfg(not(target_os = "linux"))]
    std::alloc::handle_alloc_error(std::alloc::Layout::new::<u64>());
}

/// All of them.
pub fn registry() -> Registry {
    let small = Registry::default().job(&SQUARE).job(&ECHO).job(&PID).job(&COMPUTE).job(&SLEEP);
    let fatal = small.job(&PANIC).job(&EVEN).job(&EXIT).job(&ABORT).job(&MISBEHAVE);
    fatal.bytes_job(&ECHO_BYTES).bytes_job(&LOOK_BYTES).job(&LOOK).job(&LOOK_SHARED)
}
