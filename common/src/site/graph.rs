//! A generated site: pages that link to each other, the same for the same seed.

use super::content::Content;
use super::source::{Entry, Found};
use fastrand::Rng;
use std::fmt::Write;
use std::ops::RangeInclusive;
use std::sync::OnceLock;

/// Pages that link to each other. Page 0 is at `/`, the others at `/page/1.html` and so on. Every
/// page can be reached from `/`. Equal graphs are equal byte by byte, on every machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    /// How many pages there are.
    pub pages: usize,
    /// How many links each page has. Some may lead to the same page, or to the page itself. With 0
    /// no page but `/` can be reached.
    pub links_per_page: usize,
    /// About how many bytes a page has, from the shortest to the longest. Most are short.
    pub page_bytes: RangeInclusive<usize>,
    /// What texts, sizes and links are drawn from.
    pub seed: u64,
}

impl Default for Graph {
    fn default() -> Graph {
        Graph { pages: 1000, links_per_page: 10, page_bytes: 1_000..=30_000, seed: 0 }
    }
}

const WORDS: [&str; 32] = [
    "a", "lock", "guards", "what", "two", "threads", "share", "the", "queue", "holds", "work", "until", "one",
    "worker", "is", "free", "an", "event", "loop", "waits", "for", "sockets", "and", "timers", "then", "wakes", "task",
    "that", "can", "go", "on", "again",
];

impl Graph {
    /// The paths of all pages, page 0 first.
    pub fn paths(&self) -> Vec<String> {
        (0..self.pages).map(path_of).collect()
    }

    /// The paths that a page links to, in their order on the page; none when there is no such page.
    pub fn links(&self, path: &str) -> Option<Vec<String>> {
        let page = self.number(path)?;
        Some(self.link_numbers(page).map(path_of).collect())
    }

    /// The HTML of a page; none when there is no such page.
    pub fn html(&self, path: &str) -> Option<String> {
        self.number(path).map(|page| self.write(page))
    }

    fn number(&self, path: &str) -> Option<usize> {
        let page = match path {
            "/" => 0,
            _ => path.strip_prefix("/page/")?.strip_suffix(".html")?.parse().ok()?,
        };
        // Only one of `7`, `07` and `+7` is the page's path.
        (page < self.pages && path_of(page) == path).then_some(page)
    }

    /// Half of the links, rounded up, span a tree from page 0 on, so that every page is reached. The
    /// rest, and those that lead beyond the last page, go anywhere.
    fn link_numbers(&self, page: usize) -> impl Iterator<Item = usize> {
        let mut rng = self.rng(page, 1);
        let children = self.links_per_page.div_ceil(2);
        (0..self.links_per_page).map(move |link| {
            let child = page.saturating_mul(children).saturating_add(link + 1);
            if link < children && child < self.pages { child } else { draw(&mut rng, self.pages) }
        })
    }

    fn rng(&self, page: usize, purpose: u64) -> Rng {
        // Each page has its own generator, so that pages can be made in any order.
        let seed = Rng::with_seed(self.seed).u64(..);
        Rng::with_seed(seed ^ (page as u64) << 1 ^ purpose)
    }

    fn write(&self, page: usize) -> String {
        let mut rng = self.rng(page, 0);
        let (shortest, longest) = (*self.page_bytes.start(), *self.page_bytes.end());
        let share = rng.f64();
        // The cube makes short pages common and long ones rare.
        let bytes = shortest + (longest.saturating_sub(shortest) as f64 * share * share * share) as usize;
        let mut html = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Page {page}</title></head>\n\
             <body>\n<h1>Page {page}</h1>\n"
        );
        let mut links = self.link_numbers(page);
        let mut link = links.next();
        while link.is_some() || html.len() < bytes {
            html.push_str("<p>");
            for _ in 0..20 + draw(&mut rng, 40) {
                html.push_str(WORDS[draw(&mut rng, WORDS.len())]);
                html.push(' ');
            }
            if let Some(to) = link.take() {
                // Writing to a string does not fail.
                let _ = write!(html, "<a href=\"{}\">Page {to}</a>", path_of(to));
                link = links.next();
            }
            html.push_str("</p>\n");
        }
        html.push_str("</body>\n</html>\n");
        html
    }
}

/// A number below `end`. Drawn as 64 bits, so that it is the same on machines of 32 bits.
fn draw(rng: &mut Rng, end: usize) -> usize {
    rng.u64(..end as u64) as usize
}

fn path_of(page: usize) -> String {
    match page {
        0 => "/".to_owned(),
        _ => format!("/page/{page}.html"),
    }
}

/// The pages of a graph, each written when it is first asked for.
pub(super) struct Pages {
    graph: Graph,
    written: Vec<OnceLock<Content>>,
}

impl Pages {
    pub(super) fn new(graph: Graph) -> Pages {
        Pages { written: (0..graph.pages).map(|_| OnceLock::new()).collect(), graph }
    }

    pub(super) fn find(&self, path: &str) -> Found {
        match self.graph.number(path) {
            Some(page) => Found::Representation(self.content(page).clone().into()),
            None => Found::Nothing,
        }
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = Entry> {
        (0..self.graph.pages).map(|page| Entry { path: path_of(page), bytes: self.content(page).length() as u64 })
    }

    fn content(&self, page: usize) -> &Content {
        self.written[page].get_or_init(|| Content::html(self.graph.write(page)))
    }
}
