//! No robots.txt makes the parser panic or take its time, and neither does asking it about an address.
#![no_main]

use concurrent_scraper::politeness::Rules;
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|input: (&str, &[u8])| {
    let (path, file) = input;
    let Ok(url) = Url::parse("http://h/").and_then(|base| base.join(path)) else { return };
    let rules = Rules::parse(file, "concurrent-scraper/1.0 (+http://example.com)");
    rules.allows(&url);
    rules.delay();
    // What cannot be had forbids, but an empty file never does.
    assert!(Rules::parse(b"", "concurrent-scraper").allows(&url));
});
