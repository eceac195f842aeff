//! The program itself, in a process of its own, with nothing in its environment that concerns it.

use common::Scratch;
use std::process::{Command, Stdio};

/// The program, in this folder.
pub fn program(folder: &Scratch, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_async-api"));
    for (name, _) in std::env::vars_os() {
        let ours = name.to_string_lossy();
        if ours.starts_with("ASYNC_API_") || ours == "DATABASE_URL" {
            command.env_remove(name);
        }
    }
    command.args(arguments).current_dir(folder.path()).stdin(Stdio::null());
    command
}
