use super::with_service;

#[test]
fn a_report_in_three_forms() {
    with_service(
        |_| (),
        |service| async move {
            let id = service.done().await;
            let get = async |end: &str| service.get(&format!("/v1/audits/{id}/report{end}")).await;
            let json = get("").await.json();
            assert_eq!(
                (json["audit"]["id"].as_str(), json["truncated"].as_bool()),
                (Some(&*id.to_string()), Some(false))
            );
            assert_eq!(json["findings"].as_array().unwrap().len(), 5);
            let csv = get(".csv").await;
            assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
            assert_eq!(csv.header("content-disposition"), format!("attachment; filename=\"audit-{id}.csv\""));
            assert!(!csv.bytes.is_empty());
            let pdf = get(".pdf").await;
            assert_eq!(pdf.header("content-type"), "application/pdf");
            assert!(pdf.bytes.starts_with(b"%PDF-"));
        },
    );
}

#[test]
fn there_is_none_before_the_end() {
    with_service(
        |_| (),
        |service| async move {
            let id = service.audit().await;
            for end in ["", ".csv", ".pdf"] {
                let answer = service.get(&format!("/v1/audits/{id}/report{end}")).await;
                assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (409, "state"));
            }
        },
    );
}
