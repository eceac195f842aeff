//! An instance of the program, in a process of its own.

use common::Scratch;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

pub struct Instance {
    child: Child,
    base: String,
    client: reqwest::Client,
    _data: Scratch,
}

impl Instance {
    /// Starts it; `http://...` on its standard output says that it listens.
    pub fn start(url: &str, schema: &str, workers: usize) -> Instance {
        Instance::start_with(url, schema, workers, &[])
    }

    /// The same, with these settings over the others.
    pub fn start_with(url: &str, schema: &str, workers: usize, settings: &[(&str, &str)]) -> Instance {
        let data = Scratch::new().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_async-api"));
        command
            .current_dir(data.path())
            .env("ASYNC_API_LISTEN", "127.0.0.1:0")
            .env("ASYNC_API_DATABASE", url)
            .env("ASYNC_API_POSTGRES_SCHEMA", schema)
            .env("ASYNC_API_DATA", data.path())
            .env("ASYNC_API_AUDITS_ALLOW", "127.0.0.0/8")
            .env("ASYNC_API_JOBS_WORKERS", workers.to_string())
            .env("ASYNC_API_JOBS_LEASE", "2s")
            .env("ASYNC_API_JOBS_POLL", "1s")
            .env("ASYNC_API_JOBS_ATTEMPTS", "100")
            .env("ASYNC_API_LOG", "off")
            .envs(settings.iter().copied())
            .env_remove("DATABASE_URL")
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let base = line.trim().to_owned();
        assert!(base.starts_with("http://"), "{line:?}");
        Instance { child, base, client: reqwest::Client::new(), _data: data }
    }

    /// Asks, and gives the status and the body; 0 where there was no answer.
    pub async fn get(&self, path: &str) -> (u16, Value) {
        answer(self.client.get(format!("{}{path}", self.base))).await
    }

    /// Asks for an audit, and gives the status and the body.
    pub async fn audit(&self, site: &str, key: Option<&str>) -> (u16, Value) {
        let body = serde_json::json!({ "url": site, "concurrency": 2 }).to_string();
        let mut request =
            self.client.post(format!("{}/v1/audits", self.base)).header("content-type", "application/json").body(body);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        answer(request).await
    }

    pub fn address(&self) -> String {
        self.base.trim_start_matches("http://").to_owned()
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Asks it to end, and says whether it ended well.
    pub fn stop(mut self) -> bool {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        asked.success() && self.child.wait().unwrap().success()
    }

    /// Ends it as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let Ok(answer) = request.send().await else { return (0, Value::Null) };
    let status = answer.status().as_u16();
    let body = answer.bytes().await.unwrap_or_default();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}
