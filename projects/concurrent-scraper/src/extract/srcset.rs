//! The `srcset` attribute (HTML Standard, "parse a srcset attribute").

/// The addresses in a `srcset`, whatever their descriptors say.
pub(super) fn addresses(srcset: &str) -> impl Iterator<Item = &str> {
    let mut rest = srcset;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let address = word.trim_end_matches(',');
        // A comma that touches the address ends the candidate; otherwise its descriptors follow.
        rest = if address.len() == word.len() { &after[descriptors(after)..] } else { after };
        (!address.is_empty()).then_some(address)
    })
}

/// The length of the descriptors: up to a comma outside parentheses.
fn descriptors(text: &str) -> usize {
    let mut inside = false;
    let end = text.find(|c| {
        inside = match c {
            '(' => true,
            ')' => false,
            _ => inside,
        };
        c == ',' && !inside
    });
    end.unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_without_their_descriptors() {
        for (srcset, expected) in [
            ("", &[][..]),
            (" , ,", &[]),
            ("a.png", &["a.png"]),
            ("a.png 1x, b.png 2x", &["a.png", "b.png"]),
            ("a.png, b.png 100w,c.png", &["a.png", "b.png", "c.png"]),
            // No space after the comma: one address, as in browsers.
            ("a.png,b.png 2x", &["a.png,b.png"]),
            ("a.png,, b.png", &["a.png", "b.png"]),
            ("/i/w=1,h=2/a.png 1x,\n\t/b.png", &["/i/w=1,h=2/a.png", "/b.png"]),
            ("a.png calc(1x, 2x), b.png", &["a.png", "b.png"]),
            ("a.png (1x, b.png", &["a.png"]),
        ] {
            assert_eq!(addresses(srcset).collect::<Vec<_>>(), expected, "{srcset:?}");
        }
    }
}
