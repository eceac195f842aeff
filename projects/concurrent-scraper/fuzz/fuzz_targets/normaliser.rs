//! Normalising an address twice changes nothing more, and what it writes can be read again.
#![no_main]

use concurrent_scraper::address::{Normalisation, Query, normalise};
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|text: &str| {
    let Ok(url) = Url::parse("http://h/d/p").and_then(|base| base.join(text)) else { return };
    if !matches!(url.scheme(), "http" | "https") {
        return;
    }
    for query in [Query::Keep, Query::Sort, Query::Drop] {
        let how = Normalisation { query, ignored_parameters: vec!["u*".to_owned()] };
        let mut once = url.clone();
        normalise(&mut once, &how);
        let mut twice = once.clone();
        normalise(&mut twice, &how);
        assert_eq!(once, twice);
        assert_eq!(Url::parse(once.as_str()), Ok(once));
    }
});
