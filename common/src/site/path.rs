//! Percent-encoding of paths (RFC 3986).

use std::fmt::Write;

/// The path of a request target, decoded and without the query; none when it is not UTF-8.
pub(super) fn decode(target: &str) -> Option<String> {
    let path = target.split(['?', '#']).next().unwrap_or_default().as_bytes();
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        decoded.push(byte);
        if byte == b'%'
            && let [high, low, after @ ..] = after
        {
            let digits = [*high as char, *low as char].map(|digit| digit.to_digit(16));
            if let [Some(high), Some(low)] = digits {
                decoded.pop();
                decoded.push((high * 16 + low) as u8);
                rest = after;
            }
        }
    }
    String::from_utf8(decoded).ok()
}

/// A path as it stands in a URL. What a URL may hold as it is stays, so that it equals the links of
/// common generators.
pub(super) fn encode(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte) {
            encoded.push(byte as char);
        } else {
            // Writing to a string does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
