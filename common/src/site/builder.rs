//! Sets a site up: what it serves, and how it misbehaves.

use super::content::Content;
use super::folder::Folder;
use super::graph::{Graph, Pages};
use super::reply::Reply;
use super::script::{Routes, Script};
use super::server::RunningSite;
use super::source::Source;
use super::stop::socket_timeout;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::Path;
use std::time::Duration;

/// What a site serves and how it misbehaves. [`Site::start`] makes it listen.
pub struct Site {
    pub(super) source: Source,
    pub(super) routes: Routes,
    latency: Duration,
    jitter: Duration,
    jitter_seed: u64,
    pub(super) most_connections: usize,
    pub(super) idle_limit: Duration,
}

impl Site {
    /// A site that serves the files of a folder, and nothing outside of it.
    ///
    /// # Errors
    /// If the path is not a folder that can be read.
    pub fn folder(path: impl AsRef<Path>) -> io::Result<Site> {
        Ok(Site::new(Source::Folder(Folder::open(path.as_ref())?)))
    }

    /// A site of generated pages that link to each other.
    pub fn graph(graph: Graph) -> Site {
        Site::new(Source::Graph(Pages::new(graph)))
    }

    /// A site with nothing but its scripts: every other path is 404.
    pub fn empty() -> Site {
        Site::new(Source::Empty)
    }

    fn new(source: Source) -> Site {
        Site {
            source,
            routes: Routes::default(),
            latency: Duration::ZERO,
            jitter: Duration::ZERO,
            jitter_seed: 0,
            most_connections: 1024,
            idle_limit: Duration::from_secs(30),
        }
    }

    /// Waits this long before every response. Without it a loopback site answers within
    /// microseconds, and nothing is gained by overlapping downloads.
    pub fn latency(mut self, latency: Duration) -> Site {
        self.latency = latency;
        self
    }

    /// Adds a random wait between zero and `most` to the latency. The same path with the same seed
    /// waits equally long, whatever order the requests come in.
    pub fn jitter(mut self, most: Duration, seed: u64) -> Site {
        self.jitter = most;
        self.jitter_seed = seed;
        self
    }

    /// Answers requests for a path by a script, a [`Reply`] or a [`Content`].
    ///
    /// The pattern is a whole path, percent-decoded (`/a b.html`), or ends in `*` and matches all paths
    /// that start with what stands before it (`/private/*`). The whole path wins, then the longest
    /// prefix; the same pattern given again replaces the script. The query takes no part. A script
    /// for many paths counts the requests for each path by itself.
    ///
    /// # Panics
    /// If the pattern does not start with `/`.
    pub fn on(mut self, pattern: &str, script: impl Into<Script>) -> Site {
        self.routes.insert(pattern, script.into());
        self
    }

    /// Serves this text as `/robots.txt` (RFC 9309).
    pub fn robots(self, rules: &str) -> Site {
        self.on("/robots.txt", Content::text(rules))
    }

    /// Leads from `path` to `target` by this many redirects (302): `path`, `path/1`, `path/2` and so
    /// on.
    ///
    /// # Panics
    /// If `path` does not start with `/`.
    pub fn redirect_chain(mut self, path: &str, redirects: usize, target: &str) -> Site {
        let step = |number: usize| match number {
            0 => path.to_owned(),
            last if last == redirects => target.to_owned(),
            between => format!("{path}/{between}"),
        };
        for number in 0..redirects {
            self = self.on(&step(number), Reply::redirect(302, &step(number + 1)));
        }
        self
    }

    /// Leads from `path` by this many redirects (302) back to `path`.
    ///
    /// # Panics
    /// If `path` does not start with `/`.
    pub fn redirect_loop(self, path: &str, redirects: usize) -> Site {
        self.redirect_chain(path, redirects, path)
    }

    /// Serves at most this many connections at once, 1,024 unless told. The next ones wait in the
    /// listener's queue.
    pub fn most_connections(mut self, most: usize) -> Site {
        self.most_connections = most.max(1);
        self
    }

    /// Closes a connection whose client sends no request, or takes nothing, for this long: 30
    /// seconds unless told.
    pub fn idle_limit(mut self, limit: Duration) -> Site {
        self.idle_limit = socket_timeout(limit);
        self
    }

    /// Listens on 127.0.0.1 and a free port, and serves until the returned value is dropped.
    ///
    /// # Errors
    /// If no port or no thread is to be had.
    pub fn start(self) -> io::Result<RunningSite> {
        RunningSite::start(self)
    }

    /// How long a response has to wait.
    pub(super) fn latency_of(&self, path: &str) -> Duration {
        let mut hasher = DefaultHasher::new();
        (self.jitter_seed, path).hash(&mut hasher);
        let share = fastrand::Rng::with_seed(hasher.finish()).f64();
        self.latency.saturating_add(self.jitter.mul_f64(share))
    }
}
