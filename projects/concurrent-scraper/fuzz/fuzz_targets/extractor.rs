//! No bytes make the extractor panic, and how they are cut makes no difference to what it finds.
#![no_main]

use concurrent_scraper::extract::{Extracted, Extractor, Limits};
use libfuzzer_sys::fuzz_target;
use url::Url;

const TYPES: [Option<&str>; 5] = [
    None,
    Some("text/html"),
    Some("text/html;charset=utf-8"),
    Some("text/html;charset=gbk"),
    Some("text/html;charset=utf-16le"),
];

fuzz_target!(|input: (u8, usize, &[u8])| {
    let (kind, cut, bytes) = input;
    let content_type = TYPES[usize::from(kind) % TYPES.len()];
    let whole = extract(content_type, &[bytes]);
    let (before, after) = bytes.split_at(cut % (bytes.len() + 1));
    assert_eq!(extract(content_type, &[before, after]), whole);
    for link in &whole.links {
        assert!(matches!(link.url.scheme(), "http" | "https"));
        assert_eq!(Url::parse(link.url.as_str()).as_ref(), Ok(&link.url));
    }
});

fn extract(content_type: Option<&str>, pieces: &[&[u8]]) -> Extracted {
    let page = Url::parse("http://h/d/p").expect("an address");
    let mut extractor = Extractor::new(&page, content_type, Limits::default());
    pieces.iter().for_each(|piece| extractor.write(piece));
    extractor.end()
}
