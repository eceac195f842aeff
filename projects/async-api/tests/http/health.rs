use super::asking::request;
use super::with_service;
use axum::body::Body;

#[test]
fn ready_is_more_than_alive() {
    with_service(
        |_| (),
        |service| async move {
            assert_eq!(service.get("/healthz").await.text(), "alive\n");
            assert_eq!(service.get("/readyz").await.text(), "ready\n");
            service.app.stopping.cancel();
            let answer = service.get("/readyz").await;
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (503, "unavailable"));
            assert_eq!(service.get("/healthz").await.status, 200);
        },
    );
    with_service(
        |_| (),
        |service| async move {
            service.app.store.close().await;
            assert_eq!(service.get("/readyz").await.problem(), "unavailable");
            assert_eq!(service.get("/healthz").await.status, 200);
            // What an operator wants to know most when the database is gone.
            assert_eq!(service.get("/metrics").await.status, 200);
        },
    );
}

#[test]
fn metrics_are_in_the_format_of_prometheus() {
    with_service(
        |_| (),
        |service| async move {
            let answer = service.get("/metrics").await;
            assert_eq!(answer.header("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
        },
    );
}

#[test]
fn every_answer_has_the_id_of_its_request() {
    with_service(
        |_| (),
        |service| async move {
            for path in ["/healthz", "/v1/audits", "/nothing"] {
                let sent = request("GET", path).header("x-request-id", "abc-1").body(Body::empty()).unwrap();
                assert_eq!(service.ask(sent).await.header("x-request-id"), "abc-1");
                let harmful = request("GET", path).header("x-request-id", "a b").body(Body::empty()).unwrap();
                assert_eq!(service.ask(harmful).await.header("x-request-id").len(), 32);
            }
            let sent = request("GET", "/nothing").header("x-request-id", "abc-1").body(Body::empty()).unwrap();
            assert_eq!(service.ask(sent).await.json()["instance"], "abc-1");
        },
    );
}
