use super::asking::page;
use super::{Service, with_embedded};
use async_api::config::Settings;
use async_api::model::{AuditId, Image};
use common::site::{Content, Reply, RunningSite, Site};

/// A picture of one colour.
pub fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&vec![127; (width * height * 3) as usize]).unwrap();
    writer.finish().unwrap();
    bytes
}

pub fn allow_this_machine(settings: &mut Settings) {
    settings.audits.allow = vec!["127.0.0.0/8".parse().unwrap()];
}

/// An audit with one page, number 7, that shows these images of the site.
pub async fn with_images(service: &Service, site: &RunningSite, paths: &[&str]) -> AuditId {
    let id = service.audit().await;
    let job = service.begin().await;
    let images = paths.iter().map(|path| Image(site.url(path))).collect();
    service.record(&job, vec![page(7, 200, images)]).await;
    id
}

#[test]
fn an_image_of_a_page_is_made_small() {
    let site =
        Site::empty().on("/a.png", Reply::content(Content::new("image/png", picture(800, 400)))).start().unwrap();
    with_embedded(allow_this_machine, |service| async move {
        let id = with_images(&service, &site, &["/a.png"]).await;
        for (query, width, height) in [("", 256, 128), ("?width=16", 16, 8), ("?width=512", 512, 256)] {
            let answer = service.get(&format!("/v1/audits/{id}/pages/7/images/0/thumbnail{query}")).await;
            assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "image/jpeg"));
            let mut decoder = jpeg_decoder::Decoder::new(&answer.bytes[..]);
            decoder.read_info().unwrap();
            let info = decoder.info().unwrap();
            assert_eq!((info.width, info.height), (width, height));
        }
        for width in ["15", "513", "x", "+16"] {
            let path = format!("/v1/audits/{id}/pages/7/images/0/thumbnail?width={width}");
            assert_eq!(service.get(&path).await.fields(), ["width"]);
        }
    });
}

#[test]
fn what_is_no_image_is_said() {
    let site = Site::empty()
        .on("/text", Reply::content(Content::text("no image")))
        .on("/cut.png", Reply::content(Content::new("image/png", picture(800, 400)[..200].to_vec())))
        .on("/gone.png", Reply::status(404))
        .start()
        .unwrap();
    with_embedded(allow_this_machine, |service| async move {
        let id = with_images(&service, &site, &["/text", "/cut.png", "/gone.png"]).await;
        for (place, status, kind) in [
            ("7/images/0", 415, "media-type"),
            ("7/images/1", 502, "image"),
            ("7/images/2", 502, "image"),
            ("7/images/3", 404, "not-found"),
            ("8/images/0", 404, "not-found"),
            ("07/images/0", 404, "not-found"),
            ("7/images/-1", 404, "not-found"),
            ("18446744073709551615/images/0", 404, "not-found"),
        ] {
            let answer = service.get(&format!("/v1/audits/{id}/pages/{place}/thumbnail")).await;
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (status, kind), "{place}");
        }
    });
}

#[test]
fn an_image_in_the_private_network_is_not_fetched() {
    let site = Site::empty().on("/a.png", Reply::content(Content::new("image/png", picture(8, 4)))).start().unwrap();
    with_embedded(
        |_| (),
        |service| async move {
            let id = with_images(&service, &site, &["/a.png"]).await;
            let answer = service.get(&format!("/v1/audits/{id}/pages/7/images/0/thumbnail")).await;
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (502, "image"));
            assert!(site.requests().is_empty());
        },
    );
}
