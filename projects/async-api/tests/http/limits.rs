use super::Service;
use super::asking::request;
use super::thumbnails::{allow_this_machine, picture, with_images};
use super::{with_embedded, with_service};
use axum::body::Body;
use common::site::{Content, Reply, RunningSite, Site};
use std::time::Duration;
use tokio::sync::mpsc;

const LONG: Duration = Duration::from_secs(600);

/// A site whose image never comes.
fn silent() -> RunningSite {
    let image = Content::new("image/png", picture(8, 4));
    Site::empty().on("/a.png", Reply::content(image).after(LONG)).start().unwrap()
}

/// Asks for the image, which takes for ever, and waits until the site has been asked.
async fn wait_for_it<'a>(
    service: &'a Service,
    site: &RunningSite,
    path: &'a str,
) -> impl Future<Output = ()> + use<'a> {
    let before = site.requests().len();
    let mut asked = Box::pin(async move { drop(service.get(path).await) });
    while site.requests().len() == before {
        assert!(futures::poll!(&mut asked).is_pending());
        tokio::task::yield_now().await;
    }
    asked
}

#[test]
fn one_request_too_many_is_refused_and_those_who_watch_are_not() {
    let site = silent();
    with_embedded(
        |settings| {
            allow_this_machine(settings);
            settings.requests.concurrent = 1;
        },
        |service| async move {
            let id = with_images(&service, &site, &["/a.png"]).await;
            let path = format!("/v1/audits/{id}/pages/7/images/0/thumbnail");
            let asked = wait_for_it(&service, &site, &path).await;
            for path in ["/v1/audits", "/", "/openapi.json", "/nothing"] {
                let answer = service.get(path).await;
                assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (503, "busy"), "{path}");
                assert_eq!(answer.header("retry-after"), "1");
            }
            for path in ["/healthz", "/readyz", "/metrics"] {
                assert_eq!(service.get(path).await.status, 200, "{path}");
            }
            assert!(service.get("/metrics").await.text().contains("reason=\"busy\"} 4"));
            drop(asked);
            assert_eq!(service.get("/v1/audits").await.status, 200);
        },
    );
}

#[test]
fn what_takes_too_long_is_given_up() {
    let site = silent();
    with_embedded(
        |settings| {
            allow_this_machine(settings);
            settings.requests.deadline = Duration::from_millis(200);
        },
        |service| async move {
            let id = with_images(&service, &site, &["/a.png"]).await;
            let answer = service.get(&format!("/v1/audits/{id}/pages/7/images/0/thumbnail")).await;
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (503, "deadline"));
            assert_ne!(answer.header("retry-after"), "");
            // The deadline is to the head: a stream goes on behind it.
            let follow = request("GET", &format!("/v1/audits/{id}/events")).body(Body::empty()).unwrap();
            let mut stream = service.head(follow).await.into_body().into_data_stream();
            let (told, mut tells) = mpsc::channel(8);
            tokio::spawn(async move {
                while let Some(Ok(part)) = futures::StreamExt::next(&mut stream).await {
                    let ended = String::from_utf8_lossy(&part).contains("cancelled");
                    if told.send(ended).await.is_err() {
                        return;
                    }
                }
            });
            assert_eq!(tells.recv().await, Some(false));
            let answer = service.get(&format!("/v1/audits/{id}/pages/7/images/0/thumbnail")).await;
            assert_eq!(answer.problem(), "deadline");
            service.order(&format!("/v1/audits/{id}/cancel")).await;
            let job = async_api::store::Lease { audit: id, attempt: 1 };
            let outcome =
                async_api::store::Outcome::Ended { cancelled: true, counts: Default::default(), findings: Vec::new() };
            service.app.store.end(job, outcome).await.unwrap();
            let mut ended = false;
            while let Some(last) = tells.recv().await {
                ended = last;
            }
            assert!(ended);
        },
    );
}

#[test]
fn only_so_many_images_are_on_their_way() {
    let site = silent();
    with_embedded(
        |settings| {
            allow_this_machine(settings);
            settings.cpu.threads = 1;
            settings.cpu.queue = 1;
        },
        |service| async move {
            let id = with_images(&service, &site, &["/a.png"]).await;
            let path = format!("/v1/audits/{id}/pages/7/images/0/thumbnail");
            let one = wait_for_it(&service, &site, &path).await;
            let two = wait_for_it(&service, &site, &path).await;
            let answer = service.get(&path).await;
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (503, "busy"));
            assert_ne!(answer.header("retry-after"), "");
            // Reports have places of their own.
            let job = async_api::store::Lease { audit: id, attempt: 1 };
            let outcome = async_api::store::Outcome::Failed { error: "no luck".to_owned(), again_in: None };
            service.app.store.end(job, outcome).await.unwrap();
            assert_eq!(service.get(&format!("/v1/audits/{id}/report.csv")).await.status, 200);
            drop((one, two));
        },
    );
}

#[test]
fn when_the_threads_are_busy_reports_are_refused() {
    with_service(
        |settings| {
            settings.cpu.threads = 1;
            settings.cpu.queue = 0;
        },
        |service| async move {
            let id = service.done().await;
            let (go, wait) = std::sync::mpsc::channel::<()>();
            let cpu = service.app.cpu.clone();
            let (begun, begins) = tokio::sync::oneshot::channel();
            let busy = tokio::spawn(async move {
                let work = move || {
                    begun.send(()).unwrap();
                    wait.recv().unwrap_err();
                };
                cpu.run(work).await.unwrap();
            });
            begins.await.unwrap();
            for end in ["", ".csv", ".pdf"] {
                let answer = service.get(&format!("/v1/audits/{id}/report{end}")).await;
                assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (503, "busy"));
                assert_ne!(answer.header("retry-after"), "");
            }
            drop(go);
            busy.await.unwrap();
            assert_eq!(service.get(&format!("/v1/audits/{id}/report.pdf")).await.status, 200);
        },
    );
}
