//! The real program, as a user runs it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Far more than anything takes.
const LIMIT: Duration = Duration::from_secs(60);

/// A command line of the program.
pub fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_concurrent-scraper"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "RUST_LOG"] {
        command.env_remove(variable);
    }
    command
}

/// Waits for a child; one that hangs is killed and is a failure.
pub fn finish(child: Child) -> Output {
    let started = Instant::now();
    let pid = child.id();
    let (done, waited) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        if waited.recv_timeout(LIMIT).is_err() {
            // Its own child's number: it has not been waited for yet.
            let _ = Command::new("kill").args(["-9", &pid.to_string()]).status();
        }
    });
    let output = child.wait_with_output().unwrap();
    let _ = done.send(());
    assert!(started.elapsed() < LIMIT, "the program hangs: {}", String::from_utf8_lossy(&output.stderr));
    output
}

pub fn run(arguments: &[&str]) -> Output {
    finish(program(arguments).spawn().unwrap())
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A path as an argument.
pub fn arg(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A folder of the test's own, and files in it.
pub struct Files(common::Scratch);

impl Files {
    pub fn new() -> Files {
        Files(common::Scratch::new().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}
