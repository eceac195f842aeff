//! API keys: how they are made, and what is kept of them.
//!
//! A key is 32 random bytes, so a plain SHA-256 is enough to keep: there is no dictionary to try. A slow hash would only
//! make every request slow.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// What keys begin with, so that scanners for leaked secrets know one when they see it.
pub const PREFIX: &str = "aak_";

/// A new key. It is shown once; what is kept is its [`hash`].
///
/// # Errors
/// If the system has no random numbers.
pub fn generate() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes)))
}

/// What the store keeps of a key: SHA-256 of the whole text, prefix included.
pub fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key).into()
}

/// Whether a text has the form of a key that [`generate`] makes. Keys from the environment may have another.
pub fn is_generated(text: &str) -> bool {
    let bytes = text.strip_prefix(PREFIX).and_then(|rest| URL_SAFE_NO_PAD.decode(rest).ok());
    bytes.is_some_and(|bytes| bytes.len() == 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_its_form_and_is_like_no_other() {
        let (one, two) = (generate().unwrap(), generate().unwrap());
        assert_ne!(one, two);
        assert_eq!(one.len(), PREFIX.len() + 43);
        assert!(is_generated(&one) && is_generated(&two));
        for wrong in [&one[1..], &one[..46], &format!("{one}A"), &one.replace("aak_", "aak-"), "aak_", ""] {
            assert!(!is_generated(wrong), "{wrong}");
        }
    }

    #[test]
    fn the_hash_is_of_the_whole_text() {
        // Computed with sha256sum.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let hash: String = hash("abc").iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hash, expected);
    }
}
