//! Character references and white space.

use std::borrow::Cow;

/// An attribute's value, its character references decoded as the standard says for attributes: `&copy=1` is left.
pub(super) fn attribute(raw: &str) -> Cow<'_, str> {
    match htmlize::unescape_attribute(raw) {
        Cow::Owned(decoded) => Cow::Owned(without_nul(decoded)),
        Cow::Borrowed(raw) if raw.contains('\0') => Cow::Owned(without_nul(raw.to_owned())),
        borrowed => borrowed,
    }
}

/// The text of a title: references decoded, white space collapsed. None if nothing is left.
pub(super) fn title(raw: &str) -> Option<String> {
    let decoded = without_nul(htmlize::unescape(raw).into_owned());
    let title = decoded.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    (!title.is_empty()).then_some(title)
}

/// The tokenizer reads NUL as the replacement character.
fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{FFFD}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        assert_eq!(attribute("?a=1&amp;b=2&copy=3&copy;&#x41;&#65&lt"), "?a=1&b=2&copy=3©AA<");
        assert_eq!(attribute("a\0b"), "a\u{FFFD}b");
        assert_eq!(title(" A\n\t&amp;  B&copy=1 ").as_deref(), Some("A & B©=1"));
    }
}
