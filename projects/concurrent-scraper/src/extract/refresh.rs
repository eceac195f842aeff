//! `<meta http-equiv=refresh>` (HTML Standard, "shared declarative refresh steps").

/// The address in the `content` of a refresh. None if it only reloads the page, or is no refresh.
pub(super) fn target(content: &str) -> Option<&str> {
    let space = |c: char| c.is_ascii_whitespace();
    let content = content.trim_start_matches(space);
    let after_time = content.trim_start_matches(|c: char| c.is_ascii_digit());
    if after_time.len() == content.len() && !content.starts_with('.') {
        return None;
    }
    let after_time = after_time.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let separated = after_time.trim_start_matches(space);
    let rest = separated.strip_prefix([';', ',']).unwrap_or(separated);
    if rest.len() == after_time.len() {
        return None;
    }
    let rest = rest.trim_start_matches(space);
    let named = rest.get(..3).filter(|word| word.eq_ignore_ascii_case("url")).and_then(|_| {
        let value = rest[3..].trim_start_matches(space).strip_prefix('=')?;
        Some(value.trim_start_matches(space))
    });
    let value = named.unwrap_or(rest);
    let quoted = |quote| value.strip_prefix(quote).map(|value| value.split(quote).next().unwrap_or_default());
    let address = quoted('"').or_else(|| quoted('\'')).unwrap_or(value);
    (!address.is_empty()).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_refresh_goes() {
        for (content, expected) in [
            ("0;url=a.html", Some("a.html")),
            ("5; URL = 'a b.html' x", Some("a b.html")),
            (" 0.5 , url=\"a\"", Some("a")),
            ("0;a.html", Some("a.html")),
            ("0 a.html", Some("a.html")),
            ("0; urls.html", Some("urls.html")),
            (".5;url=a", Some("a")),
            ("0;url='a", Some("a")),
            ("0", None),
            ("0;", None),
            ("0a.html", None),
            ("url=a.html", None),
            ("0;ürl", Some("ürl")),
            ("", None),
        ] {
            assert_eq!(target(content), expected, "{content:?}");
        }
    }
}
