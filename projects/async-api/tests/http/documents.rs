use super::asking::request;
use super::with_service;
use async_api::http::problem::Kind;
use axum::body::Body;
use url::Url;

#[test]
fn pages_come_with_their_type_a_tag_and_a_strict_policy() {
    with_service(
        |_| (),
        |service| async move {
            for (path, media_type) in [
                ("/", "text/html; charset=utf-8"),
                ("/docs", "text/html; charset=utf-8"),
                ("/app.js", "text/javascript; charset=utf-8"),
                ("/docs.js", "text/javascript; charset=utf-8"),
                ("/app.css", "text/css; charset=utf-8"),
                ("/openapi.json", "application/json"),
            ] {
                let answer = service.get(path).await;
                assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, media_type), "{path}");
                assert_eq!(answer.header("cache-control"), "no-cache");
                let policy = answer.header("content-security-policy");
                assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
                assert!(
                    !policy.contains("unsafe") && !policy.contains('*') && policy.contains("frame-ancestors 'none'")
                );
                let tag = answer.header("etag");
                for known in [tag.to_owned(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
                    let again = request("GET", path).header("if-none-match", known).body(Body::empty()).unwrap();
                    let again = service.ask(again).await;
                    assert_eq!((again.status.as_u16(), again.bytes.len(), again.header("etag")), (304, 0, tag));
                }
                let other = request("GET", path).header("if-none-match", "\"x\"").body(Body::empty()).unwrap();
                assert_eq!(service.ask(other).await.status, 200);
            }
        },
    );
}

/// What a page refers to, and what that refers to, is there. Nothing is from elsewhere.
#[test]
fn pages_have_all_that_they_are_made_of() {
    with_service(
        |_| (),
        |service| async move {
            let mut wanted =
                vec![Url::parse("http://localhost/").unwrap(), Url::parse("http://localhost/docs").unwrap()];
            let mut next = 0;
            while let Some(from) = wanted.get(next).cloned() {
                next += 1;
                let answer = service.get(from.path()).await;
                assert_eq!(answer.status, 200, "{from}");
                let script = answer.header("content-type").starts_with("text/javascript");
                let marks =
                    if script { &["from \"", "import \""][..] } else { &["src=\"", "rel=\"stylesheet\" href=\""] };
                for reference in marks.iter().flat_map(|mark| answer.text().split(mark).skip(1)) {
                    let to = from.join(reference.split('"').next().unwrap()).unwrap();
                    assert_eq!(to.host_str(), Some("localhost"), "{from} needs {to}");
                    if !wanted.contains(&to) {
                        wanted.push(to);
                    }
                }
            }
            assert!(next > 10, "{wanted:?}");
        },
    );
}

#[test]
fn every_answer_tells_browsers_to_be_careful() {
    with_service(
        |_| (),
        |service| async move {
            for path in ["/", "/v1/audits", "/v1/audits/x", "/nothing", "/healthz", "/v1/audits?limit=x"] {
                let answer = service.get(path).await;
                assert_eq!(answer.header("x-content-type-options"), "nosniff");
                assert_eq!(answer.header("referrer-policy"), "no-referrer");
                assert_eq!(answer.header("x-frame-options"), "DENY");
                assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"));
                assert_eq!(answer.header("cache-control") == "no-store", path.starts_with("/v1"), "{path}");
            }
        },
    );
}

#[test]
fn every_kind_of_problem_is_described() {
    with_service(
        |_| (),
        |service| async move {
            let docs = service.get("/docs").await;
            for kind in Kind::ALL {
                let described = format!("id=\"problem-{}\">{0} ({})", kind.name(), kind.status().as_u16());
                assert!(docs.text().contains(&described), "{described}");
                assert_eq!(service.get(&format!("/problems/{}", kind.name())).await.bytes, docs.bytes);
            }
            assert_eq!(service.get("/problems/imaginary").await.problem(), "not-found");
        },
    );
}
