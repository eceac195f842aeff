//! What the extractor finds in small pages, each written to show one thing.

use concurrent_scraper::extract::{Extracted, Extractor, Limits};
use concurrent_scraper::page::LinkKind;
use url::Url;

fn extract_as(content_type: Option<&str>, html: &[u8]) -> Extracted {
    let mut extractor = Extractor::new(&Url::parse("http://h/d/page?q").unwrap(), content_type, Limits::default());
    extractor.write(html);
    extractor.end()
}

fn extract(html: &str) -> Extracted {
    extract_as(Some("text/html; charset=utf-8"), html.as_bytes())
}

fn urls(extracted: &Extracted) -> Vec<&str> {
    extracted.links.iter().map(|link| link.url.as_str()).collect()
}

/// Each row of the table of elements, and what must not count as one.
#[test]
fn every_element_that_points_somewhere() {
    use LinkKind::*;
    for (html, kind) in [
        ("<a href=x>", Anchor),
        ("<A HREF='x'>", Anchor),
        ("<map><area href=x></map>", Area),
        ("<iframe src=x></iframe>", Frame),
        ("<frameset><frame src=x></frameset>", Frame),
        ("<img src=x>", Image),
        ("<img srcset='x 2x'>", Image),
        ("<picture><source srcset=x></picture>", Image),
        ("<input type=IMAGE src=x>", Image),
        ("<video poster=x></video>", Image),
        ("<link rel='shortcut icon' href=x>", Image),
        ("<link rel=preload as=image imagesrcset='x 2x'>", Image),
        ("<script src=x></script>", Script),
        ("<link rel='alternate StyleSheet' href=x>", Style),
        ("<video src=x></video>", Media),
        ("<audio src=x></audio>", Media),
        ("<audio><source src=x></audio>", Media),
        ("<video><track src=x></video>", Media),
        ("<embed src=x>", Media),
        ("<object data=x></object>", Media),
        ("<link rel=canonical href=x>", Canonical),
        ("<link rel=alternate hreflang=de href=x>", Related),
        ("<link rel=next href=x>", Related),
        ("<link rel=manifest href=x>", Resource),
        ("<meta http-equiv=Refresh content='0;url=x'>", Refresh),
        ("<noscript><a href=x></noscript>", Anchor),
        ("<svg><a href=x></svg>", Anchor),
        ("<template><a href=x></template>", Anchor),
    ] {
        let extracted = extract(html);
        assert_eq!(urls(&extracted), ["http://h/d/x"], "{html}");
        assert_eq!(extracted.links[0].kind, kind, "{html}");
    }
    for html in [
        "<a>x</a><a name=x>",
        "<!-- <a href=x> -->",
        "<script>'<a href=x>'</script>",
        "<style><a href=x></style>",
        "<textarea><a href=x></textarea>",
        "<title><a href=x></title>",
        "<iframe><a href=x></iframe>",
        "<input type=text src=x>",
        "<link rel=preconnect href=x>",
        "<link href=x>",
        "<meta http-equiv=refresh content=5>",
        "<a href=javascript:x><a href=' DATA:text/html,x'><a href=mailto:a@h><a href=tel:1><a href='http://'>",
        "<a hr",
        "<a href='x",
    ] {
        assert_eq!(urls(&extract(html)), [""; 0], "{html}");
    }
}

#[test]
fn links_are_what_a_browser_would_open() {
    let html = "<a href='?a=1&amp;b=2&copy=3'><a href=' \t/a\n/b\r\n '><a href=../../../up><a href=//other/x>
        <a href=HTTPS://H:443/%7ea#f><a href='é?é'><a href='a b'><a href=''><a href=\\back><a href='&#x2F;c'>\
        <a href='a\u{1}b'>";
    assert_eq!(
        urls(&extract(html)),
        [
            "http://h/d/page?a=1&b=2&copy=3",
            "http://h/a/b",
            "http://h/up",
            "http://other/x",
            "https://h/~a",
            "http://h/d/%C3%A9?%C3%A9",
            "http://h/d/a%20b",
            "http://h/d/page?q",
            "http://h/back",
            "http://h/c",
            "http://h/d/a%01b",
        ]
    );
}

#[test]
fn each_link_once_and_every_occurrence_counted() {
    let extracted = extract("<a href=b#1><a href=a><a href=b#2><a href=./b><a href=javascript:x><img src=b><a>");
    assert_eq!(urls(&extracted), ["http://h/d/b", "http://h/d/a", "http://h/d/b"]);
    assert_eq!(extracted.links[2].kind, LinkKind::Image);
    assert_eq!(extracted.occurrences, 5);
}

/// `nofollow` holds for a link only if no other occurrence of it goes without.
#[test]
fn no_follow() {
    let extracted = extract(
        "<a rel='x NoFollow' href=a><a rel=nofollow href=b><a href=./b><a rel=nofollows href=c>\
        <a href=d><a rel=nofollow href=d><a rel=nofollow href=e><a href=e>",
    );
    let followed: Vec<bool> = extracted.links.iter().map(|link| !link.no_follow).collect();
    assert_eq!(followed, [false, true, true, true, true]);
    let extracted = extract("<meta name=ROBOTS content='NoIndex, follow'><meta name=robots content=nofollow>");
    assert!(extracted.no_index && extracted.no_follow);
    assert!(!extract("<meta name=googlebot content=none>").no_follow);
}

/// The first base counts, for the links before it as well.
#[test]
fn base() {
    let extracted = extract("<a href=a><base target=x><base href=/b/c><base href=/e/><a href=f><a href=#g>");
    assert_eq!(extracted.base.as_str(), "http://h/b/c");
    assert_eq!(urls(&extracted), ["http://h/b/a", "http://h/b/f", "http://h/b/c"]);
    assert_eq!(urls(&extract("<base href='http://'><a href=a>")), ["http://h/d/a"]);
    assert_eq!(urls(&extract("<base href='data:,x'><a href=a>")), ["http://h/d/a"]);
    assert_eq!(urls(&extract("<base href='mailto:x'><a href=a><a href=http://i/>")), ["http://i/"]);
}

#[test]
fn what_the_page_says_about_itself() {
    let extracted = extract(
        "<svg><title>no</title></svg><title>A &amp;\n B</title><title>no</title>\
         <link rel=canonical href=/c#x><link rel=canonical href=no><meta http-equiv=refresh content='1; url=r'>",
    );
    assert_eq!(extracted.title.as_deref(), Some("A & B"));
    assert_eq!(extracted.canonical.map(String::from).as_deref(), Some("http://h/c"));
    assert_eq!(extracted.refresh.map(String::from).as_deref(), Some("http://h/d/r"));
    assert!(!extracted.truncated);
    assert_eq!(extract("<p>").title, None);
    assert_eq!(extract("<title> </title><svg><title>no</title></svg>").title, None);
}

#[test]
fn a_page_in_another_encoding() {
    let sjis =
        extract_as(None, b"<meta charset=shift_jis><title>\x82\xA0</title><a href='?\x82\xA0'><a href=\x82\xA0>");
    assert_eq!((sjis.charset, sjis.title.as_deref()), ("Shift_JIS", Some("あ")));
    // A query is encoded as the page is, a path always as UTF-8 (URL Standard).
    assert_eq!(urls(&sjis), ["http://h/d/page?%82%A0", "http://h/d/%E3%81%82"]);
    let utf16: Vec<u8> = "\u{FEFF}<a href=é>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(urls(&extract_as(Some("text/html"), &utf16)), ["http://h/d/%C3%A9"]);
}

/// At each limit the page is cut, says so, and the rest of it still counts.
#[test]
fn limits() {
    let limited = |limits: Limits, html: &str| {
        let mut extractor = Extractor::new(&Url::parse("http://h/").unwrap(), Some("text/html"), limits);
        html.as_bytes().chunks(100).for_each(|piece| extractor.write(piece));
        let extracted = extractor.end();
        (extracted.links.len(), extracted.occurrences, extracted.title.unwrap_or_default().len(), extracted.truncated)
    };
    let many: String = (0..100).map(|n| format!("<a href={n:03}>")).collect();
    assert_eq!(limited(Limits { links: 100, ..Limits::default() }, &many), (100, 100, 0, false));
    assert_eq!(limited(Limits { links: 99, ..Limits::default() }, &many), (99, 100, 0, true));
    assert_eq!(limited(Limits { link_bytes: 299, ..Limits::default() }, &many), (99, 100, 0, true));
    assert_eq!(limited(Limits { href: 2, ..Limits::default() }, &format!("{many}<a href=a>")), (1, 101, 0, true));
    // The sections of one page are one link, also for the limit.
    assert_eq!(limited(Limits { links: 1, ..Limits::default() }, "<a href=a#1><a href=a#2>"), (1, 2, 0, false));
    let title = Limits { title: 10, ..Limits::default() };
    assert_eq!(limited(title.clone(), "<title>0123456789</title><a href=a>"), (1, 1, 10, false));
    assert_eq!(limited(title, "<title>012345678é</title><a href=a>"), (1, 1, 9, true));
    let noscript = Limits { noscript: 12, ..Limits::default() };
    assert_eq!(limited(noscript, "<noscript><a href=abc>   <a href=b></noscript>"), (1, 1, 0, true));
    let huge = format!("<a href=a><a href='{}' title='{}'><a href=b>", "x".repeat(5_000), "y".repeat(500_000));
    let parser = Limits { parser: 100_000, ..Limits::default() };
    assert_eq!(limited(parser, &format!("{huge}{}<a href=c>", " ".repeat(200))), (3, 3, 0, true));
}

/// A page of megabytes inside one attribute is skipped, not kept: an image inlined as `data:`.
#[test]
fn inline_images_are_skipped() {
    let html =
        format!("<a href=a><img src='data:image/png;base64,{}'>{}<a href=b>", "A".repeat(3 << 20), " ".repeat(70_000));
    let mut extractor = Extractor::new(&Url::parse("http://h/").unwrap(), Some("text/html"), Limits::default());
    html.as_bytes().chunks(8192).for_each(|piece| extractor.write(piece));
    let extracted = extractor.end();
    assert_eq!(urls(&extracted), ["http://h/a", "http://h/b"]);
    assert!(extracted.truncated);
}

/// Half a million nested elements, or as many `<noscript>` in each other, end nobody's stack.
#[test]
fn nesting() {
    let deep = format!("{}<a href=x>", "<div>".repeat(500_000));
    assert!(extract(&deep).truncated || urls(&extract(&deep)) == ["http://h/d/x"]);
    let deep = format!("{}<a href=x>", "<noscript>".repeat(5_000));
    assert!(extract(&deep).links.len() <= 1);
}
