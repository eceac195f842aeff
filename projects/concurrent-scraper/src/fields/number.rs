//! Numbers as people write them on pages.

/// The first whole number in a text; a fraction is cut off. None if there is none, or it is beyond 64 bits.
pub(super) fn integer(text: &str) -> Option<i64> {
    plain(text)?.split('.').next()?.parse().ok()
}

/// The first number in a text. None if there is none.
pub(super) fn number(text: &str) -> Option<f64> {
    plain(text)?.parse().ok().filter(|number: &f64| number.is_finite())
}

/// The first number as Rust writes it. Of `.` and `,` the last is the decimal point and the other groups thousands;
/// one of them several times only groups; a single comma groups if three digits follow, a single point never does.
fn plain(text: &str) -> Option<String> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let run: String = text[start..].chars().take_while(|c| c.is_ascii_digit() || matches!(c, '.' | ',')).collect();
    let run = run.trim_end_matches(['.', ',']);
    let count = |sign: char| run.matches(sign).count();
    let point = match (count('.'), count(',')) {
        (0, 0) => None,
        (_, 0) => (count('.') == 1).then_some('.'),
        (0, _) => {
            (count(',') == 1 && run.split(',').next_back().is_some_and(|digits| digits.len() != 3)).then_some(',')
        }
        _ => run.chars().rfind(|c| !c.is_ascii_digit()),
    };
    let digits = run.chars().filter_map(|c| match c {
        _ if c.is_ascii_digit() => Some(c),
        _ if Some(c) == point => Some('.'),
        _ => None,
    });
    let before = text[..start].trim_end_matches(['.', ',']);
    let minus = before.ends_with(['-', '\u{2212}']);
    Some(minus.then_some('-').into_iter().chain(digits).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_people_write_them() {
        for (text, expected) in [
            ("42", Some(42.0)),
            ("£1,234.50 incl.", Some(1234.5)),
            ("1.234,50 €", Some(1234.5)),
            ("1.234.567", Some(1_234_567.0)),
            ("12,5 kg", Some(12.5)),
            ("1,234", Some(1234.0)),
            ("1.234", Some(1.234)),
            ("from -3.5 to 4", Some(-3.5)),
            ("\u{2212}7", Some(-7.0)),
            ("3.", Some(3.0)),
            ("1,2.3,4", None),
            ("none", None),
            ("", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
        assert_eq!(integer("about 1,234.9 pages"), Some(1234));
        assert_eq!(integer("99999999999999999999"), None);
        assert_eq!(number(&"9".repeat(400)), None);
    }
}
