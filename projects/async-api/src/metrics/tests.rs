use super::*;
use std::collections::BTreeMap;

/// The samples of a text, by name and labels. Panics where it is not what OpenMetrics allows.
fn samples(text: &str) -> BTreeMap<String, f64> {
    let (mut described, mut samples) = (Vec::new(), BTreeMap::new());
    let (body, rest) = text.split_once("# EOF\n").expect("the end is marked");
    assert_eq!(rest, "");
    for line in body.lines() {
        if let Some(about) = line.strip_prefix("# ") {
            let (kind, about) = about.split_once(' ').unwrap();
            let (name, text) = about.split_once(' ').unwrap();
            assert!(["HELP", "TYPE", "UNIT"].contains(&kind) && !text.is_empty(), "{line}");
            assert!(name.starts_with("async_api_"), "{line}");
            assert!(kind != "UNIT" || name.ends_with(text), "{line}");
            if kind == "HELP" {
                assert!(!described.contains(&name), "{name} is described twice");
                described.push(name);
            }
            continue;
        }
        let (name, value) = line.rsplit_once(' ').unwrap();
        let family = name.split('{').next().unwrap();
        assert!(described.last().is_some_and(|described| family.starts_with(described)), "{line} stands alone");
        assert_eq!(name.contains('{'), name.ends_with('}'), "{line}");
        assert!(samples.insert(name.to_owned(), value.parse().unwrap()).is_none(), "{name} is there twice");
    }
    samples
}

#[test]
fn what_was_counted_is_there() {
    let metrics = Metrics::default();
    metrics.answered("GET", "/v1/audits/{id}", 200, Duration::from_millis(3));
    metrics.answered("GET", "/v1/audits/{id}", 200, Duration::from_millis(700));
    metrics.answered("POST", "/v1/audits", 202, Duration::from_millis(3));
    metrics.refused(Refusal::Rate);
    metrics.connections(1);
    metrics.connections(1);
    metrics.connections(-1);
    metrics.attempt(Attempt::Lost);
    metrics.pages(17);
    let samples = samples(&metrics.render(&[(AuditState::Queued, 4), (AuditState::Failed, 1)]));
    for (name, expected) in [
        ("async_api_requests_total{method=\"GET\",route=\"/v1/audits/{id}\",status=\"200\"}", 2.0),
        ("async_api_requests_total{method=\"POST\",route=\"/v1/audits\",status=\"202\"}", 1.0),
        ("async_api_refusals_total{reason=\"rate\"}", 1.0),
        ("async_api_refusals_total{reason=\"busy\"}", 0.0),
        ("async_api_open_connections", 1.0),
        ("async_api_attempts_total{result=\"lost\"}", 1.0),
        ("async_api_attempts_total{result=\"ended\"}", 0.0),
        ("async_api_pages_total", 17.0),
        ("async_api_audits{state=\"queued\"}", 4.0),
        ("async_api_audits{state=\"done\"}", 0.0),
    ] {
        assert_eq!(samples.get(name), Some(&expected), "{name} in {samples:#?}");
    }
    let labels = "method=\"GET\",route=\"/v1/audits/{id}\",status=\"200\"";
    let bucket =
        |bound: &str| samples[&format!("async_api_request_duration_seconds_bucket{{le=\"{bound}\",{labels}}}")];
    assert_eq!((bucket("0.0025"), bucket("0.005"), bucket("1.0"), bucket("+Inf")), (0.0, 1.0, 2.0, 2.0));
    let sum = samples[&format!("async_api_request_duration_seconds_sum{{{labels}}}")];
    assert!((sum - 0.703).abs() < 1e-9, "{sum}");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
    assert!((now - 600.0..=now).contains(&samples["async_api_start_time_seconds"]));
}

#[test]
fn audits_that_have_left_a_state_are_no_longer_counted_there() {
    let metrics = Metrics::default();
    metrics.render(&[(AuditState::Queued, 4)]);
    let samples = samples(&metrics.render(&[(AuditState::Done, 4)]));
    assert_eq!(samples["async_api_audits{state=\"queued\"}"], 0.0);
    assert_eq!(samples["async_api_audits{state=\"done\"}"], 4.0);
}

#[test]
fn clients_cannot_make_labels() {
    let metrics = Metrics::default();
    for number in 0..100 {
        metrics.answered(&format!("M{number}"), "/healthz", 405, Duration::ZERO);
    }
    let samples = samples(&metrics.render(&[]));
    let kinds: Vec<_> = samples.keys().filter(|name| name.starts_with("async_api_requests_total")).collect();
    assert_eq!(kinds.len(), 1, "{kinds:?}");
}
