//! Sitemaps: the XML of sitemaps.org, its index, gzip around either, and plain lists of addresses.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use quick_xml::Reader;
use quick_xml::events::Event;
use thiserror::Error;
use url::Url;

/// How much of a sitemap is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Addresses; sitemaps.org allows 50,000.
    pub addresses: usize,
    /// Bytes, unpacked; sitemaps.org allows 50 MiB.
    pub bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { addresses: 50_000, bytes: 50 << 20 }
    }
}

/// What a sitemap names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sitemap {
    /// Pages, in its order.
    pub pages: Vec<Url>,
    /// Other sitemaps, if this is an index.
    pub sitemaps: Vec<Url>,
    /// It is longer than the limits.
    pub truncated: bool,
    /// Why it was read no further; what stands before that counts.
    pub problem: Option<String>,
}

/// A line of a list that is not an address.
#[derive(Debug, Error)]
pub enum SeedError {
    /// The list cannot be read.
    #[error("line {line}: {error}")]
    Io {
        /// Counted from 1.
        line: usize,
        /// Why.
        error: io::Error,
    },
    /// Not an `http` or `https` address.
    #[error("line {line}: `{text}` is not an http or https address")]
    Address {
        /// Counted from 1.
        line: usize,
        /// What stands there.
        text: String,
    },
}

/// Reads a list of seeds, an address a line; empty lines and those that begin with `#` say nothing. Nothing is kept:
/// a list may be longer than memory.
pub fn seeds(list: impl BufRead) -> impl Iterator<Item = Result<Url, SeedError>> {
    list.lines().enumerate().filter_map(|(line, text)| {
        let line = line + 1;
        let text = match text {
            Ok(text) => text.trim().to_owned(),
            Err(error) => return Some(Err(SeedError::Io { line, error })),
        };
        let says_something = !text.is_empty() && !text.starts_with('#');
        says_something.then(|| address(&text).ok_or(SeedError::Address { line, text }))
    })
}

/// Reads a sitemap, whatever its form: its first bytes tell. A broken one yields what stands before the break.
pub fn read(body: impl Read, limits: Limits) -> Sitemap {
    let mut body = BufReader::new(body);
    let packed = body.fill_buf().is_ok_and(|start| start.starts_with(&[0x1F, 0x8B]));
    let unpacked: Box<dyn Read + '_> = if packed { Box::new(MultiGzDecoder::new(body)) } else { Box::new(body) };
    // One byte more than allowed, to tell a sitemap of just that size from a longer one.
    let mut bounded = BufReader::new(unpacked.take(limits.bytes + 1));
    let mut sitemap = Sitemap::default();
    let is_xml = bounded
        .fill_buf()
        .is_ok_and(|start| start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start().starts_with(b"<"));
    let outcome =
        if is_xml { xml(&mut bounded, limits, &mut sitemap) } else { list(&mut bounded, limits, &mut sitemap) };
    let rest = bounded.get_ref().limit();
    sitemap.truncated |= rest == 0;
    sitemap.problem = outcome.err().filter(|_| !sitemap.truncated);
    sitemap
}

fn list(body: &mut impl BufRead, limits: Limits, sitemap: &mut Sitemap) -> Result<(), String> {
    for line in body.lines() {
        let line = line.map_err(|error| error.to_string())?;
        if let Some(url) = address(line.trim_start_matches('\u{FEFF}').trim()) {
            if sitemap.pages.len() == limits.addresses {
                sitemap.truncated = true;
                return Ok(());
            }
            sitemap.pages.push(url);
        }
    }
    Ok(())
}

fn xml(body: &mut impl BufRead, limits: Limits, sitemap: &mut Sitemap) -> Result<(), String> {
    let mut reader = Reader::from_reader(body);
    let mut buffer = Vec::new();
    // `<image:loc>` inside `<image:image>` is no page: only the parent tells.
    let (mut open, mut text) = (Vec::<String>::new(), String::new());
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(|error| error.to_string())? {
            Event::Start(element) => {
                open.push(element.local_name().as_ref().to_owned());
                text.clear();
                if open.len() > DEEPEST {
                    return Err(format!("elements nested more than {DEEPEST} deep"));
                }
            }
            Event::Text(piece) => text.push_str(&piece),
            Event::CData(piece) => text.push_str(&piece),
            Event::GeneralRef(reference) => {
                // One of the five of XML, or a number: a sitemap declares none of its own.
                let known = quick_xml::escape::unescape(&format!("&{};", &*reference)).map(Cow::into_owned);
                text.push_str(&known.unwrap_or_default());
            }
            Event::End(_) => {
                let is = |element: Option<&String>, name: &str| element.is_some_and(|element| element == name);
                let parent = open.len().checked_sub(2).and_then(|at| open.get(at));
                let found = is(open.last(), "loc").then(|| address(text.trim())).flatten();
                if let Some(url) = found {
                    if sitemap.pages.len() + sitemap.sitemaps.len() == limits.addresses {
                        sitemap.truncated = true;
                        return Ok(());
                    }
                    if is(parent, "url") {
                        sitemap.pages.push(url);
                    } else if is(parent, "sitemap") {
                        sitemap.sitemaps.push(url);
                    }
                }
                open.pop();
                text.clear();
            }
            Event::Eof if open.is_empty() => return Ok(()),
            Event::Eof => return Err("it ends in the middle".to_owned()),
            _ => {}
        }
    }
}

/// A sitemap is four deep, extensions of it a few more.
const DEEPEST: usize = 32;

fn address(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn pages(sitemap: &Sitemap) -> Vec<&str> {
        sitemap.pages.iter().map(Url::as_str).collect()
    }

    const XML: &str =
        "\u{FEFF}<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:image='i'>
        <url><loc> http://h/a?b&amp;c&#x21; </loc><lastmod>2026</lastmod>
          <image:image><image:loc>http://h/a.png</image:loc></image:image></url>
        <!-- <url><loc>http://h/no</loc></url> -->
        <url><loc><![CDATA[http://h/b&c]]></loc></url><url><loc>/relative</loc></url><loc>http://h/no</loc></urlset>";

    #[test]
    fn every_form() {
        let expected = ["http://h/a?b&c!", "http://h/b&c"];
        assert_eq!(pages(&read(XML.as_bytes(), Limits::default())), expected);
        let packed = read(&gzip(XML.as_bytes())[..], Limits::default());
        assert_eq!((pages(&packed), &packed.problem, packed.truncated), (expected.to_vec(), &None, false));
        let index = "<sitemapindex><sitemap><loc>https://h/1.xml.gz</loc></sitemap></sitemapindex>";
        let index = read(index.as_bytes(), Limits::default());
        assert_eq!((index.pages.len(), index.sitemaps[0].as_str()), (0, "https://h/1.xml.gz"));
        let text = "\u{FEFF}http://h/a\r\nnonsense\n\nhttp://h/b";
        assert_eq!(pages(&read(text.as_bytes(), Limits::default())), ["http://h/a", "http://h/b"]);
        assert_eq!(read(&b""[..], Limits::default()), Sitemap::default());
    }

    #[test]
    fn what_is_broken_counts_up_to_there() {
        let cut = &XML.as_bytes()[..XML.len() - 100];
        let sitemap = read(cut, Limits::default());
        assert_eq!(pages(&sitemap)[0], "http://h/a?b&c!");
        assert!(sitemap.problem.is_some());
        let packed = gzip(XML.as_bytes());
        assert!(read(&packed[..packed.len() - 9], Limits::default()).problem.is_some());
        let deep = "<a>".repeat(100_000);
        assert!(read(deep.as_bytes(), Limits::default()).problem.unwrap().contains("deep"));
    }

    #[test]
    fn bounds() {
        let two = Limits { addresses: 1, ..Limits::default() };
        let sitemap = read(XML.as_bytes(), two);
        assert_eq!((sitemap.pages.len(), sitemap.truncated), (1, true));
        let exact = Limits { bytes: XML.len() as u64, ..Limits::default() };
        assert!(!read(XML.as_bytes(), exact).truncated);
        let sitemap = read(XML.as_bytes(), Limits { bytes: XML.len() as u64 - 40, ..Limits::default() });
        assert_eq!((sitemap.pages.len(), sitemap.truncated, sitemap.problem), (2, true, None));
        let bomb = gzip(&vec![b' '; 10 << 20]);
        assert!(bomb.len() < 100_000);
        assert!(read(&bomb[..], Limits { bytes: 1 << 20, ..Limits::default() }).truncated);
        let text = read(&b"http://h/a\nhttp://h/b"[..], two);
        assert_eq!((text.pages.len(), text.truncated), (1, true));
    }

    #[test]
    fn seeds_of_a_file() {
        let list = "# mine\n\nhttp://h/a \nh/b\nftp://h/\nhttps://h/c";
        let seeds: Vec<String> =
            seeds(list.as_bytes()).map(|seed| seed.map_or_else(|error| error.to_string(), String::from)).collect();
        let wrong = |line, text| format!("line {line}: `{text}` is not an http or https address");
        assert_eq!(seeds, ["http://h/a".to_owned(), wrong(4, "h/b"), wrong(5, "ftp://h/"), "https://h/c".to_owned()]);
    }
}
