//! The docs: every endpoint of the description, and every problem.

use super::browser::{Look, visit};
use super::stub::Stub;
use serde_json::{Value, json};

/// A description with one of everything that ours has.
pub fn openapi() -> Value {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Site audits", "version": "1", "description": "Audits sites."},
        "paths": {
            "/v1/audits": {
                "get": {
                    "tags": ["audits"], "summary": "Lists audits.",
                    "parameters": [
                        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}},
                        {"name": "state", "in": "query", "schema": reference("AuditState")},
                    ],
                    "responses": {"200": {"description": "Some of them.", "content": {"application/json": {"schema": {"type": "array", "items": reference("Audit")}}}}},
                },
                "post": {
                    "tags": ["audits"], "summary": "Creates an audit.",
                    "requestBody": {"required": true, "content": {"application/json": {"schema": reference("AuditRequest")}}},
                    "responses": {
                        "202": {"description": "It is queued.", "headers": {"location": {"schema": {"type": "string"}}}},
                        "422": {"$ref": "#/components/responses/Invalid"},
                    },
                },
            },
            "/v1/audits/{id}": {"delete": {"tags": ["audits"], "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}}], "responses": {"204": {"description": "It is gone."}}}},
            "/healthz": {"get": {"tags": ["operations"], "responses": {"200": {"description": "Alive."}}}},
        },
        "components": {
            "responses": {"Invalid": {"description": "Wrong.", "content": {"application/problem+json": {"schema": reference("Problem")}}}},
            "schemas": {
                "Audit": {"type": "object", "required": ["url"], "properties": {"url": {"type": "string", "description": "<b>Where</b> it starts."}, "error": {"type": ["string", "null"]}}},
                "AuditRequest": {"type": "object", "required": ["url"], "properties": {"url": {"type": "string"}, "max_pages": {"type": "integer", "minimum": 1}}},
                "AuditState": {"type": "string", "enum": ["queued", "running"], "description": "What it is doing."},
                "Detail": {"oneOf": [{"type": "object", "description": "Of a slow page.", "properties": {"total_ms": {"type": "integer"}}}, reference("Audit")]},
                "Problem": {"type": "object", "properties": {"title": {"type": "string"}}},
            },
        },
    })
}

#[test]
fn every_endpoint_is_there() {
    let scenario = r##"
        await until("endpoints", () => all(".operation").length > 4);
        const broken = all("main a[href^='#']").filter((link) => document.getElementById(link.hash.slice(1)) === null);
        return { heads: texts("#endpoints h3"), curls: texts("pre"), text: one("main").innerText, broken: broken.map(String), made: all("main b").length };
    "##;
    let Some(seen) = visit(Stub::default(), "/docs", Look::default(), scenario) else { return };
    let heads = ["GET /healthz", "GET /v1/audits", "POST /v1/audits", "DELETE /v1/audits/{id}"];
    assert_eq!(seen.result["heads"], json!(heads));
    let curls = seen.result["curls"].to_string();
    assert!(curls.contains(r#"-d '{\"url\":\"https://example.org/\"}'"#), "{curls}");
    assert!(
        curls.contains("curl -X DELETE -H 'Authorization: Bearer KEY'") && curls.contains("/v1/audits/ID'"),
        "{curls}"
    );
    let text = seen.result["text"].as_str().unwrap_or_default();
    for part in [
        "limit in the query, integer, from 1 to 100 default 20",
        "id in the path, string (uuid), required",
        "422 Wrong. application/problem+json Problem",
        "202 It is queued. headers: location",
        "200 Some of them. application/json list of Audit",
        "error string or null",
        "\"queued\" | \"running\"",
        "<b>Where</b> it starts.",
        "Of a slow page.",
        "total_ms integer",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!((&seen.result["broken"], &seen.result["made"]), (&json!([]), &json!(0)));
}

#[test]
fn a_problem_has_an_address() {
    let scenario = r##"
        await until("the problem", () => one("dt:target"));
        return { problem: one("dt:target").textContent, seen: one("dt:target").getBoundingClientRect().top < innerHeight };
    "##;
    let Some(seen) = visit(Stub::default(), "/problems/quota", Look::default(), scenario) else { return };
    assert_eq!(seen.result, json!({"problem": "quota (429)", "seen": true}));
}
