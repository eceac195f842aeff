//! The program itself, as a process.

use super::support::LIMIT;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// A process that does not outlive its test.
pub struct Program(Child);

impl Program {
    /// Starts one that takes part in a crawl.
    pub fn crawl(place: &str, arguments: &[&str]) -> Program {
        let mut command = command();
        command.args(["crawl", "--quiet", "--frontier", place]).args(arguments);
        Program(command.stdin(Stdio::null()).spawn().unwrap())
    }

    /// The signal that nobody can catch.
    pub fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    pub fn has_ended(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }

    /// Waits for its end.
    pub fn end(&mut self) -> ExitStatus {
        let started = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status;
            }
            assert!(started.elapsed() < LIMIT, "it hangs");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_concurrent-scraper"))
}

/// Runs it to its end and returns what it says.
pub fn say(arguments: &[&str]) -> String {
    let output = command().args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The rows of a JSONL file, each without what no two crawls have alike.
pub fn rows(path: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'), "no line is torn");
    text.lines()
        .map(|line| {
            let mut row: serde_json::Value = serde_json::from_str(line).unwrap();
            for volatile in ["first_byte_ms", "total_ms", "fetched_at_ms"] {
                row[volatile] = 0.into();
            }
            row
        })
        .collect()
}

/// Runs a test on a thread of its own; a hang is a failure.
pub fn within(test: impl FnOnce() + Send + 'static) {
    let (done, is_done) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        test();
        let _ = done.send(());
    });
    match is_done.recv_timeout(LIMIT) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("it does not end in time"),
        _ => thread.join().unwrap(),
    }
}
