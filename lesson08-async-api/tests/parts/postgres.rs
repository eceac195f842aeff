//! The store in PostgreSQL: on the server that `DATABASE_URL` names, or a throw-away one where the programs are.

use std::net::TcpListener;

use common::postgres::Cluster;
use lesson08_async_api::running::Running;
use lesson08_async_api::service::{App, Limits};
use lesson08_async_api::store::{Server, Store};

use crate::on_two_workers;
use crate::store::conforms;

/// Runs the test on the server that `DATABASE_URL` names, or on a throw-away one.
fn with_a_server<F: Future<Output = ()> + 'static>(work: impl FnOnce(String) -> F + Send + 'static) {
    let url = match std::env::var("DATABASE_URL") {
        Ok(url) => url,
        Err(_) => match Cluster::shared() {
            Some(cluster) => cluster.url().to_owned(),
            None => return,
        },
    };
    on_two_workers(|| work(url));
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
