//! A page's links as one blob. A row for each link would be two thirds of a million rows for the standard library's
//! documentation alone.

use crate::frontier::UrlId;
use crate::page::LinkKind;

/// Room for the kind, in the low bits of each number.
const KINDS: u64 = 32;

/// Adds a link: seven bits a byte, the low ones first, the high bit says that more follow (LEB128).
pub(crate) fn push(blob: &mut Vec<u8>, url: UrlId, kind: LinkKind) {
    // A kind's number is its place among all: new ones go to the end.
    let kind = LinkKind::ALL.iter().position(|other| *other == kind).unwrap_or_default() as u64;
    let mut number = url.unsigned_abs() * KINDS + kind;
    while number >= 0x80 {
        blob.push(number as u8 | 0x80);
        number >>= 7;
    }
    blob.push(number as u8);
}

/// The links in a blob. A damaged end is left out.
pub(crate) fn read(blob: &[u8]) -> impl Iterator<Item = (UrlId, LinkKind)> {
    let mut bytes = blob.iter();
    std::iter::from_fn(move || {
        let (mut number, mut shift) = (0_u64, 0);
        loop {
            let byte = *bytes.next()?;
            number |= u64::from(byte & 0x7F).checked_shl(shift)?;
            shift += 7;
            if byte < 0x80 {
                let kind = LinkKind::ALL.get((number % KINDS) as usize)?;
                return Some(((number / KINDS) as UrlId, *kind));
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let links = [(1, LinkKind::Anchor), (127, LinkKind::Sitemap), (1 << 40, LinkKind::Image), (2, LinkKind::Area)];
        let mut blob = Vec::new();
        for (url, kind) in links {
            push(&mut blob, url, kind);
        }
        assert_eq!(read(&blob).collect::<Vec<_>>(), links);
        assert!(blob.len() < 16, "{} bytes", blob.len());
    }

    #[test]
    fn damage_ends_the_list() {
        assert_eq!(read(&[0x80]).count(), 0);
        assert_eq!(read(&[0xFF; 20]).count(), 0);
        const { assert!(LinkKind::ALL.len() <= KINDS as usize) };
    }
}
