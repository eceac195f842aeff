//! The encoding of a page (HTML Standard, "determining the character encoding"), and its bytes as UTF-8.

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use lol_html::{HtmlRewriter, Settings, element};

/// How many bytes a declaration inside the page is looked for in.
const DECLARED_WITHIN: usize = 1024;
/// The longest byte order mark.
const LONGEST_MARK: usize = 3;

/// Turns the bytes of a page into UTF-8, once enough of them have come to know what they are.
pub(super) struct Utf8 {
    state: State,
}

enum State {
    Undecided { from_header: Option<&'static Encoding>, seen: Vec<u8> },
    Decided { encoding: &'static Encoding, decoder: Option<Decoder> },
}

impl Utf8 {
    pub fn new(content_type: Option<&str>) -> Self {
        let from_header = content_type.and_then(parameter).and_then(|label| Encoding::for_label(label.as_bytes()));
        Self { state: State::Undecided { from_header, seen: Vec::new() } }
    }

    /// The encoding, UTF-8 as long as nothing is known.
    pub fn encoding(&self) -> &'static Encoding {
        match self.state {
            State::Undecided { .. } => UTF_8,
            State::Decided { encoding, .. } => encoding,
        }
    }

    /// Hands on to `next`, as UTF-8, what can be decoded by now; UTF-8 itself goes through as it is.
    pub fn write(&mut self, bytes: &[u8], last: bool, next: &mut impl FnMut(&[u8])) {
        match &mut self.state {
            State::Undecided { from_header, seen } => {
                // How the bytes were cut on their way must not decide: all pages are judged by the same beginning.
                let enough = if from_header.is_some() { LONGEST_MARK } else { DECLARED_WITHIN };
                seen.extend_from_slice(bytes);
                if seen.len() < enough && !last {
                    return;
                }
                let (from_header, seen) = (*from_header, std::mem::take(seen));
                let (encoding, mark) = determine(from_header, &seen);
                let decoder = (encoding != UTF_8).then(|| encoding.new_decoder_without_bom_handling());
                self.state = State::Decided { encoding, decoder };
                self.write(&seen[mark..], last, next);
            }
            State::Decided { decoder: None, .. } => next(bytes),
            State::Decided { decoder: Some(decoder), .. } => decode(decoder, bytes, last, next),
        }
    }
}

fn decode(decoder: &mut Decoder, mut bytes: &[u8], last: bool, next: &mut impl FnMut(&[u8])) {
    let mut utf8 = [0; 4096];
    loop {
        let (result, read, written, _) = decoder.decode_to_utf8(bytes, &mut utf8, last);
        next(&utf8[..written]);
        bytes = &bytes[read..];
        if result == encoding_rs::CoderResult::InputEmpty {
            return;
        }
    }
}

/// The encoding, and the length of the mark that says so: a byte order mark, the header, a `<meta>` near the
/// beginning, a guess.
fn determine(from_header: Option<&'static Encoding>, seen: &[u8]) -> (&'static Encoding, usize) {
    if let Some(marked) = Encoding::for_bom(seen) {
        return marked;
    }
    let beginning = &seen[..seen.len().min(DECLARED_WITHIN)];
    (from_header.or_else(|| declared(beginning)).unwrap_or_else(|| guess(beginning)), 0)
}

/// The encoding of a `<meta charset>` or `<meta http-equiv=content-type>`.
fn declared(beginning: &[u8]) -> Option<&'static Encoding> {
    let mut found = None;
    let handler = element!("meta", |meta| {
        let label = meta.get_attribute("charset").or_else(|| {
            let about = meta.get_attribute("http-equiv")?;
            let content = about.eq_ignore_ascii_case("content-type").then(|| meta.get_attribute("content"))??;
            parameter(&content).map(str::to_owned)
        });
        if found.is_none() {
            found = label.and_then(|label| Encoding::for_label(label.as_bytes()));
        }
        Ok(())
    });
    let settings = Settings::new().append_element_content_handler(handler).with_strict(false);
    let mut rewriter = HtmlRewriter::new(settings, |_: &[u8]| {});
    // A beginning that cannot be parsed declares nothing.
    let _ = rewriter.write(beginning).and_then(|()| rewriter.end());
    match found {
        // The declaration itself was read as ASCII.
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => Some(UTF_8),
        Some(encoding) if encoding.name() == "x-user-defined" => Some(WINDOWS_1252),
        other => other,
    }
}

/// Nobody said: UTF-8 if it can be, else what the web was written in before.
fn guess(beginning: &[u8]) -> &'static Encoding {
    match std::str::from_utf8(beginning) {
        Ok(_) => UTF_8,
        // Only the last character is cut off.
        Err(error) if error.error_len().is_none() => UTF_8,
        Err(_) => WINDOWS_1252,
    }
}

/// The value of `charset` in a content type.
fn parameter(content_type: &str) -> Option<&str> {
    let mut rest = content_type;
    loop {
        // Lower-casing ASCII moves no byte, so the place holds for the original.
        let at = rest.to_ascii_lowercase().find("charset")?;
        rest = &rest[at + "charset".len()..];
        if let Some(value) = rest.trim_start().strip_prefix('=') {
            let value = value.trim_start();
            let quoted = |quote| value.strip_prefix(quote).map(|value| value.split(quote).next().unwrap_or_default());
            let bare = || value.split(|c: char| c == ';' || c.is_ascii_whitespace()).next().unwrap_or_default();
            return Some(quoted('"').or_else(|| quoted('\'')).unwrap_or_else(bare));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content_type: Option<&str>, bytes: &[u8]) -> (&'static str, String) {
        let (mut utf8, mut text) = (Utf8::new(content_type), Vec::new());
        let mut next = |piece: &[u8]| text.extend_from_slice(piece);
        utf8.write(bytes, false, &mut next);
        utf8.write(b"", true, &mut next);
        (utf8.encoding().name(), String::from_utf8_lossy(&text).into_owned())
    }

    #[test]
    fn who_decides() {
        let latin1 = Some("text/html; Charset=\"ISO-8859-1\"");
        assert_eq!(read(latin1, b"\xE9"), ("windows-1252", "é".into()));
        assert_eq!(read(latin1, b"\xEF\xBB\xBF\xC3\xA9"), ("UTF-8", "é".into()), "a mark outranks the header");
        assert_eq!(read(latin1, b"<meta charset=utf-8>").0, "windows-1252", "the header outranks the page");
        assert_eq!(read(None, b"<META Charset='Shift_JIS'>\x82\xA0").1, "<META Charset='Shift_JIS'>あ");
        let equiv = b"<meta http-equiv=Content-Type content='text/html;charset=gbk'>";
        assert_eq!(read(Some("text/html"), equiv).0, "GBK");
        assert_eq!(read(None, b"<!-- <meta charset=gbk> -->").0, "UTF-8");
        assert_eq!(read(None, b"<meta charset=utf-16>").0, "UTF-8");
        assert_eq!(read(None, b"<meta charset=no-such-thing><meta charset=koi8-r>").0, "KOI8-R");
        assert_eq!(read(None, b"\xFF\xFEa\0"), ("UTF-16LE", "a".into()));
        assert_eq!(read(Some("text/html;charset=utf-16be"), b"\0a"), ("UTF-16BE", "a".into()));
        assert_eq!(read(None, "é".as_bytes()), ("UTF-8", "é".into()));
        assert_eq!(read(None, b"caf\xE9!"), ("windows-1252", "café!".into()));
        assert_eq!(read(None, b""), ("UTF-8", String::new()));
        let late = [&[b' '; DECLARED_WITHIN][..], b"<meta charset=gbk>"].concat();
        assert_eq!(read(None, &late).0, "UTF-8");
    }

    #[test]
    fn parameters() {
        assert_eq!(parameter("text/html; charset = 'a;b' x"), Some("a;b"));
        assert_eq!(parameter("text/html; charsets=1; charset=b; c"), Some("b"));
        assert_eq!(parameter("text/html"), None);
        assert_eq!(parameter("charset"), None);
    }
}
