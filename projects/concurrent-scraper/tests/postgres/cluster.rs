//! A PostgreSQL of the tests' own, started by the first one that needs it.

use std::io::{BufRead, BufReader, Write, stderr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs};

/// Runs the server until the standard input ends, which it does when the tests are gone, however they went.
const SCRIPT: &str = r#"
DIR=$(mktemp -d) && cd "$DIR" || exit 1
"$BIN/initdb" -D data -A trust -U scraper -E UTF8 --locale=C --no-sync >log 2>&1 || { cat log; exit 1; }
"$BIN/pg_ctl" -D data -l log -w -o "-k '$DIR' -h '' -c fsync=off -c full_page_writes=off -c max_connections=200" start \
    >>log 2>&1 || { cat log; exit 1; }
echo "ready in $DIR"
cat >/dev/null
"$BIN/pg_ctl" -D data -m immediate stop >>log 2>&1
cd / && rm -rf "$DIR"
"#;

/// Where a crawl can be kept, one that nobody else has. None: there is no PostgreSQL here, which has been said.
pub fn place() -> Option<String> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let Some(cluster) = CLUSTER.get_or_init(start) else {
        assert!(env::var_os("REQUIRE_POSTGRES").is_none(), "REQUIRE_POSTGRES is set, and there is no PostgreSQL here");
        // Not by `eprintln!`, which nobody sees of a test that passes.
        let _ = writeln!(stderr(), "\n*** NOT TESTED: no PostgreSQL here (initdb in PATH or /usr/lib/postgresql) ***");
        return None;
    };
    Some(format!("{}#crawl_{}", cluster.url, NUMBER.fetch_add(1, Ordering::Relaxed)))
}

struct Cluster {
    url: String,
    /// Holds the standard input open.
    _watch: Child,
}

fn start() -> Option<Cluster> {
    let programs = programs()?;
    let mut command = shell();
    command.env("BIN", &programs).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut watch = command.spawn().expect("a shell");
    let mut said = String::new();
    let mut out = BufReader::new(watch.stdout.take().unwrap());
    let folder = loop {
        let mut line = String::new();
        assert!(out.read_line(&mut line).unwrap() > 0, "PostgreSQL does not start: {said}");
        if let Some(folder) = line.trim_end().strip_prefix("ready in ") {
            break folder.replace('/', "%2F");
        }
        said += &line;
    };
    Some(Cluster { url: format!("postgres://scraper@{folder}/postgres"), _watch: watch })
}

/// A shell for the script. PostgreSQL refuses to run as root.
fn shell() -> Command {
    let id = Command::new("id").arg("-u").output().expect("id");
    if id.stdout != b"0\n" {
        let mut command = Command::new("sh");
        command.args(["-c", SCRIPT]);
        return command;
    }
    let is_there = |user: &&str| Command::new("id").arg(user).output().is_ok_and(|id| id.status.success());
    let user = ["postgres", "nobody"].into_iter().find(is_there).expect("a user besides root");
    let mut command = Command::new("su");
    command.args(["-s", "/bin/sh", "-c", SCRIPT, user]);
    command
}

/// The folder of its programs: that in the path, or the newest one where Debian puts them.
fn programs() -> Option<PathBuf> {
    let has_it = |folder: &PathBuf| folder.join("initdb").is_file() && folder.join("pg_ctl").is_file();
    let path = env::var_os("PATH").unwrap_or_default();
    let version = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|folders| folders.filter_map(|folder| Some(folder.ok()?.path())).collect())
        .unwrap_or_default();
    versions.sort_by_key(|path| std::cmp::Reverse(version(path)));
    env::split_paths(&path).chain(versions.into_iter().map(|folder| folder.join("bin"))).find(has_it)
}
