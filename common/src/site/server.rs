//! The listener: accepts connections, a thread for each, until the site is dropped.

use super::connections::Connections;
use super::log::{Log, Request};
use super::source::Entry;
use super::stop::StopSignal;
use super::{Site, connection};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle, Scope};
use std::time::Duration;

/// Only what is used is ever taken. Compressing takes a third of it, unoptimised.
const STACK_BYTES: usize = 1024 * 1024;

/// How long to wait after the system refused a connection or a thread, most often because there are
/// too many open files. Trying again at once would only burn the processor.
const BACK_OFF: Duration = Duration::from_millis(10);

/// What the threads of a running site share.
pub(super) struct Server {
    pub(super) site: Site,
    pub(super) log: Log,
    pub(super) stop: StopSignal,
    connections: Connections,
}

/// A site that listens. Dropping it closes all connections and joins all threads, also those that
/// are in the middle of a slow or endless body.
pub struct RunningSite {
    server: Arc<Server>,
    address: SocketAddr,
    acceptor: Option<JoinHandle<()>>,
}

impl RunningSite {
    pub(super) fn start(site: Site) -> io::Result<RunningSite> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let server = Arc::new(Server {
            log: Log::default(),
            stop: StopSignal::default(),
            connections: Connections::new(site.most_connections),
            site,
        });
        let shared = Arc::clone(&server);
        let acceptor = thread::Builder::new()
            .name("site".to_owned())
            .spawn(move || thread::scope(|scope| accept(listener, &shared, scope)))?;
        Ok(RunningSite { server, address, acceptor: Some(acceptor) })
    }

    /// The address that the site listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of a path: `http://127.0.0.1:PORT/path`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}/{}", self.address, path.strip_prefix('/').unwrap_or(path))
    }

    /// What the site's folder or graph holds, in an order that is always the same. Found as you go
    /// along: take as many as you need. Scripted paths and symbolic links are left out.
    pub fn entries(&self) -> impl Iterator<Item = io::Result<Entry>> {
        self.server.site.source.entries()
    }

    /// All requests so far, in the order of their arrival, also those still being answered.
    pub fn requests(&self) -> Vec<Request> {
        self.server.log.requests()
    }

    /// Waits until the log of requests is as wished; false when it is not within `limit`.
    ///
    /// The log is looked at whenever a request arrives, gets its status or ends. It is locked
    /// meanwhile: `wished` must not ask the site for anything.
    pub fn wait_until(&self, limit: Duration, wished: impl Fn(&[Request]) -> bool) -> bool {
        self.server.log.wait_until(limit, wished)
    }

    /// The highest number of requests that were being answered at the same time.
    ///
    /// A request counts from its arrival until just before its last byte leaves. So a client that
    /// waits for each response never sees more here than it had under way. When a client gives up,
    /// the site notices some time later; until then the request counts.
    pub fn in_flight_peak(&self) -> usize {
        self.in_flight_peak_under("/")
    }

    /// As [`RunningSite::in_flight_peak`], of the requests whose path starts with `prefix`.
    pub fn in_flight_peak_under(&self, prefix: &str) -> usize {
        self.server.log.in_flight_peak(prefix)
    }
}

impl Drop for RunningSite {
    fn drop(&mut self) {
        self.server.stop.set();
        self.server.connections.close();
        let Some(acceptor) = self.acceptor.take() else { return };
        // Nothing but a connection wakes a thread that is blocked in `accept`. Where none can be
        // made, for want of files say, one of those just closed soon makes room.
        while TcpStream::connect_timeout(&self.address, Duration::from_secs(1)).is_err() && !acceptor.is_finished() {
            thread::sleep(BACK_OFF);
        }
        // A panic in one of the threads has been printed; it took down one connection.
        let _ = acceptor.join();
    }
}

/// Accepts until the site stops. The scope joins the connections' threads.
fn accept<'scope>(listener: TcpListener, server: &'scope Server, scope: &'scope Scope<'scope, '_>) {
    while server.connections.wait_for_room() {
        let Ok((stream, _)) = listener.accept() else {
            let _ = server.stop.pause(BACK_OFF);
            continue;
        };
        let Some(connection) = server.connections.add(stream) else { return };
        let spawned = thread::Builder::new()
            .name("site connection".to_owned())
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, move || connection::serve(connection, server));
        if spawned.is_err() {
            let _ = server.stop.pause(BACK_OFF);
        }
    }
}
