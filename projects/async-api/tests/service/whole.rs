//! The whole service in this process: what it needs to start, and what it does about keys.

use super::support::{Client, test};
use async_api::config::{Database, Settings};
use async_api::keys;
use async_api::model::KeyLimits;
use async_api::service::{ENVIRONMENT, Ended, Service, open, run};
use common::Scratch;
use std::future::{pending, ready};
use tokio::io::BufReader;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

fn settings(folder: &Scratch) -> Settings {
    let mut settings = Settings {
        database: Database::File(folder.path().join("audits.db")),
        data: folder.path().join("data"),
        ..Settings::default()
    };
    settings.jobs.workers = 1;
    settings
}

async fn listener(address: &str) -> TcpListener {
    TcpListener::bind(address).await.unwrap()
}

/// Starts it, and stops it at once.
async fn once(settings: Settings) -> anyhow::Result<Ended> {
    run(listener("127.0.0.1:0").await, settings, ready(())).await
}

#[test]
fn it_starts_answers_and_ends() {
    test(async {
        let folder = Scratch::new().unwrap();
        let service = Service::start(listener("127.0.0.1:0").await, settings(&folder)).await.unwrap();
        let address = service.address();
        let stop = CancellationToken::new();
        let running = tokio::spawn(service.run(stop.clone().cancelled_owned()));
        let mut client = Client(BufReader::new(TcpStream::connect(address).await.unwrap()));
        for path in ["/healthz", "/readyz", "/metrics", "/openapi.json", "/", "/v1/audits"] {
            assert_eq!(client.ask(path).await.status, 200, "{path}");
        }
        let metrics = client.ask("/metrics").await.body;
        for part in [
            "async_api_open_connections 1\n",
            "route=\"/healthz\",status=\"200\"",
            "async_api_audits{state=\"done\"} 0",
        ] {
            assert!(metrics.contains(part), "{part} in {metrics}");
        }
        assert_eq!(client.ask("/nothing").await.status, 404);
        stop.cancel();
        assert_eq!(running.await.unwrap(), Ended { cut: 0 });
        once(settings(&folder)).await.unwrap(); // the store was closed
    });
}

#[test]
fn where_others_can_connect_it_needs_a_key() {
    test(async {
        let folder = Scratch::new().unwrap();
        // Settings made by hand, past all checks: the address counts.
        let refused = run(listener("0.0.0.0:0").await, settings(&folder), pending()).await.unwrap_err();
        assert!(refused.to_string().contains("others can connect"), "{refused}");

        let asking = Settings { keys: true, ..settings(&folder) };
        let refused = run(listener("0.0.0.0:0").await, asking.clone(), pending()).await.unwrap_err();
        assert!(refused.to_string().contains("`async-api keys create NAME`"), "{refused}");

        let store = open(&asking.database).await.unwrap();
        let key = store.create_key("anna", [1; 32], KeyLimits::default()).await.unwrap();
        run(listener("0.0.0.0:0").await, asking.clone(), ready(())).await.unwrap();
        store.revoke_key(key.id).await.unwrap();
        store.close().await;
        run(listener("0.0.0.0:0").await, asking, pending()).await.unwrap_err();
    });
}

#[test]
fn the_key_in_the_settings_holds_and_the_former_one_no_longer() {
    test(async {
        let folder = Scratch::new().unwrap();
        let (one, two) = (keys::generate().unwrap(), keys::generate().unwrap());
        let with = |key: &str| Settings { keys: true, key: Some(keys::hash(key)), ..settings(&folder) };
        for key in [&one, &one, &two] {
            once(with(key)).await.unwrap();
        }
        let store = open(&with(&one).database).await.unwrap();
        let kept = store.keys().await.unwrap();
        assert!(kept.iter().all(|key| key.name == ENVIRONMENT) && kept.len() == 2, "{kept:?}");
        assert!(store.key(keys::hash(&one)).await.unwrap().is_none());
        assert!(store.key(keys::hash(&two)).await.unwrap().is_some());
        store.close().await;
        let refused = once(with(&one)).await.unwrap_err();
        assert!(format!("{refused:#}").contains("was taken back at"), "{refused:#}");
    });
}

#[test]
fn what_is_missing_at_the_start_is_said() {
    test(async {
        let folder = Scratch::new().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("file"), "this is text, and no database at all; ".repeat(200)).unwrap();
        let at = |database| Settings { database, ..settings(&folder) };
        let server = || Database::Postgres {
            url: "postgres://anna:hunter2@127.0.0.1:1/audits".to_owned(),
            schema: "async_api".to_owned(),
            connections: 2,
        };
        let no_folder = Settings { data: path("file").join("data"), ..settings(&folder) };
        for (settings, parts) in [
            (at(Database::File(path("file"))), ["file", "restore a backup"]),
            (at(Database::File(path("none").join("audits.db"))), ["audits.db", "no such folder"]),
            (at(server()), ["postgres://anna:...@127.0.0.1:1/audits", "does the server run"]),
            (no_folder, ["cannot write to", "the folder for crawls"]),
        ] {
            let error = format!("{:#}", once(settings).await.unwrap_err());
            for part in parts {
                assert!(error.contains(part), "{part} in {error}");
            }
            assert!(!error.contains("hunter2"), "{error}");
        }
    });
}
