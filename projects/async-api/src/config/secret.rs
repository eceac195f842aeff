//! Keys that people choose, and the ones that nobody should.

use crate::keys::PREFIX;
use std::collections::BTreeSet;

/// The shortest key, without its prefix.
const LEAST: usize = 32;
/// The longest: far from what a client may send.
const MOST: usize = 180;
/// How many different characters there must be. Of 32 random hexadecimal digits, hardly ever fewer than this differ.
const DIFFERENT: usize = 9;
/// What stands in examples, and is copied from there.
const WORDS: [&str; 9] =
    ["changeme", "change-me", "change_me", "password", "secret", "example", "default", "qwerty", "012345678"];

/// Whether a key may be used, or why it may not. The reason does not repeat the key.
pub(super) fn strong(key: &str) -> Result<(), String> {
    let advice = "make one with `async-api keys create NAME`, or so: aak_$(openssl rand -hex 32)";
    let Some(random) = key.strip_prefix(PREFIX) else {
        return Err(format!("is no API key: it must begin with {PREFIX}; {advice}"));
    };
    weakness(random).map_or(Ok(()), |weakness| Err(format!("is too weak: {weakness}; {advice}")))
}

fn weakness(key: &str) -> Option<String> {
    if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Some("it must be visible ASCII characters without spaces".to_owned());
    }
    if key.len() < LEAST {
        return Some(format!("it has {} characters and must have at least {LEAST}", key.len()));
    }
    if key.len() > MOST {
        return Some(format!("it has {} characters and may have at most {MOST}", key.len()));
    }
    let lower = key.to_ascii_lowercase();
    if let Some(word) = WORDS.iter().find(|word| lower.contains(**word)) {
        return Some(format!("it contains {word:?}"));
    }
    let different = key.bytes().collect::<BTreeSet<u8>>().len();
    if different < DIFFERENT {
        return Some(format!("it has only {different} different characters"));
    }
    if classes(key) < 2 {
        return Some("its characters are all of one kind".to_owned());
    }
    let bytes = key.as_bytes();
    if (1..=bytes.len() / 2).any(|period| bytes[period..] == bytes[..bytes.len() - period]) {
        return Some("it repeats itself".to_owned());
    }
    None
}

/// Of lower case, upper case, digits and the rest, how many there are.
fn classes(key: &str) -> usize {
    let kinds = key.bytes().map(|byte| match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    });
    kinds.collect::<BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_keys_are_told_why_and_not_repeated() {
        for (key, why) in [
            ("", "0 characters"),
            ("fN3x-7Qp2", "9 characters"),
            (&"fN3x7Qp2LkWz0Vb9".repeat(12), "192 characters"),
            ("fN3x7Qp2LkWz0Vb9 TyR4mSd8HgJ1cXa", "visible ASCII"),
            ("fN3x7Qp2LkWz0Vb9ChangeMe8HgJ1cXa", "changeme"),
            ("my-very-long-Password-for-the-service-1", "password"),
            ("ab1ab1ab1ab1ab1ab1ab1ab1ab1ab1ab1ab1", "different"),
            ("zxmvbqpwoeirutylaksjdhfgnzqmxwncebv", "one kind"),
            ("93817264509182736450918273645509381", "one kind"),
            ("k3J9xQw7LpZ2mN4vk3J9xQw7LpZ2mN4v", "repeats"),
        ] {
            let wrong = strong(&format!("aak_{key}")).unwrap_err();
            assert!(wrong.contains(why), "{key}: {wrong}");
            assert!(key.is_empty() || !wrong.contains(key), "{wrong}");
        }
    }

    #[test]
    fn random_keys_pass() {
        for _ in 0..200 {
            assert_eq!(strong(&crate::keys::generate().unwrap()), Ok(()));
            let hexadecimal: String = (0..64).map(|_| char::from(b"0123456789abcdef"[fastrand::usize(..16)])).collect();
            assert_eq!(strong(&format!("aak_{hexadecimal}")), Ok(()), "{hexadecimal}");
        }
    }

    #[test]
    fn what_no_client_could_send_is_refused() {
        assert!(strong("fN3x7Qp2LkWz0Vb9TyR4mSd8HgJ1cXaE").unwrap_err().contains("must begin with aak_"));
    }
}
