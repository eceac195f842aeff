//! A PostgreSQL server for the tests: the one that `DATABASE_URL` names, or a throw-away one where the programs are.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::Scratch;
use lesson08_async_api::demos;
use lesson08_async_api::running::Running;
use lesson08_async_api::service::{App, Limits};
use lesson08_async_api::store::{Server, Store};

use crate::on_two_workers;
use crate::store::conforms;

/// A server that is gone when this is dropped.
struct Cluster {
    url: String,
    server: Option<Child>,
    _folder: Option<Scratch>,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

/// A program of PostgreSQL's: from the path, or from where Debian keeps it.
fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    folders.extend(versions.map(|version| version.path().join("bin")));
    folders.into_iter().map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// The command, as somebody who is not root: PostgreSQL refuses to run as root.
fn command(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, chown};
        use std::os::unix::process::CommandExt;
        const NOBODY: u32 = 65534;
        let owner = fs::metadata(folder).map_or(NOBODY + 1, |folder| folder.uid());
        if owner == NOBODY || owner == 0 && chown(folder, Some(NOBODY), None).is_ok() {
            command.uid(NOBODY);
        }
    }
    command
}

fn cluster() -> Option<Cluster> {
    if let Ok(url) = std::env::var("DATABASE_URL") {
        return Some(Cluster { url, server: None, _folder: None });
    }
    let (initdb, postgres) = (program("initdb")?, program("postgres")?);
    let folder = Scratch::new().ok()?;
    let data = folder.path().join("data");
    let mut make = command(&initdb, folder.path());
    let made =
        make.args(["--username=postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--pgdata"]).arg(&data);
    if !made.status().is_ok_and(|status| status.success()) {
        return None;
    }
    let port = TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port();
    let mut serve = command(&postgres, folder.path());
    serve.arg("-D").arg(&data).args(["-F", "-h", "127.0.0.1", "-k", "", "-p", &port.to_string()]);
    let server = Some(serve.spawn().ok()?);
    let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
    let cluster = Cluster { url, server, _folder: Some(folder) };
    let runtime = demos::two_workers().ok()?;
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(60) {
        let store = runtime.block_on(Server::open(&cluster.url, "is_it_up", true, 1));
        if let Ok(store) = store {
            runtime.block_on(Store::Server(store).close());
            return Some(cluster);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    None
}

/// Runs the test where there is a server, and says loudly where there is none.
fn with_a_server<F: Future<Output = ()> + 'static>(work: impl FnOnce(String) -> F + Send + 'static) {
    let Some(cluster) = cluster() else {
        assert!(std::env::var_os("REQUIRE_POSTGRES").is_none(), "REQUIRE_POSTGRES is set, and there is no PostgreSQL");
        // Past the test harness, which would keep it to itself.
        let skipped = "\nSKIPPED: no PostgreSQL here. Install it, or set DATABASE_URL, and this is tested too.\n";
        writeln!(std::io::stderr(), "{skipped}").expect("stderr is open");
        return;
    };
    let url = cluster.url.clone();
    on_two_workers(|| work(url));
    drop(cluster);
}

fn schema(name: &str) -> String {
    format!("lesson08_test_{}_{name}", std::process::id())
}

/// One test and one cluster: starting one takes seconds.
#[test]
fn postgresql_conforms_and_loses_no_connection() {
    with_a_server(|url| async move {
        let server = Server::open(&url, &schema("a"), true, 4).await.expect("it answers");
        conforms(&Store::Server(server)).await;

        let server = Server::open(&url, &schema("b"), true, 4).await.expect("it answers");
        let app = App::new(Store::Server(server.clone()), 64);
        let service = Running::service(app.clone(), Limits::default()).await.expect("a port");
        let before = server.pool().status().size;
        for _ in 0..3 {
            let mut clients = Vec::new();
            let begun = app.requests().0;
            for _ in 0..64 {
                let request = "GET /notes?limit=1 HTTP/1.1\r\nhost: here\r\n\r\n";
                clients.push(service.client.open(request).await.expect("it accepts"));
            }
            crate::until(|| app.requests().0 >= begun + 32).await; // in the middle of it
            drop(clients);
        }
        let mut connections = Vec::new();
        for _ in 0..4 {
            connections.push(server.pool().get().await.expect("all four can be had"));
        }
        assert!(server.pool().status().size == 4 && before >= 1);
        drop(connections);
        service.stop().await.expect("it ends");
        let refused = Server::open(&url, "no; schema", true, 1).await;
        assert!(refused.is_err_and(|error| error.to_string().contains("is no name for a schema")));
    });
}

#[test]
fn a_server_that_is_not_there_is_said() {
    on_two_workers(|| async {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
        let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
        let error = Server::open(&url, "lesson08", true, 1).await.expect_err("nobody listens there");
        assert!(error.to_string().starts_with("PostgreSQL: ") && error.may_pass(), "{error}");
    });
}
