//! A PostgreSQL server for tests: a throw-away one, where its programs are.

use std::io::{BufRead, BufReader, Write, stderr};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::{env, fs};

/// Starts and stops the server as it is told. When its standard input ends, which it does when the tests are gone, however
/// they went, everything is stopped and deleted.
const SCRIPT: &str = r#"
DIR=$(mktemp -d) && cd "$DIR" || exit 1
"$BIN/initdb" -D data -A trust -U tests -E UTF8 --locale=C --no-sync >log 2>&1 || { cat log; exit 1; }
start() {
    "$BIN/pg_ctl" -D data -l log -w -o "-k '$DIR' -h '' -c fsync=off -c full_page_writes=off -c max_connections=200" \
        start >>log 2>&1 || { cat log; exit 1; }
}
start
echo "ready in $DIR"
while read -r word; do
    case $word in
        stop) "$BIN/pg_ctl" -D data -m immediate stop >>log 2>&1 ;;
        start) start ;;
    esac
    echo done
done
"$BIN/pg_ctl" -D data -m immediate stop >>log 2>&1
cd / && rm -rf "$DIR"
"#;

/// A server of one's own.
#[derive(Debug)]
pub struct Cluster {
    url: String,
    script: Mutex<(Child, BufReader<ChildStdout>)>,
}

impl Cluster {
    /// Starts one, also for root; none where the programs are not there.
    ///
    /// # Panics
    /// If they are there and it does not start.
    pub fn start() -> Option<Cluster> {
        let mut command = shell()?;
        command.env("BIN", programs()?).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut script = command.spawn().expect("a shell");
        let mut out = BufReader::new(script.stdout.take().expect("it is piped"));
        let mut said = String::new();
        let folder = loop {
            let mut line = String::new();
            assert!(out.read_line(&mut line).expect("a text") > 0, "PostgreSQL does not start: {said}");
            if let Some(folder) = line.trim_end().strip_prefix("ready in ") {
                break folder.replace('/', "%2F");
            }
            said += &line;
        };
        Some(Cluster { url: format!("postgres://tests@{folder}/postgres"), script: Mutex::new((script, out)) })
    }

    /// The one that the tests of this process share, started by the first that asks. None where there is no PostgreSQL,
    /// which is said loudly, and is a failure where the environment says `REQUIRE_POSTGRES`.
    ///
    /// # Panics
    /// If there is none, and one is required.
    pub fn shared() -> Option<&'static Cluster> {
        static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
        let cluster = CLUSTER.get_or_init(Cluster::start).as_ref();
        if cluster.is_none() {
            say_that_there_is_none();
        }
        cluster
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Ends it at once, as a crash would.
    pub fn stop(&self) {
        self.tell("stop");
    }

    /// Starts it again.
    pub fn start_again(&self) {
        self.tell("start");
    }

    fn tell(&self, word: &str) {
        let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        let (child, out) = &mut *script;
        let input = child.stdin.as_mut().expect("it is piped");
        writeln!(input, "{word}").and_then(|()| input.flush()).expect("the script listens");
        let mut line = String::new();
        out.read_line(&mut line).expect("the script answers");
        assert_eq!(line, "done\n", "PostgreSQL does not {word}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let (child, _) = self.script.get_mut().unwrap_or_else(PoisonError::into_inner);
        drop(child.stdin.take());
        drop(child.wait());
    }
}

/// Says it past the test harness, which keeps to itself what a test that passes prints.
fn say_that_there_is_none() {
    assert!(env::var_os("REQUIRE_POSTGRES").is_none(), "REQUIRE_POSTGRES is set, and there is no PostgreSQL here");
    drop(writeln!(stderr(), "\n*** NOT TESTED: no PostgreSQL here (initdb in PATH or /usr/lib/postgresql) ***"));
}

/// A shell for the script; none where the system has none. PostgreSQL refuses to run as root.
fn shell() -> Option<Command> {
    let id = Command::new("id").arg("-u").output().ok()?;
    if id.stdout != b"0\n" {
        let mut command = Command::new("sh");
        command.args(["-c", SCRIPT]);
        return Some(command);
    }
    let is_there = |user: &&str| Command::new("id").arg(user).output().is_ok_and(|id| id.status.success());
    let user = ["postgres", "nobody"].into_iter().find(is_there)?;
    let mut command = Command::new("su");
    command.args(["-s", "/bin/sh", "-c", SCRIPT, user]);
    Some(command)
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
