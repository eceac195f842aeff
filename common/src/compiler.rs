//! Asks the student's own compiler, because "does not compile" is a claim too.
//!
//! On stable, rustdoc runs `compile_fail` examples without looking at the error code, so a typing mistake would pass
//! for the lesson. Here the code is read.

use std::env;
use std::io::Write;
use std::process::{Command, Stdio};

use anyhow::Context;
use serde_json::Value;

use crate::Scratch;

/// An error that the compiler reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// `E0499`, or empty for an error without a code.
    pub code: String,
    /// The first line of the message.
    pub message: String,
    /// The whole message, as a terminal shows it.
    pub rendered: String,
}

/// The student's compiler, `$RUSTC` or `rustc`, told which edition these lessons are written in.
pub fn rustc() -> Command {
    let mut command = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    command.arg("--edition=2024");
    command
}

/// Compiles a program that uses the standard library alone, and returns the compiler's errors: none if it compiles.
///
/// # Errors
/// If there is no `rustc` to ask, or it says something that is not a diagnostic.
pub fn refusals(source: &str) -> anyhow::Result<Vec<Refusal>> {
    let scratch = Scratch::new().context("no folder for the compiler's output")?;
    let mut child = rustc()
        .args(["--crate-name=asked", "--crate-type=bin", "--emit=metadata", "--error-format=json"])
        .arg("--out-dir")
        .arg(scratch.path())
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot run rustc")?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(source.as_bytes()).context("rustc does not read its input")?;
    }
    let output = child.wait_with_output().context("rustc did not end")?;
    let mut refusals = Vec::new();
    for line in String::from_utf8_lossy(&output.stderr).lines() {
        let diagnostic: Value = serde_json::from_str(line).with_context(|| format!("rustc said: {line}"))?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let message = text(&diagnostic["message"]);
        if diagnostic["level"] == "error" && !message.starts_with("aborting due to") {
            let rendered = text(&diagnostic["rendered"]);
            refusals.push(Refusal { code: text(&diagnostic["code"]["code"]), message, rendered });
        }
    }
    anyhow::ensure!(
        output.status.success() == refusals.is_empty(),
        "rustc ended with {} and {} errors",
        output.status,
        refusals.len()
    );
    Ok(refusals)
}

#[cfg(test)]
mod tests {
    use super::refusals;

    #[test]
    fn a_program_that_compiles_is_not_refused() {
        assert_eq!(refusals("fn main() {}").unwrap(), []);
    }

    #[test]
    fn the_code_is_the_compilers() {
        let refused = refusals("fn main() { let s = String::new(); drop(s); drop(s); }").unwrap();
        assert_eq!(refused.iter().map(|refusal| refusal.code.as_str()).collect::<Vec<_>>(), ["E0382"]);
        let no_code = refusals("fn main() { let }").unwrap();
        assert_eq!(no_code[0].code, "");
    }
}
