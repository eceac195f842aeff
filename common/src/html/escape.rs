//! The only way by which text from a report gets onto the page.

use std::fmt::{self, Display, Formatter, Write};

/// Text that stays text, between tags and inside quoted attributes.
pub(super) struct Text<'a>(pub(super) &'a str);

impl Display for Text<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => out.write_str("&amp;")?,
                '<' => out.write_str("&lt;")?,
                '>' => out.write_str("&gt;")?,
                '"' => out.write_str("&quot;")?,
                '\'' => out.write_str("&#39;")?,
                '\r' => {}
                // HTML has no place for them, not even escaped: the colours of a tool's output, say.
                control if control.is_control() && !matches!(control, '\n' | '\t') => out.write_char('\u{fffd}')?,
                other => out.write_char(other)?,
            }
        }
        Ok(())
    }
}

/// The same, with `code` where the text has backticks around it.
pub(super) struct Prose<'a>(pub(super) &'a str);

impl Display for Prose<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some((before, code, after)) = first_code(rest) {
            write!(out, "{}<code>{}</code>", Text(before), Text(code))?;
            rest = after;
        }
        write!(out, "{}", Text(rest))
    }
}

fn first_code(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('`')?;
    let (code, after) = rest.split_once('`')?;
    Some((before, code, after))
}

/// JSON inside a `script` element, where a `<` could end the element and where nothing is unescaped.
pub(super) fn json(document: &serde_json::Value) -> String {
    document.to_string().replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        let text = Text("<script>alert(\"a\" && 'b')</script>\r\n\t\u{1b}[31m\0").to_string();
        assert_eq!(
            text,
            "&lt;script&gt;alert(&quot;a&quot; &amp;&amp; &#39;b&#39;)&lt;/script&gt;\n\t\u{fffd}[31m\u{fffd}"
        );
    }

    #[test]
    fn backticks_come_in_pairs() {
        let pairs = [
            ("`Arc<T>` and `&T`", "<code>Arc&lt;T&gt;</code> and <code>&amp;T</code>"),
            ("one ` alone", "one ` alone"),
            ("`a` then `", "<code>a</code> then `"),
            ("", ""),
        ];
        for (raw, shown) in pairs {
            assert_eq!(Prose(raw).to_string(), shown);
        }
    }

    #[test]
    fn json_cannot_end_its_element() {
        let document = serde_json::json!({ "text": "</script><!--" });
        let embedded = json(&document);
        assert!(!embedded.contains('<'));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&embedded).unwrap(), document);
    }
}
