//! The command line, as people and scripts use it.

#[path = "service/program.rs"]
mod program;

use common::Scratch;
use program::program;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const KEY: &str = "aak_fN3x7Qp2LkWz0Vb9TyR4mSd8HgJ1cXaE";

/// Runs it to its end: the exit status, the standard output, the standard error.
fn run(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

fn within(work: impl FnOnce(&Scratch) + Send + 'static) {
    common::within(MINUTE, || work(&Scratch::new().unwrap()));
}

#[test]
fn help_has_examples_and_every_command() {
    within(|folder| {
        let (status, out, _) = run(&mut program(folder, &["--help"]));
        assert_eq!(status, 0);
        for part in ["serve", "check", "keys", "openapi", "Examples:", "--config", "Exit status:"] {
            assert!(out.contains(part), "{part} in {out}");
        }
        let (status, out, _) = run(&mut program(folder, &["--version"]));
        assert_eq!((status, out.starts_with("async-api ")), (0, true));
    });
}

#[test]
fn what_is_wrong_is_said_on_the_standard_error_with_status_2() {
    within(|folder| {
        for (arguments, part) in [
            (&["sevre"][..], "serve"),
            (&["keys", "create"], "<NAME>"),
            (&["keys", "create", "environment"], "is the name of the key in the settings"),
            (&["keys", "create", "two\nlines"], "on one line"),
            (&["keys", "create", "anna", "--burst", "0"], "--burst"),
            (&["keys", "revoke", "anna"], "'anna'"),
            (&["--set", "x"], "must be NAME=VALUE"),
            (&["check", "--listen", "localhost", "--set", "requests.drian=1s"], "did you mean requests.drain?"),
            (&["check", "--set", &format!("key={KEY}")], "ASYNC_API_KEY"),
            (&["check", "--listen", "0.0.0.0:1", "--set", "keys=false"], "--set keys: false is for this machine alone"),
            (&["check", "--config", "no.toml"], "no.toml: cannot be read"),
        ] {
            let (status, out, error) = run(&mut program(folder, arguments));
            assert_eq!((status, out.as_str()), (2, ""), "{arguments:?}: {error}");
            assert!(error.starts_with("error: ") && error.contains(part), "{arguments:?}: {error}");
            assert!(!error.contains(KEY), "{error}");
        }
        let (status, _, help) = run(&mut program(folder, &["keys"]));
        assert_eq!((status, help.contains("revoke")), (2, true), "which of them is asked for: {help}");
        assert!(!folder.path().join("async-api.db").exists());
    });
}

#[test]
fn what_fails_is_said_with_its_cause_and_status_1() {
    within(|folder| {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap().to_string();
        std::fs::write(folder.path().join("damaged"), "no database ".repeat(1000)).unwrap();
        for (arguments, parts) in [
            (&["--listen", &address, "--log", "error"][..], ["cannot listen on", &address]),
            (&["check", "--database", "damaged"], ["cannot open the database damaged", "restore a backup"]),
            (&["--listen", "0.0.0.0:0", "--log", "error"], ["need an API key", "async-api keys create NAME"]),
            (&["check", "--listen", "0.0.0.0:0"], ["need an API key", "async-api keys create NAME"]),
            (&["keys", "revoke", "01a2054b-bfc8-77af-8d13-111419580b21"], ["there is no key", "01a2054b"]),
        ] {
            let (status, _, error) = run(&mut program(folder, arguments));
            assert_eq!(status, 1, "{arguments:?}: {error}");
            assert!(error.starts_with("error: "), "{error}");
            assert!(parts.iter().all(|part| error.contains(part)), "{parts:?} in {error}");
        }
    });
}

#[test]
fn check_says_what_holds_and_where_it_comes_from() {
    within(|folder| {
        std::fs::write(folder.path().join("a.toml"), "retention = \"30d\"\n[jobs]\nworkers = 7\n").unwrap();
        let arguments = ["check", "--config", "a.toml", "--set", "requests.body=1MiB"];
        let mut command = program(folder, &arguments);
        let (status, out, error) = run(command.env("ASYNC_API_KEY", KEY).env("ASYNC_API_JOBS_WORKERS", "8"));
        assert_eq!(status, 0, "{error}");
        for line in [
            "retention = \"30d\"  # a.toml: retention",
            "workers = 8  # ASYNC_API_JOBS_WORKERS",
            "body = \"1MiB\"  # --set requests.body",
            "# key: set, ASYNC_API_KEY",
            "keys = true  # default",
        ] {
            assert!(out.lines().any(|found| found == line), "{line} in {out}");
        }
        assert!(!format!("{out}{error}").contains(KEY));

        let by_variable = run(program(folder, &["check"]).env("ASYNC_API_CONFIG", "a.toml"));
        assert!(by_variable.1.contains("workers = 7  # a.toml: jobs.workers"));
        assert_eq!(run(program(folder, &["check"]).env("ASYNC_API_CONFIG", "")).0, 0);
    });
}

#[test]
fn keys_are_made_shown_once_and_taken_back() {
    within(|folder| {
        let limits = ["--requests-per-minute", "5", "--burst", "6", "--audits-per-day", "7"];
        let (status, key, note) = run(program(folder, &["keys", "create", "anna b."]).args(limits));
        let key = key.trim_end();
        assert_eq!(status, 0, "{note}");
        assert!(async_api::keys::is_generated(key) && note.contains("shown this once"), "{key} {note}");
        let (_, listed, _) = run(&mut program(folder, &["keys", "list"]));
        assert!(!listed.contains(key));
        let row: Vec<&str> = listed.lines().nth(1).unwrap().split_whitespace().collect();
        assert_eq!(row[1..4], ["5", "6", "7"]);
        assert_eq!(row[5..], ["-", "anna", "b."]);
        let id = row[0];
        assert_eq!(run(&mut program(folder, &["check", "--listen", "0.0.0.0:0"])).0, 0, "there is a key");
        assert_eq!(run(&mut program(folder, &["keys", "revoke", id])).0, 0);
        assert_eq!(run(&mut program(folder, &["keys", "revoke", id])).0, 1, "it was taken back before");
        assert_eq!(run(&mut program(folder, &["check", "--listen", "0.0.0.0:0"])).0, 1, "there is none that holds");
    });
}

#[test]
fn the_description_of_the_api_needs_no_settings() {
    within(|folder| {
        let (status, out, _) = run(program(folder, &["openapi"]).env("ASYNC_API_LISTEN", "nonsense"));
        let document: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!((status, document["openapi"].as_str().unwrap().starts_with("3.1")), (0, true));
    });
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    within(|folder| {
        for arguments in [&["openapi"][..], &["check"], &["keys", "list"], &["--help"]] {
            let mut command = program(folder, arguments);
            let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            drop(child.stdout.take()); // before it has said anything, or while it does
            let output = child.wait_with_output().unwrap();
            let error = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success() && !error.contains("error"), "{arguments:?}: {error}");
        }
    });
}
