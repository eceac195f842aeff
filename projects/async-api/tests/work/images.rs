//! Images are fetched with care.

use crate::support::{asked, loopback, run};
use async_api::audit::images::{ImageError, Images};
use async_api::config::{AuditLimits, Settings};
use common::site::{Content, Reply, RunningSite, Site};

const PNG: [u8; 5] = [0x89, b'P', b'N', b'G', 0];

fn get(limits: AuditLimits, url: String) -> Result<Vec<u8>, ImageError> {
    run(async move { Images::new(&limits).unwrap().get(&url).await })
}

fn site() -> RunningSite {
    Site::empty()
        .on("/a.png", Content::new("image/png", PNG))
        .redirect_chain("/five", 5, "/a.png")
        .redirect_chain("/six", 6, "/a.png")
        .redirect_loop("/loop", 2)
        .on("/file", Reply::redirect(302, "file:///etc/passwd"))
        .on("/nowhere", Reply::status(302))
        .on("/large", Content::new("image/png", vec![0; 4_097]))
        .on("/fits", Content::new("image/png", vec![0; 4_096]))
        .on("/endless", Reply::content(Content::new("image/png", vec![0; 1_000])).endless(u64::MAX))
        .on("/cut", Reply::content(Content::new("image/png", vec![0; 1_000])).cut_off(10))
        .start()
        .unwrap()
}

#[test]
fn an_image_comes_whole_behind_five_redirects_and_not_behind_six() {
    let site = site();
    assert_eq!(get(loopback(), site.url("/a.png")), Ok(PNG.to_vec()));
    assert_eq!(get(loopback(), site.url("/five")), Ok(PNG.to_vec()));
    for path in ["/six", "/loop", "/nowhere", "/missing", "/cut"] {
        let got = get(loopback(), site.url(path));
        assert!(matches!(got, Err(ImageError::Unreachable(_))), "{path}: {got:?}");
    }
    assert!(!asked(&site).contains(&"/six/6".to_owned()));
}

#[test]
fn nothing_longer_than_a_page() {
    let (site, limits) = (site(), AuditLimits { page_bytes: 4_096, ..loopback() });
    assert_eq!(get(limits.clone(), site.url("/fits")).unwrap().len(), 4_096);
    for path in ["/large", "/endless"] {
        assert_eq!(get(limits.clone(), site.url(path)), Err(ImageError::TooLong), "{path}");
    }
}

#[test]
fn an_address_that_is_not_public_is_not_asked() {
    let site = site();
    let port = site.address().port();
    let hosts = [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "[::ffff:127.0.0.1]",
        "[::1]",
        "0",
        "127.0.0.1.",
    ];
    for host in hosts {
        let got = get(Settings::default().audits, format!("http://{host}:{port}/a.png"));
        assert!(matches!(got, Err(ImageError::Refused(_))), "{host}: {got:?}");
    }
    assert_eq!(site.requests().len(), 0);
}

#[test]
fn nor_behind_a_redirect_nor_by_another_scheme() {
    let hidden = site();
    // One that is allowed, and leads to one that is not: another address of this machine.
    let elsewhere = hidden.url("/a.png").replace("127.0.0.1", "localhost");
    let door = Site::empty()
        .on("/mapped", Reply::redirect(302, &hidden.url("/a.png").replace("127.0.0.1", "[::ffff:10.0.0.1]")))
        .on("/metadata", Reply::redirect(302, "http://169.254.169.254/latest/meta-data/"))
        .on("/file", Reply::redirect(302, "file:///etc/passwd"))
        .on("/inside", Reply::redirect(302, "/file"))
        .start()
        .unwrap();
    for path in ["/mapped", "/metadata", "/file", "/inside"] {
        let got = get(loopback(), door.url(path));
        assert!(matches!(got, Err(ImageError::Refused(_))), "{path}: {got:?}");
    }
    for url in ["file:///etc/passwd", "ftp://example.com/a.png", "data:image/png;base64,AAAA", "javascript:1"] {
        let got = get(loopback(), url.to_owned());
        assert!(matches!(got, Err(ImageError::Refused(_))), "{url}: {got:?}");
    }
    assert_eq!(hidden.requests().len(), 0);
    assert_eq!(get(loopback(), elsewhere), Ok(PNG.to_vec()), "a name that leads to an allowed address");
}
