//! What holds for every address and every page, tried on many of them.

use concurrent_scraper::address::{Normalisation, OutOfScope, Query, Region, Scope, ScopeOptions, normalise};
use concurrent_scraper::extract::{Extracted, Extractor, Limits};
use proptest::prelude::*;
use url::Url;

/// Addresses with all that normalisation has to do with: encodings good and bad, dots, cases, ports, queries.
fn address() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z0-9._~-]{1,3}",
        2 => "%[0-9a-fA-F]{2}",
        2 => Just("%".to_owned()),
        1 => "%(2e|2E|2f|25|41|7e|00)",
        2 => prop::sample::select(vec!["/", "//", "/./", "/../", "+", "&", "=", ";", "?", "#", "é", " ", "\\", ":", "@"])
            .prop_map(str::to_owned),
    ];
    let scheme = prop::sample::select(vec!["http", "HTTPS", "http"]);
    let host =
        prop::sample::select(vec!["h", "Example.COM", "a.b.c.", "10.0.0.1", "0x7f.1", "[::1]", "münchen.de", "u:p@h"]);
    let port = prop::sample::select(vec!["", ":80", ":443", ":8080"]);
    (scheme, host, port, prop::collection::vec(piece, 0..12))
        .prop_map(|(scheme, host, port, path)| format!("{scheme}://{host}{port}/{}", path.concat()))
}

fn how() -> impl Strategy<Value = Normalisation> {
    let query = prop::sample::select(vec![Query::Keep, Query::Sort, Query::Drop]);
    let ignored = prop::collection::vec(prop::sample::select(vec!["a", "b*", "utm_*"]), 0..2);
    (query, ignored).prop_map(|(query, ignored)| Normalisation {
        query,
        ignored_parameters: ignored.into_iter().map(str::to_owned).collect(),
    })
}

fn parsed(text: &str) -> Option<Url> {
    Url::parse(text).ok()
}

type Octets = Vec<u8>;

/// What a server understands of an address, by a rule that shares no code with the normaliser: the host and port to
/// connect to, and the octets of each segment and of the query. A `%` that encodes nothing stands for itself.
fn resource(url: &Url) -> (String, Option<u16>, Vec<Octets>, Option<Vec<Octets>>) {
    // Reserved characters are told apart from their encodings: `%2F` is no separator.
    let octets = |text: &str| {
        let mut octets = Vec::new();
        let mut bytes = text.bytes().collect::<std::collections::VecDeque<_>>();
        while let Some(byte) = bytes.pop_front() {
            let digit = |at: usize| bytes.get(at).and_then(|&digit| char::from(digit).to_digit(16));
            match (byte, digit(0), digit(1)) {
                (b'%', Some(high), Some(low)) => {
                    let octet = (high * 16 + low) as u8;
                    let unreserved = octet.is_ascii_alphanumeric() || b"-._~".contains(&octet);
                    if !unreserved {
                        octets.push(b'%');
                    }
                    octets.push(octet);
                    bytes.drain(..2);
                }
                _ => octets.push(byte),
            }
        }
        octets
    };
    let path = url.path().split('/').map(octets).collect();
    let query = url.query().map(|query| query.split('&').map(octets).collect());
    (
        format!("{}://{}@{}", url.scheme(), url.authority(), url.host_str().unwrap()),
        url.port_or_known_default(),
        path,
        query,
    )
}

proptest! {
    #[test]
    fn normalising_twice_changes_nothing_more(text in address(), how in how()) {
        let Some(mut once) = parsed(&text) else { return Ok(()) };
        normalise(&mut once, &how);
        let mut twice = once.clone();
        normalise(&mut twice, &how);
        prop_assert_eq!(&twice, &once);
        // And it survives being written down and read again, as the store does.
        prop_assert_eq!(parsed(once.as_str()), Some(once));
    }

    #[test]
    fn normalising_keeps_the_resource(text in address()) {
        let Some(given) = parsed(&text) else { return Ok(()) };
        let mut normal = given.clone();
        normalise(&mut normal, &Normalisation::default());
        prop_assert_eq!(resource(&normal), resource(&given));
        prop_assert_eq!(normal.fragment(), None);
    }

    /// Two ways to write one thing, one address: unreserved characters encoded, digits in either case.
    #[test]
    fn spellings_of_one_resource_become_one(path in "[a-z0-9/_~.-]{0,12}", choices in prop::collection::vec(0..3, 12)) {
        let spelt: String = path.chars().zip(choices).map(|(c, choice)| match (c, choice) {
            ('/', _) | (_, 0) => c.to_string(),
            (c, 1) => format!("%{:02x}", u32::from(c)),
            (c, _) => format!("%{:02X}", u32::from(c)),
        }).collect();
        let normal = |path: &str| {
            let mut url = Url::parse(&format!("http://h/x{path}")).unwrap();
            normalise(&mut url, &Normalisation::default());
            url
        };
        prop_assert_eq!(normal(&spelt), normal(&path));
    }

    /// Sorting moves parameters, and loses or invents none; those of one name stay in order.
    #[test]
    fn sorting_only_sorts(query in "[ab](=[0-9])?(&[abc](=[0-9])?){0,6}") {
        let mut url = Url::parse(&format!("http://h/?{query}")).unwrap();
        normalise(&mut url, &Normalisation { query: Query::Sort, ..Normalisation::default() });
        let (before, after): (Vec<&str>, Vec<&str>) = (query.split('&').collect(), url.query().unwrap().split('&').collect());
        for name in ["a", "b", "c"] {
            let named = |all: &[&str]| all.iter().filter(|one| one.starts_with(name)).map(|one| (*one).to_owned()).collect::<Vec<_>>();
            prop_assert_eq!(named(&after), named(&before));
        }
        prop_assert!(after.iter().map(|one| one.as_bytes()[0]).is_sorted());
    }

    #[test]
    fn no_other_scheme_is_ever_in_scope(
        scheme in "[a-z][a-z0-9+.-]{0,8}", rest in ".{0,20}", region in 0..4_usize, depth in 0..5_u32
    ) {
        let region = [Region::Host, Region::Prefix, Region::Subdomains, Region::Any][region];
        let seed = Url::parse("http://h/").unwrap();
        let options = ScopeOptions { region, include: vec![String::new()], ..ScopeOptions::default() };
        let scope = Scope::new(&[seed], &options).unwrap();
        for text in [format!("{scheme}:{rest}"), format!("{scheme}://h/{rest}")] {
            let Some(url) = parsed(&text) else { continue };
            let web = text.to_ascii_lowercase().starts_with("http:") || text.to_ascii_lowercase().starts_with("https:");
            prop_assert!(web || scope.contains(&url, depth) == Err(OutOfScope::Scheme), "{}", text);
        }
    }

    /// Whatever is in scope by prefix is below the folder, and by host is on the host.
    #[test]
    fn the_scope_holds_by_an_independent_rule(text in address(), seed in address()) {
        let (Some(url), Some(seed)) = (parsed(&text), parsed(&seed)) else { return Ok(()) };
        let contains = |region| {
            let options = ScopeOptions { region, ..ScopeOptions::default() };
            Scope::new(std::slice::from_ref(&seed), &options).unwrap().contains(&url, 0).is_ok()
        };
        let port = |url: &Url| url.port_or_known_default().filter(|port| ![80, 443].contains(port));
        let name = |url: &Url| url.host_str().unwrap().trim_end_matches('.').to_owned();
        let same = name(&url) == name(&seed);
        if contains(Region::Host) { prop_assert!(same && port(&url) == port(&seed)); }
        if contains(Region::Prefix) { prop_assert!(same && url.path().starts_with(seed.join(".").unwrap().path())); }
        if same && url.port() == seed.port() { prop_assert!(contains(Region::Host) && contains(Region::Subdomains)); }
    }

    #[test]
    fn nothing_makes_the_extractor_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000), kind in content_type()) {
        whole(kind.as_deref(), &bytes);
    }

    #[test]
    fn links_are_absolute_normal_and_different(page in page()) {
        let extracted = whole(Some("text/html"), page.as_bytes());
        let mut seen = std::collections::HashSet::new();
        for link in &extracted.links {
            prop_assert!(["http", "https"].contains(&link.url.scheme()));
            let mut again = Url::parse(link.url.as_str()).unwrap();
            normalise(&mut again, &Normalisation::default());
            prop_assert_eq!(&again, &link.url);
            prop_assert!(seen.insert((link.kind, link.url.clone())));
        }
    }

    /// Two cuts anywhere: pages larger than what is tried at every byte.
    #[test]
    fn cuts_make_no_difference(page in page(), kind in content_type(), cuts in (0..2000_usize, 0..2000_usize)) {
        let bytes = page.as_bytes();
        let (one, two) = (cuts.0.min(bytes.len()), cuts.1.min(bytes.len()));
        let (one, two) = (one.min(two), one.max(two));
        let pieces = [&bytes[..one], &bytes[one..two], &bytes[two..]];
        prop_assert_eq!(in_pieces(kind.as_deref(), &pieces), whole(kind.as_deref(), bytes));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Every place to cut, and every byte by itself.
    #[test]
    fn every_cut_makes_no_difference(page in small_page(), kind in content_type()) {
        let bytes = page.as_bytes();
        let expected = whole(kind.as_deref(), bytes);
        for cut in 0..=bytes.len() {
            let (before, after) = bytes.split_at(cut);
            prop_assert_eq!(&in_pieces(kind.as_deref(), &[before, after]), &expected, "cut at {}", cut);
        }
        prop_assert_eq!(in_pieces(kind.as_deref(), &bytes.chunks(1).collect::<Vec<_>>()), expected);
    }
}

fn content_type() -> impl Strategy<Value = Option<String>> {
    let types =
        vec!["text/html", "text/html; charset=utf-8", "text/html;charset=shift_jis", "text/html;charset=utf-16le"];
    prop::option::of(prop::sample::select(types).prop_map(str::to_owned))
}

/// Fragments of HTML in any order: whole elements, halves of them, and what confuses tokenizers.
fn fragment() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec![
            "<a href=x>", "<a href='y?a=1&amp;b=2&copy=3' rel=nofollow>", "<A HREF=\"/Z%7e#f\">t</A>", "<base href=/b/>",
            "<title>T &amp; é</title>", "<img srcset='1.png 1x, 2.png 2x'>", "<link rel=canonical href=c>",
            "<meta http-equiv=refresh content='0;url=r'>", "<meta charset=windows-1251>", "<meta name=robots content=none>",
            "<noscript><a href=n></noscript>", "<script>'<a href=no>'</script>", "<!-- <a href=no> -->",
            "<svg><title>s</title><a href=v></svg>", "<textarea><a href=no></textarea>", "<![CDATA[<a href=d>]]>",
        ]).prop_map(str::to_owned),
        2 => prop::sample::select(vec![
            "<", ">", "'", "\"", "=", "</", "<!", "<!--", "-->", "<a", " href=", "&", "&amp", "&#x2F;", "<script>", "</script>",
            "<style>", "</style>", "<title>", "</title>", "<noscript>", "</noscript>", "<plaintext>", "<select>", "<math>", "\0", "\r\n",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,5}",
    ]
}

fn page() -> impl Strategy<Value = String> {
    // Some are longer than the beginning that decides on the encoding.
    (0..1100_usize, prop::collection::vec(fragment(), 0..40))
        .prop_map(|(space, page)| " ".repeat(space) + &page.concat())
}

fn small_page() -> impl Strategy<Value = String> {
    prop::collection::vec(fragment(), 0..8).prop_map(|page| page.concat())
}

fn whole(content_type: Option<&str>, bytes: &[u8]) -> Extracted {
    in_pieces(content_type, &[bytes])
}

fn in_pieces(content_type: Option<&str>, pieces: &[&[u8]]) -> Extracted {
    let mut extractor = Extractor::new(&Url::parse("http://h/d/p").unwrap(), content_type, Limits::default());
    pieces.iter().for_each(|piece| extractor.write(piece));
    extractor.end()
}
