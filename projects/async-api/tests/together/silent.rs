//! A PostgreSQL that takes what it is told, and says nothing: worse than one that is gone.

use crate::instance::Instance;
use crate::{shared, until, with_schema};
use common::postgres::Cluster;
use std::io;
use std::net::SocketAddr;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UnixStream};
use tokio::sync::watch;

/// Stands before PostgreSQL, and lets nothing through while it is silent.
struct Door {
    address: SocketAddr,
    silent: watch::Sender<bool>,
}

impl Door {
    async fn before(cluster: &Cluster) -> Door {
        let folder = cluster.url().split(['@', '/']).nth(3).unwrap().replace("%2F", "/");
        let socket = format!("{folder}/.s.PGSQL.5432");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, silent) = (listener.local_addr().unwrap(), watch::Sender::new(false));
        let listened = silent.clone();
        tokio::spawn(async move {
            loop {
                let (here, _) = listener.accept().await.unwrap();
                let there = UnixStream::connect(&socket).await.unwrap();
                let ((from_here, to_here), (from_there, to_there)) = (here.into_split(), there.into_split());
                tokio::spawn(pass(from_here, to_there, listened.subscribe()));
                tokio::spawn(pass(from_there, to_here, listened.subscribe()));
            }
        });
        Door { address, silent }
    }

    fn url(&self) -> String {
        format!("postgres://tests@{}/postgres", self.address)
    }
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut silent: watch::Receiver<bool>,
) -> io::Result<()> {
    let mut bytes = vec![0; 8192];
    loop {
        let some = from.read(&mut bytes).await?;
        silent.wait_for(|silent| !silent).await.map_err(io::Error::other)?;
        if some == 0 {
            return to.shutdown().await;
        }
        to.write_all(&bytes[..some]).await?;
    }
}

/// 503 within the deadline, for as long as it is silent; answers when it speaks again, and nobody restarts us.
#[test]
fn a_database_that_says_nothing_is_waited_for_until_the_deadline() {
    let Some(cluster) = shared() else { return };
    with_schema(move |schema| async move {
        let door = Door::before(cluster).await;
        let settings = [("ASYNC_API_REQUESTS_DEADLINE", "1s"), ("ASYNC_API_POSTGRES_CONNECTIONS", "2")];
        let instance = Instance::start_with(&door.url(), &schema, 1, &settings);
        let (_, audit) = instance.audit("https://example.com/", None).await;
        let path = format!("/v1/audits/{}", audit["id"].as_str().unwrap());
        assert_eq!(instance.get(&path).await.0, 200);

        door.silent.send_replace(true);
        // More than there are connections: those who have none wait no longer than those who have.
        let asked = (0..6).map(|_| instance.get(&path));
        for (status, problem) in futures::future::join_all(asked).await {
            assert_eq!((status, &problem["type"]), (503, &"/problems/deadline".into()), "{problem}");
        }
        assert_eq!(instance.audit("https://example.com/", None).await.0, 503);
        assert_eq!(instance.get("/readyz").await.0, 503);
        assert_eq!(instance.get("/healthz").await.0, 200);

        door.silent.send_replace(false);
        until(|| async { instance.get(&path).await.0 == 200 }).await;
        assert_eq!(instance.audit("https://example.com/", None).await.0, 202);
        assert!(instance.stop());
    });
}

/// Nor does it wait for ever to start.
#[test]
fn where_nothing_is_said_it_does_not_start() {
    let Some(cluster) = shared() else { return };
    with_schema(move |schema| async move {
        let door = Door::before(cluster).await;
        door.silent.send_replace(true);
        let opened = async_api::store::Store::postgres(&door.url(), &schema, 2).await;
        let unavailable = matches!(opened, Err(async_api::store::StoreError::Unavailable(_)));
        assert!(unavailable, "{opened:?}");
    });
}
