//! `demo`: the service beside a real site to audit, all on this machine.

use super::serve;
use anyhow::Context;
use async_api::config::{Database, Loaded};
use async_api::model::{AuditId, AuditOptions, Owner, Timestamp};
use async_api::store::{NewAudit, Store};
use common::Scratch;
use common::site::{Graph, RunningSite, Site, rust_docs};

/// Serves with a database that is gone afterwards, and audits the documentation that came with the compiler.
pub(super) async fn demo(mut loaded: Loaded) -> anyhow::Result<()> {
    let scratch = Scratch::new().context("cannot make a folder for the database")?;
    let (site, start) = site()?;
    let settings = &mut loaded.settings;
    settings.database = Database::File(scratch.path().join("demo.db"));
    settings.data = scratch.path().to_owned();
    // This machine is a private address, like any other: what is allowed here is for the demo alone.
    settings.audits.allow.push("127.0.0.0/8".parse()?);
    let url = site.url(&start);
    let store = Store::embedded(&scratch.path().join("demo.db"), 1).await?;
    store.create_audit(first(url.clone()), None, None).await?;
    store.close().await;
    eprintln!("auditing {url}; open the service's address in a browser, Ctrl-C ends it");
    serve::serve(loaded).await
}

fn site() -> anyhow::Result<(RunningSite, String)> {
    let (site, start) = match rust_docs() {
        Some(folder) => {
            let site = Site::folder(&folder).with_context(|| format!("cannot serve {}", folder.display()))?;
            (site, "/std/index.html")
        }
        None => {
            eprintln!("there is no documentation here (rustup component add rust-docs), so a made-up site is audited");
            (Site::graph(Graph::default()), "/")
        }
    };
    Ok((site.start().context("cannot serve the site")?, start.to_owned()))
}

fn first(url: String) -> NewAudit {
    NewAudit {
        id: AuditId::new(),
        owner: Owner::local(),
        url,
        options: AuditOptions { max_pages: 1000, max_depth: None, concurrency: 8, delay_ms: 0, slow_ms: 200 },
        created_at: Timestamp::now(),
        schedule: None,
    }
}
