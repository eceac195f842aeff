//! The command `docs`: a real site to crawl, on this machine.

use super::Exit;
use super::args::{DocsArguments, RegionArgument};
use super::{crawl, report};
use anyhow::{Context, Result};
use common::site::{Graph, RunningSite, Site, rust_docs};
use url::Url;

/// Lines of each report.
const SHOWN: usize = 10;

pub(super) fn command(mut arguments: DocsArguments) -> Result<Exit> {
    let (site, start) = serve(&arguments)?;
    let options = &mut arguments.options;
    options.region.get_or_insert(RegionArgument::Prefix);
    // A host of one's own.
    options.per_host.get_or_insert(options.concurrency);
    let seed = Url::parse(&site.url(&start)).context("the site has no URL")?;
    crawl::run(options, vec![seed], Vec::new(), |reader, took| report::overview(reader, took, SHOWN))
}

fn serve(arguments: &DocsArguments) -> Result<(RunningSite, String)> {
    let (site, start) = match rust_docs() {
        Some(folder) => {
            let start =
                if arguments.all { "/index.html".to_owned() } else { format!("/{}/index.html", arguments.part) };
            eprintln!("serving {}", folder.display());
            (Site::folder(&folder).with_context(|| format!("cannot serve {}", folder.display()))?, start)
        }
        None => {
            eprintln!("there is no documentation here (rustup component add rust-docs), so a made-up site is crawled");
            (Site::graph(Graph::default()), "/".to_owned())
        }
    };
    Ok((site.start().context("cannot serve the site")?, start))
}
