//! Generated pages, and the documentation of Rust.

use common::site::{Graph, Site, rust_docs};
use common::within;
use std::collections::{HashSet, VecDeque};
use std::io;
use std::path::Path;

use crate::client::*;

#[test]
fn a_graph_is_the_same_for_the_same_seed() {
    let graph = |seed| Graph { pages: 200, links_per_page: 5, page_bytes: 500..=20_000, seed };
    let pages = |graph: &Graph| graph.paths().iter().map(|path| graph.html(path).unwrap()).collect::<Vec<_>>();
    assert_eq!(pages(&graph(7)), pages(&graph(7)));
    assert_ne!(pages(&graph(7)), pages(&graph(8)));
    let sizes: Vec<_> = pages(&graph(7)).iter().map(String::len).collect();
    assert!(sizes.iter().min() < Some(&2000) && sizes.iter().max() > Some(&10_000));
    for missing in ["/page/0.html", "/page/07.html", "/page/200.html", "/page/+7.html", ""] {
        assert_eq!(graph(7).html(missing), None, "{missing}");
    }
}

#[test]
fn every_page_of_a_graph_is_reached() {
    for (pages, links_per_page) in [(1, 0), (1, 3), (50, 1), (200, 2), (200, 7), (10, 40)] {
        let graph = Graph { pages, links_per_page, seed: 3, ..Graph::default() };
        let mut seen = HashSet::from(["/".to_owned()]);
        let mut pending = VecDeque::from(["/".to_owned()]);
        while let Some(path) = pending.pop_front() {
            let links = graph.links(&path).unwrap();
            assert_eq!(links.len(), links_per_page);
            let html = graph.html(&path).unwrap();
            let written: Vec<_> = html.split('"').filter(|part| part.starts_with('/')).collect();
            assert_eq!(links, written);
            pending.extend(links.into_iter().filter(|link| seen.insert(link.clone())));
        }
        assert_eq!(seen.len(), pages, "{links_per_page} links per page");
    }
}

#[test]
fn a_graph_is_served_as_it_is() {
    within(LIMIT, || {
        let graph = Graph { pages: 20, ..Graph::default() };
        let site = Site::graph(graph.clone()).start().unwrap();
        let entries: Vec<_> = site.entries().collect::<io::Result<_>>().unwrap();
        assert_eq!(entries.iter().map(|entry| entry.path.clone()).collect::<Vec<_>>(), graph.paths());
        for entry in entries {
            let response = get(&site, &entry.path);
            assert_eq!(response.text(), graph.html(&entry.path).unwrap());
            assert_eq!(response.body.len() as u64, entry.bytes);
        }
        assert_eq!(get(&site, "/page/20.html").status, 404);
    });
}

#[test]
fn the_documentation_of_rust_is_served_where_it_is_installed() {
    within(LIMIT, || {
        let Some(folder) = rust_docs() else { return };
        let site = Site::folder(folder).unwrap().start().unwrap();
        assert!(get(&site, "/std/index.html").text().contains("</html>"));
        assert_eq!(site.entries().take(10).filter_map(Result::ok).count(), 10);
    });
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let error = Site::folder(Path::new("no/such/folder")).err().unwrap();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
    assert!(error.to_string().contains("such"));
}
