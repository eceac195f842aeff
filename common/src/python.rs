//! Runs a lesson's Python script beside the Rust: for its demos through [`Lab::python`](crate::Lab::python), for its benches
//! by [`run`].

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::blocks::Table;
use crate::format;

/// A row of a table beside Python: what is compared, ours, the name of the script's figure, and the unit of both as a
/// [`Figure`](crate::Figure) has it; `?` is the unit of what is yes or no.
pub type Beside<'a> = (&'a str, f64, &'a str, &'a str);

/// What a Python script measured.
#[derive(Debug, Clone, PartialEq)]
pub struct PythonRun {
    /// The interpreter's version: `3.11.7`.
    pub version: String,
    /// Whether it ran with a global interpreter lock.
    pub gil: bool,
    /// Its figures by name; times in seconds, sizes in bytes.
    pub figures: BTreeMap<String, f64>,
}

impl PythonRun {
    /// A figure by name; not a number where the script did not report it.
    pub fn figure(&self, name: &str) -> f64 {
        self.figures.get(name).copied().unwrap_or(f64::NAN)
    }

    /// The interpreter's name, as a table's head has it: `CPython 3.13.0 (no GIL)`.
    pub fn name(&self) -> String {
        let gil = if self.gil { "" } else { " (no GIL)" };
        format!("CPython {}{gil}", self.version)
    }
}

/// Ours and Python's, side by side.
pub(crate) fn table<'a>(python: &PythonRun, rows: impl IntoIterator<Item = Beside<'a>>) -> Table {
    let mut table = Table::new("Beside Python", &["", "Rust", &python.name()]);
    for (what, ours, figure, unit) in rows {
        let [ours, theirs] = [ours, python.figure(figure)].map(|value| match unit {
            "?" if value.is_finite() => ["no", "yes"][usize::from(value != 0.0)].to_owned(),
            unit => format::quantity(value, unit),
        });
        table.row(&[&what, &ours, &theirs]);
    }
    table
}

/// Runs a script with `--json` and reads the object it prints: `{"python": .., "gil": .., "figures": {..}}`.
///
/// # Errors
/// A sentence for the student: no Python here, it failed, it took too long.
pub fn run(script: &Path, arguments: &[impl AsRef<OsStr>], limit: Duration) -> Result<PythonRun, String> {
    let mut child = start(script, arguments)?;
    let mut stdout = child.stdout.take();
    let mut stderr = child.stderr.take();
    // Both pipes are read while the script runs: a full pipe would stop it.
    let errors = thread::spawn(move || read_all(&mut stderr));
    let output = thread::spawn(move || read_all(&mut stdout));
    let status = wait(&mut child, limit).map_err(|error| format!("python did not end: {error}"))?;
    let (output, errors) = (output.join().unwrap_or_default(), errors.join().unwrap_or_default());
    let name = script.file_name().unwrap_or_default().to_string_lossy();
    match status {
        None => Err(format!("{name} was stopped after {limit:?}")),
        Some(status) if !status.success() => {
            // Python says why it failed; one that was killed does not.
            let reason = errors.lines().last().map_or_else(|| status.to_string(), str::to_owned);
            Err(format!("{name} failed: {reason}"))
        }
        Some(_) => parse(&output).ok_or_else(|| format!("{name} printed no figures")),
    }
}

/// `$PYTHON`, or the first that is found of the usual names.
fn start(script: &Path, arguments: &[impl AsRef<OsStr>]) -> Result<Child, String> {
    let named = env::var_os("PYTHON");
    let candidates: Vec<OsString> = match &named {
        Some(python) => vec![python.clone()],
        None => vec!["python3".into(), "python".into()],
    };
    for python in candidates {
        let mut command = Command::new(python);
        command.arg(script).arg("--json").args(arguments);
        command.env("PYTHONDONTWRITEBYTECODE", "1"); // scripts import each other, and the folder is the student's
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        match command.spawn() {
            Ok(child) => return Ok(child),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(format!("cannot run python: {error}")),
        }
    }
    Err(match named {
        Some(python) => format!("there is no {} here ($PYTHON): only the Rust side is shown", python.to_string_lossy()),
        None => "there is no python3 here: only the Rust side is shown".to_owned(),
    })
}

fn read_all(pipe: &mut Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        // What came before an error is still worth showing.
        let _ = pipe.read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Waits for the child, and kills it when the limit is over.
fn wait(child: &mut Child, limit: Duration) -> io::Result<Option<std::process::ExitStatus>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() >= limit {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(5));
    }
}

fn parse(output: &str) -> Option<PythonRun> {
    let value: Value = serde_json::from_str(output.lines().last()?).ok()?;
    let figures = value["figures"].as_object()?;
    Some(PythonRun {
        version: value["python"].as_str()?.to_owned(),
        gil: value["gil"].as_bool().unwrap_or(true),
        figures: figures.iter().filter_map(|(name, value)| Some((name.clone(), value.as_f64()?))).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_has_the_figures() {
        let run =
            parse("warning\n{\"python\": \"3.11.7\", \"gil\": true, \"figures\": {\"lost\": 3, \"odd\": null}}\n");
        let run = run.unwrap();
        assert_eq!((run.name().as_str(), run.figure("lost")), ("CPython 3.11.7", 3.0));
        assert!(run.figure("odd").is_nan());
        assert_eq!(parse("nothing of the kind"), None);
    }

    #[test]
    fn both_stand_in_one_row_and_in_one_unit() {
        let figures = [("sends", 3.0), ("inherited", 1.0)].map(|(name, value)| (name.to_owned(), value));
        let python = PythonRun { version: "3.14.0".to_owned(), gil: false, figures: figures.into() };
        let table =
            table(&python, [("sends", 2.0, "sends", ""), ("inherits", 0.0, "inherited", "?"), ("x", 1.0, "?", "s")]);
        assert_eq!(table.columns, ["", "Rust", "CPython 3.14.0 (no GIL)"]);
        assert_eq!(table.rows, [["sends", "2", "3"], ["inherits", "no", "yes"], ["x", "1 s", "-"]]);
    }
}
