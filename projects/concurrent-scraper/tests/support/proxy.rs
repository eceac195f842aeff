//! A proxy for plain HTTP. Whatever name is asked for, one site answers.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

pub struct Proxy {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub fn before(site: SocketAddr) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = Proxy { address: listener.local_addr().unwrap(), asked: Arc::default() };
        let asked = Arc::clone(&proxy.asked);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let asked = Arc::clone(&asked);
                thread::spawn(move || pass(client, site, &asked));
            }
        });
        proxy
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The URLs that it was asked for, sorted.
    pub fn asked(&self) -> Vec<String> {
        let mut asked = self.asked.lock().unwrap().clone();
        asked.sort();
        asked
    }
}

/// One request for each connection: the site is told to close it after the answer, which tells the client, too.
fn pass(client: TcpStream, site: SocketAddr, asked: &Mutex<Vec<String>>) -> Option<()> {
    let mut lines = BufReader::new(&client).lines();
    let first = lines.next()?.ok()?;
    let target = first.split(' ').nth(1)?.to_owned();
    let path = url::Url::parse(&target).ok()?[url::Position::BeforePath..].to_owned();
    let mut head = format!("{}\r\nConnection: close\r\n", first.replace(&target, &path));
    for line in lines.map_while(Result::ok).take_while(|line| !line.is_empty()) {
        head += &format!("{line}\r\n");
    }
    asked.lock().unwrap().push(target);
    let mut upstream = TcpStream::connect(site).ok()?;
    upstream.write_all((head + "\r\n").as_bytes()).ok()?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer).ok()?;
    (&client).write_all(&answer).ok()
}
