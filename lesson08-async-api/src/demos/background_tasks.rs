//! **Claim**: Work after a response needs room, an eye on it, and an end.
//!
//! **Python**:
//! ```python
//! background_tasks.add_task(send, order)      # after the response, on the same loop; without a bound, and lost when
//!                                             # the process ends. A client that hangs up may have cancelled it, too.
//! ```
//!
//! **Predict**: A handler spawns a task, awaits its handle, and the client hangs up. Does the task stop?
//!
//! **Try**: Answer before you reserve in `order`. What has a client been promised when there is no room?

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use common::{Figure, Lab};
use tokio_util::task::AbortOnDropHandle;

use super::two_workers;
use crate::background::Counts;
use crate::background::ends::{at_the_end, left_behind};
use crate::background::shop::{Shop, after_hanging_up, failures, orders};
use crate::service::Error;

/// Room for so many tasks.
pub const PLACES: usize = 4;
/// How many orders come in.
pub const ORDERS: usize = 10;

/// The handlers. What they share is in `src/background/shop.rs`.
pub fn routes(shop: Shop) -> Router {
    Router::new()
        .route("/orders", post(order))
        .route("/broken", post(broken))
        .route("/detached", get(detached))
        .route("/bound", get(bound))
        .with_state(shop)
}

async fn order(State(shop): State<Shop>) -> Result<StatusCode, Error> {
    let place = shop.background.reserve()?; // 503, with Retry-After, before anything is promised
    place.spawn("order", shop.clone().work());
    Ok(StatusCode::ACCEPTED)
}

async fn broken(State(shop): State<Shop>) -> Result<StatusCode, Error> {
    shop.background.reserve()?.spawn("refused", async { Err("no such address") });
    shop.background
        .reserve()?
        .spawn("surprised", async { if true { panic!("on purpose") } else { Ok::<_, Error>(()) } });
    Ok(StatusCode::ACCEPTED)
}

/// Must outlive its request: a payment. A handle that is dropped lets its task run on.
async fn detached(State(shop): State<Shop>) -> impl IntoResponse {
    drop(tokio::spawn(shop.work()).await);
}

/// Must not: a search for a page that nobody will see.
async fn bound(State(shop): State<Shop>) -> impl IntoResponse {
    drop(AbortOnDropHandle::new(tokio::spawn(shop.work())).await);
}

/// Orders, failures, clients that hang up, and the end.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let done = two_workers()?.block_on(async {
        let (accepted, refused, counts) = orders(routes, PLACES, ORDERS).await?;
        let bounded = accepted == PLACES && refused == ORDERS - PLACES && counts.done == PLACES as u64;
        let figures = [Figure::count("202", accepted as u64), Figure::count("503", refused as u64)];
        lab.prove("answered before the work; no more than fit", bounded, figures);
        let (failures, still) = failures(routes).await?;
        lab.detail(format!("What is known of the failures: {}.", failures.join("; ")));
        let known = failures == ["refused: no such address", "surprised: it panicked"] && still == 202;
        lab.prove("a failure is counted, and stays alone", known, [Figure::count("", failures.len() as u64)]);
        let ended = [after_hanging_up(routes, "/detached").await?, after_hanging_up(routes, "/bound").await?];
        let figures = [Figure::count("a payment", ended[0]), Figure::count("a search", ended[1])];
        lab.prove("the client hung up: gone on", ended == [1, 0], figures);
        anyhow::Ok(counts.done)
    })?;
    let (counts, after) = at_the_end()?;
    let awaited = counts == Counts { done: 1, failed: 0, cancelled: 1 } && after == Duration::from_secs(5);
    lab.prove("the end waits, and not for ever", awaited, [Figure::seconds("", after.as_secs_f64())]);
    let rows = [
        ("4 tasks only spawned, the end: done", left_behind(PLACES)? as f64, "left_behind_done", ""),
        ("the same, waited for", done as f64, "waited_for_done", ""),
    ];
    lab.beside_python("background_tasks.py", &[], rows);
    Ok(())
}
