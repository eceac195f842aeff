//! Where a page of a list ended. Opaque to clients, so that it can mean something else tomorrow; there is one spelling
//! of each, and a cursor of one list is none of another's.

use crate::model::{AuditId, ScheduleId};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// The greatest number that a database counts to.
pub const MOST: u64 = i64::MAX as u64;

/// A place in a list: behind this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// Of audits.
    Audit(AuditId),
    /// Of an audit's pages.
    Page(u64),
    /// Of an audit's findings.
    Finding(u64),
    /// Of schedules.
    Schedule(ScheduleId),
}

/// What is no cursor of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no cursor")]
pub struct NoCursor;

impl Cursor {
    /// The audit, if it is one's place.
    pub fn audit(self) -> Option<AuditId> {
        if let Cursor::Audit(id) = self { Some(id) } else { None }
    }

    /// The page's number, if it is one's place.
    pub fn page(self) -> Option<u64> {
        if let Cursor::Page(number) = self { Some(number) } else { None }
    }

    /// The finding's number, if it is one's place.
    pub fn finding(self) -> Option<u64> {
        if let Cursor::Finding(number) = self { Some(number) } else { None }
    }

    /// The schedule, if it is one's place.
    pub fn schedule(self) -> Option<ScheduleId> {
        if let Cursor::Schedule(id) = self { Some(id) } else { None }
    }

    fn bytes(self) -> Vec<u8> {
        let (list, place) = match self {
            Cursor::Audit(id) => (b'a', id.0.as_bytes().to_vec()),
            Cursor::Page(number) => (b'p', number.to_be_bytes().to_vec()),
            Cursor::Finding(number) => (b'f', number.to_be_bytes().to_vec()),
            Cursor::Schedule(id) => (b's', id.0.as_bytes().to_vec()),
        };
        [vec![list], place].concat()
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&URL_SAFE_NO_PAD.encode(self.bytes()))
    }
}

impl FromStr for Cursor {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Cursor, NoCursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NoCursor)?;
        let (list, place) = bytes.split_first().ok_or(NoCursor)?;
        let number = || place.try_into().map(u64::from_be_bytes).ok().filter(|number| *number <= MOST).ok_or(NoCursor);
        let id = || Uuid::from_slice(place).map_err(|_| NoCursor);
        let cursor = match list {
            b'a' => Cursor::Audit(AuditId(id()?)),
            b'p' => Cursor::Page(number()?),
            b'f' => Cursor::Finding(number()?),
            b's' => Cursor::Schedule(ScheduleId(id()?)),
            _ => return Err(NoCursor),
        };
        // The decoder is strict already; that there is one spelling of each shall not hang on its settings.
        Some(cursor).filter(|cursor| cursor.to_string() == text).ok_or(NoCursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_cursor() -> impl Strategy<Value = Cursor> {
        prop_oneof![
            any::<u128>().prop_map(|id| Cursor::Audit(AuditId(Uuid::from_u128(id)))),
            (0..=MOST).prop_map(Cursor::Page),
            (0..=MOST).prop_map(Cursor::Finding),
            any::<u128>().prop_map(|id| Cursor::Schedule(ScheduleId(Uuid::from_u128(id)))),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(cursor in any_cursor()) {
            let text = cursor.to_string();
            prop_assert_eq!(text.parse(), Ok(cursor));
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
        }

        #[test]
        fn there_is_one_spelling_of_each(cursor in any_cursor(), place in 0_usize..30, byte in any::<u8>()) {
            let mut text = cursor.to_string().into_bytes();
            let place = place % text.len();
            text[place] = byte % 128;
            let text = String::from_utf8(text).unwrap();
            if let Ok(read) = text.parse::<Cursor>() {
                prop_assert_eq!(read.to_string(), text);
            }
        }

        #[test]
        fn nothing_else_is_a_cursor(text in "\\PC{0,40}") {
            if let Ok(read) = text.parse::<Cursor>() {
                prop_assert_eq!(read.to_string(), text);
            }
        }
    }

    #[test]
    fn longer_shorter_and_padded_ones_are_none() {
        let text = Cursor::Page(7).to_string();
        for wrong in [&text[1..], &text[..text.len() - 1], &format!("{text}A"), &format!("{text}="), "", "7", "-1"] {
            assert_eq!(wrong.parse::<Cursor>(), Err(NoCursor), "{wrong}");
        }
    }

    #[test]
    fn no_database_counts_that_far() {
        assert_eq!(Cursor::Page(MOST).to_string().parse(), Ok(Cursor::Page(MOST)));
        assert_eq!(Cursor::Page(MOST + 1).to_string().parse::<Cursor>(), Err(NoCursor));
    }

    #[test]
    fn the_lists_do_not_mix() {
        assert_eq!((Cursor::Page(7).finding(), Cursor::Page(7).page()), (None, Some(7)));
        assert_ne!(Cursor::Page(7).to_string(), Cursor::Finding(7).to_string());
        assert_eq!(Cursor::Finding(7).audit(), None);
    }
}
