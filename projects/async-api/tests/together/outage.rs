//! PostgreSQL goes and comes back; clients go in the middle of their requests.

use crate::instance::Instance;
use crate::{shared, until, with_schema};
use common::postgres::Cluster;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// 503 while it is gone, answers when it is back, and nobody restarts us.
#[test]
fn a_database_that_restarts_is_an_outage_and_no_more() {
    if shared().is_none() {
        return;
    }
    with_schema(|schema| async move {
        let cluster = Cluster::start().unwrap(); // its own: the others' tests go on
        let mut instance = Instance::start(cluster.url(), &schema, 1);
        let (_, audit) = instance.audit("https://example.com/", None).await;
        let path = format!("/v1/audits/{}", audit["id"].as_str().unwrap());
        let mut seen = BTreeSet::new();
        for _ in 0..3 {
            cluster.stop();
            until(|| async { instance.get("/readyz").await.0 == 503 }).await;
            for _ in 0..10 {
                let (status, problem) = instance.get(&path).await;
                seen.insert(status);
                assert_eq!(problem["status"], 503, "{problem}");
            }
            assert_eq!(instance.get("/healthz").await.0, 200);
            assert_eq!(instance.audit("https://example.com/", None).await.0, 503);
            cluster.start_again();
            until(|| async { instance.get("/readyz").await.0 == 200 }).await;
            until(|| async { instance.get(&path).await.0 == 200 }).await;
        }
        assert_eq!(seen, BTreeSet::from([503]));
        assert!(instance.is_running());
        assert_eq!(instance.audit("https://example.com/", None).await.0, 202);
    });
}

/// Seven times 64 clients who hang up in mid-request: no connection of the pool is replaced.
#[test]
fn clients_that_hang_up_cost_no_connection() {
    let Some(cluster) = shared() else { return };
    with_schema(move |schema| async move {
        let instance = Instance::start(cluster.url(), &schema, 0);
        let (client, connection) = tokio_postgres::connect(cluster.url(), tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        let name = format!("async-api {schema}");
        let count = || async {
            let sql = "SELECT pid FROM pg_stat_activity WHERE application_name = $1";
            client.query(sql, &[&name]).await.unwrap().iter().map(|row| row.get::<_, i32>(0)).collect::<BTreeSet<_>>()
        };
        let request = format!("GET /v1/audits?limit=100 HTTP/1.1\r\nhost: {}\r\n\r\n", instance.address());
        let burst = async || {
            let mut streams = Vec::new();
            for _ in 0..64 {
                let mut stream = TcpStream::connect(instance.address()).await.unwrap();
                stream.write_all(request.as_bytes()).await.unwrap();
                streams.push(stream);
            }
            drop(streams);
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        // All of the pool's connections are there: one that is being made when its client goes is given up.
        let patient = (0..64).map(|_| instance.get("/v1/audits?limit=100"));
        assert!(futures::future::join_all(patient).await.iter().all(|(status, _)| *status == 200));
        let before = count().await;
        for _ in 0..7 {
            burst().await;
        }
        let after = count().await;
        assert!(before.is_subset(&after), "of {before:?} there are {after:?}");
        assert_eq!(instance.get("/readyz").await.0, 200);
    });
}
