//! Compiles a small program twice, as you debug it and as you ship it, and runs both.
//!
//! What an optimiser does to a race can only be seen by optimising. This crate is built one way at a time, so the two
//! programs that show it are built while the demo runs, by the compiler that built the demo.

use std::env;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};
use common::Scratch;
use common::compiler::rustc;

/// What a program printed, by the way it was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// Built as `cargo run` does.
    pub debug: String,
    /// Built as `cargo run --release` does.
    pub optimised: String,
}

/// Builds and runs a program that uses the standard library alone.
///
/// # Errors
/// If there is no `rustc`, it refuses the program, or the program fails.
pub fn both(source: &str) -> anyhow::Result<Printed> {
    let scratch = Scratch::new().context("no folder for the compiler's output")?;
    let file = scratch.path().join("program.rs");
    std::fs::write(&file, source).context("cannot write the program down")?;
    Ok(Printed { debug: build_and_run(&file, "0")?, optimised: build_and_run(&file, "3")? })
}

fn build_and_run(file: &Path, level: &str) -> anyhow::Result<String> {
    let program = file.with_extension(format!("{level}{}", env::consts::EXE_SUFFIX));
    let mut build = rustc();
    build.arg(format!("-Copt-level={level}")).arg("-o").arg(&program).arg(file);
    let built = build.output().context("cannot run rustc")?;
    ensure!(built.status.success(), "rustc refused it: {}", String::from_utf8_lossy(&built.stderr));
    let ran = Command::new(&program).output().context("cannot run what rustc built")?;
    ensure!(ran.status.success(), "the program ended with {}", ran.status);
    Ok(String::from_utf8_lossy(&ran.stdout).trim().to_owned())
}

/// The instructions that a library's functions are compiled to, optimised, without the directives around them.
///
/// # Errors
/// If there is no `rustc`, or it refuses the library.
pub fn assembly(source: &str) -> anyhow::Result<String> {
    let scratch = Scratch::new().context("no folder for the compiler's output")?;
    let (file, listing) = (scratch.path().join("library.rs"), scratch.path().join("library.s"));
    std::fs::write(&file, source).context("cannot write the library down")?;
    let mut build = rustc();
    build.args(["--crate-type=lib", "-Copt-level=3", "--emit=asm", "-o"]).arg(&listing).arg(&file);
    let built = build.output().context("cannot run rustc")?;
    ensure!(built.status.success(), "rustc refused it: {}", String::from_utf8_lossy(&built.stderr));
    let listing = std::fs::read_to_string(&listing).context("rustc wrote no assembly")?;
    let is_directive = |line: &str| line.trim_start().starts_with(['.', '#']) || line.trim().is_empty();
    let instructions = listing.lines().filter(|line| !is_directive(line)).map(|line| line.replace('\t', "  "));
    Ok(instructions.collect::<Vec<_>>().join("\n"))
}
