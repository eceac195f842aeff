//! **Claim**: What is wrong is said at the edge, in one form; what is right is kept.
//!
//! **Python**:
//! ```python
//! @app.post("/notes", status_code=201)                # FastAPI; a lifespan opens and closes the store
//! async def create(note: NewNote, store: Store = Depends(store)) -> Note:
//!     return await store.create(note)
//! ```
//!
//! **Predict**: A client pages through notes, and another adds one after each page. With `OFFSET`, what is seen twice?
//!
//! **Try**: Give `NoteBody` in `src/service/input.rs` a field. What does `wrong_requests` answer now, and who sees it?

use std::time::Duration;

use common::{Figure, Lab, Scratch, Verdict};
use serde_json::json;

use super::{OURS, two_workers};
use crate::client::Client;
use crate::load;
use crate::running::Running;
use crate::service::wrong::{answers, wrong_requests};
use crate::service::{App, Limits};
use crate::store::Store;

/// How many notes there are to page through.
const NOTES: usize = 25;

/// Pages through all notes while another client adds one after each page; the numbers seen, in order.
pub async fn pages(client: &Client) -> anyhow::Result<Vec<i64>> {
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("/notes?limit=10{after}")).await?.json();
        seen.extend(page["notes"].as_array().into_iter().flatten().filter_map(|note| note["id"].as_i64()));
        let Some(next) = page["next"].as_str() else { return Ok(seen) };
        after = format!("&after={next}");
        client.post("/notes", &json!({"title": "in between", "text": ""})).await?;
    }
}

/// Starts a service, asks it, stops it.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let scratch = Scratch::new()?;
    let length = lab.size(Duration::from_millis(250), Duration::from_secs(3));
    two_workers()?.block_on(async {
        let app = App::new(Store::embedded(&scratch.path().join("notes.db"), 2)?, 64);
        let service = Running::service(app, Limits::default()).await?;
        let client = service.client.clone();

        let note = json!({"title": "Grüße", "text": "two\nlines"});
        let created = client.post("/notes", &note).await?;
        let read = client.get(created.location()).await?;
        let same = read.json()["title"] == note["title"] && read.json() == created.json();
        lab.prove("created, then read: the same", created.status == 201 && read.status == 200 && same, []);
        let (table, all) = answers(&client).await?;
        lab.detail(table);
        let count = Figure::count("requests", wrong_requests().len() as u64);
        lab.prove("each wrong one gets a problem that names it", all, [count]);

        for number in 1..NOTES {
            client.post("/notes", &json!({"title": format!("note {number}"), "text": ""})).await?;
        }
        let seen = pages(&client).await?;
        let expected: Vec<i64> = (1..=NOTES as i64).rev().collect();
        lab.prove("paged while another adds: none twice, none lost", seen == expected, []);

        let nothing = load::half_of_them(&client, "/health", 16, length).await;
        let note = load::half_of_them(&client, "/notes/1", 16, length).await;
        let figures = [Figure::seconds("nothing", nothing.1), Figure::seconds("a note", note.1)];
        lab.observe("16 clients, p50", Verdict::observed(note.1 < 0.1), figures);

        let report = service.stop().await?;
        let order = ["accepting", "asked to stop", "requests answered", "tasks finished", "store closed"];
        let whole = report.steps == order && report.begun == report.answered;
        lab.detail(format!("The end: {}.", report.steps.join(", ")));
        lab.prove("stopped in order", whole, [Figure::count("answered", report.answered)]);
        let health = format!("GET /health a second{OURS}");
        let rows = [
            (health.as_str(), nothing.0, "health_per_second", ""),
            ("GET /notes/1 a second", note.0, "read_per_second", ""),
            ("half of these within", note.1, "read_p50_seconds", "s"),
        ];
        lab.beside_python("service.py", &[], rows);
        Ok(())
    })
}
