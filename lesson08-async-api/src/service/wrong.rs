//! What clients get wrong, and what they are told.

use common::blocks::Table;
use serde_json::json;

use crate::client::Client;

/// Requests that are wrong: what each is answered, and what the answer must name.
pub fn wrong_requests() -> [(&'static str, &'static str, Option<String>, u16, &'static str); 10] {
    let body = |text: &str| Some(text.to_owned());
    [
        ("GET", "/notes/1000000", None, 404, "no note 1000000"),
        ("GET", "/notes/first", None, 404, "nothing here"),
        ("GET", "/nowhere", None, 404, "nothing here"),
        ("DELETE", "/notes", None, 405, "cannot be done"),
        ("POST", "/notes", body("{"), 400, "EOF"),
        ("POST", "/notes", body(r#"{"text": "x"}"#), 422, "title"),
        ("POST", "/notes", body(r#"{"title": "", "text": "x", "color": 1}"#), 422, "color"),
        ("POST", "/notes", Some(json!({"title": "t", "text": "x".repeat(100_000)}).to_string()), 413, "length limit"),
        ("GET", "/notes?limit=1000", None, 422, "limit"),
        ("GET", "/notes?after=17", None, 422, "after"),
    ]
}

/// Sends them; for each what it was, what came back, and whether that is a problem in JSON that names what is wrong.
///
/// # Errors
/// If the service does not answer.
pub async fn answers(client: &Client) -> anyhow::Result<(Table, bool)> {
    let mut table = Table::new("What is wrong, and what is said", &["request", "status", "detail"]);
    let mut all = true;
    for (method, path, body, status, names) in wrong_requests() {
        let reply = client.send(method, path, body).await?;
        let problem = reply.json();
        let form = reply.kind() == "application/problem+json" && problem["status"] == reply.status;
        all &= form && reply.status == status && reply.body.contains(names);
        let field = problem["errors"][0]["field"].as_str().unwrap_or_default();
        let detail: String = problem["detail"].as_str().unwrap_or_default().chars().take(34).collect();
        table.row(&[&format!("{method} {path}"), &reply.status, &format!("{detail} {field}").trim()]);
    }
    Ok((table, all))
}
