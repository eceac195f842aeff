//! What the crawler is measured against, in Rust: no store, no politeness, no retries.
//!
//! - `bare floor LIST CONCURRENCY`: GETs every address in the file, and parses nothing
//! - `bare crawl URL CONCURRENCY`: the smallest crawler there is, reqwest and lol_html, below the folder of the URL
//! - `bare serve FOLDER MILLISECONDS`: serves a folder with that latency; at the end of its input says how often it was
//!   asked, and for how many addresses

#![allow(clippy::print_stdout, reason = "the other side of the comparison reads it")]

use std::collections::HashSet;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures::StreamExt;
use futures::stream::{self, FuturesUnordered};
use reqwest::Client;
use url::Url;

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, subject, number] = arguments.as_slice() else { bail!("what, on what, and how many") };
    let number: usize = number.parse().context("not a number")?;
    match what.as_str() {
        "floor" => floor(subject, number).await,
        "crawl" => crawl(Url::parse(subject)?, number).await,
        "serve" => serve(subject, number),
        _ => bail!("{what}: floor, crawl or serve"),
    }
}

async fn floor(list: &str, concurrency: usize) -> Result<()> {
    let list = std::fs::read_to_string(list)?;
    let client = Client::new();
    let mut bodies = stream::iter(list.lines())
        .map(|url| {
            let client = &client;
            async move { client.get(url).send().await?.bytes().await }
        })
        .buffer_unordered(concurrency);
    let mut pages = 0;
    while let Some(body) = bodies.next().await {
        body?;
        pages += 1;
    }
    println!("{pages}");
    Ok(())
}

async fn crawl(start: Url, concurrency: usize) -> Result<()> {
    let below = start.join(".")?;
    let client = Client::new();
    let (mut seen, mut queue) = (HashSet::from([start.clone()]), vec![start]);
    let mut running = FuturesUnordered::new();
    let mut pages = 0;
    loop {
        while running.len() < concurrency {
            let Some(url) = queue.pop() else { break };
            running.push(visit(client.clone(), url));
        }
        let Some(links) = running.next().await else { break };
        pages += 1;
        for link in links? {
            if link.as_str().starts_with(below.as_str()) && seen.insert(link.clone()) {
                queue.push(link);
            }
        }
    }
    println!("{pages}");
    Ok(())
}

async fn visit(client: Client, url: Url) -> Result<Vec<Url>> {
    let mut response = client.get(url.clone()).send().await?;
    let found = Arc::new(Mutex::new(HashSet::<String>::new()));
    let mut parser = {
        let found = Arc::clone(&found);
        let handler = lol_html::element!("a[href]", move |anchor: &mut lol_html::send::Element<'_, '_>| {
            if let Some(href) = anchor.get_attribute("href") {
                let href = href.split('#').next().unwrap_or_default();
                let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                if !found.contains(href) {
                    found.insert(href.to_owned());
                }
            }
            Ok(())
        });
        let settings = lol_html::send::Settings::new_send().append_element_content_handler(handler).with_strict(false);
        lol_html::send::HtmlRewriter::new(settings, |_: &[u8]| {})
    };
    while let Some(chunk) = response.chunk().await? {
        parser.write(&chunk)?;
    }
    parser.end()?;
    let found = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(found.iter().filter_map(|href| url.join(&href.replace("&amp;", "&")).ok()).collect())
}

fn serve(folder: &str, milliseconds: usize) -> Result<()> {
    let site = common::site::Site::folder(folder)?.latency(Duration::from_millis(milliseconds as u64)).start()?;
    println!("{}", site.url("/"));
    std::io::stdin().read_to_end(&mut Vec::new())?;
    // robots.txt is no page.
    let asked = site.requests().into_iter().map(|request| request.target).filter(|target| target != "/robots.txt");
    let asked: Vec<String> = asked.collect();
    println!("{} {}", asked.len(), asked.iter().collect::<HashSet<_>>().len());
    Ok(())
}
