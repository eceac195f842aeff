//! A server that holds its answers back until it is told to give them, and notes who asked for what, and when.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

/// A request.
#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    pub agent: String,
    pub at: Instant,
}

#[derive(Default)]
struct State {
    asked: Vec<Asked>,
    under_way: usize,
    /// Answers by path; `*` for any other.
    answers: HashMap<String, String>,
}

/// See the [module](self). Its threads end with the test's process.
#[derive(Clone)]
pub struct Server {
    state: Arc<(Mutex<State>, Condvar)>,
    pub url: String,
}

impl Server {
    pub fn start() -> Server {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let server = Server { url: format!("http://{}", listener.local_addr().unwrap()), state: Arc::default() };
        let serving = server.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let serving = serving.clone();
                std::thread::spawn(move || serving.serve(&stream.unwrap()));
            }
        });
        server
    }

    /// Answers this, from now on. What has been asked for already is answered, too.
    pub fn answer(&self, path: &str, status: &str, fields: &str, body: &str) {
        let length = body.len();
        let response =
            format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nContent-Type: text/html\r\n{fields}\r\n{body}");
        self.state.0.lock().unwrap().answers.insert(path.to_owned(), response);
        self.state.1.notify_all();
    }

    /// Waits until so many are waiting for their answers.
    pub fn wait_for(&self, under_way: usize) {
        let state = self.state.0.lock().unwrap();
        drop(self.state.1.wait_while(state, |state| state.under_way < under_way).unwrap());
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.state.0.lock().unwrap().asked.clone()
    }

    fn serve(&self, stream: &TcpStream) -> Option<()> {
        let mut lines = BufReader::new(stream).lines();
        loop {
            let first = lines.next()?.ok()?;
            let path = first.split(' ').nth(1)?.to_owned();
            let mut agent = String::new();
            loop {
                let line = lines.next()?.ok()?.to_ascii_lowercase();
                if let Some(value) = line.strip_prefix("user-agent: ") {
                    value.clone_into(&mut agent);
                }
                if line.is_empty() {
                    break;
                }
            }
            let mut state = self.state.0.lock().unwrap();
            state.asked.push(Asked { path: path.clone(), agent, at: Instant::now() });
            state.under_way += 1;
            self.state.1.notify_all();
            let of = |state: &State| state.answers.get(&path).or_else(|| state.answers.get("*")).cloned();
            let mut state = self.state.1.wait_while(state, |state| of(state).is_none()).unwrap();
            state.under_way -= 1;
            let response = of(&state)?;
            drop(state);
            (&*stream).write_all(response.as_bytes()).ok()?;
        }
    }
}
