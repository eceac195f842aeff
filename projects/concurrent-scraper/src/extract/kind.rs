//! Whether a body is a page. Its name says nothing: `/download.php?f=1` may be either.

/// Whether a body with this `Content-Type` is HTML. Without one the first bytes decide, and they are believed only
/// if they are a tag.
pub fn is_html(content_type: Option<&str>, first: &[u8]) -> bool {
    let Some(content_type) = content_type else {
        let first = first.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(first).trim_ascii_start();
        return matches!(first, [b'<', b'!' | b'a'..=b'z' | b'A'..=b'Z', ..]);
    };
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    ["text/html", "application/xhtml+xml"].iter().any(|html| essence.eq_ignore_ascii_case(html))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_type_then_by_content() {
        assert!(is_html(Some("Text/HTML; charset=utf-8"), b"%PDF"));
        assert!(is_html(Some("application/xhtml+xml"), b""));
        assert!(!is_html(Some("text/plain"), b"<html>"));
        assert!(!is_html(Some(""), b"<html>"));
        assert!(is_html(None, b"\xEF\xBB\xBF \n<!doctype html>"));
        assert!(!is_html(None, b"<?xml version='1.0'?>"));
        assert!(!is_html(None, b"\x89PNG"));
    }
}
