//! How settings are written: `"30s"`, `"64KiB"`, `512`. And how they are said again.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

/// What is wrong with a value, in words that follow the value's name.
pub(super) type Parsed<T> = Result<T, String>;

const TIMES: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

const SIZES: [(&str, u64); 8] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("KB", 1000),
    ("B", 1),
];

/// A length of time, with its unit.
pub(super) fn duration(text: &str, range: RangeInclusive<Duration>) -> Parsed<Duration> {
    let wrong = || format!("{text:?} is no length of time: use one such as \"30s\" (ms, s, m, h, d)");
    let (number, unit) = split(text).ok_or_else(wrong)?;
    let (_, factor) = TIMES.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
    let time = number.checked_mul(*factor).map(Duration::from_millis).ok_or_else(wrong)?;
    if !range.contains(&time) {
        return Err(between(&duration_text(time), &duration_text(*range.start()), &duration_text(*range.end())));
    }
    Ok(time)
}

/// Bytes, with a unit or without.
pub(super) fn size(text: &str, range: RangeInclusive<u64>) -> Parsed<u64> {
    let wrong = || format!("{text:?} is no size: use one such as \"64KiB\" (B, KiB, MiB, GiB, TiB, KB, MB, GB)");
    let (number, unit) = split(text).ok_or_else(wrong)?;
    let unit = if unit.is_empty() { "B" } else { unit };
    let (_, factor) = SIZES.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
    let bytes = number.checked_mul(*factor).ok_or_else(wrong)?;
    if !range.contains(&bytes) {
        return Err(between(&size_text(bytes), &size_text(*range.start()), &size_text(*range.end())));
    }
    Ok(bytes)
}

/// A number in this range.
pub(super) fn number<T: FromStr + PartialOrd + Display>(text: &str, range: RangeInclusive<T>) -> Parsed<T> {
    let number = text.parse().map_err(|_| format!("{text:?} is no number that fits here"))?;
    if !range.contains(&number) {
        return Err(between(&number.to_string(), &range.start().to_string(), &range.end().to_string()));
    }
    Ok(number)
}

/// `true` or `false`.
pub(super) fn boolean(text: &str) -> Parsed<bool> {
    text.parse().map_err(|_| format!("{text:?} is neither true nor false"))
}

/// Values with commas between them.
pub(super) fn list<T: FromStr<Err: Display>>(text: &str) -> Parsed<Vec<T>> {
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    items.map(|item| item.parse().map_err(|error| format!("{item:?}: {error}"))).collect()
}

/// A length of time in the largest unit that says it exactly.
pub(super) fn duration_text(time: Duration) -> String {
    text(u64::try_from(time.as_millis()).unwrap_or(u64::MAX), &TIMES, "s")
}

/// Bytes in the largest unit that says them exactly.
pub(super) fn size_text(bytes: u64) -> String {
    text(bytes, &SIZES[..4], "B")
}

fn text(amount: u64, units: &[(&str, u64)], smallest: &str) -> String {
    match units.iter().find(|(_, factor)| amount > 0 && amount.is_multiple_of(*factor)) {
        Some((unit, factor)) => format!("{}{unit}", amount / factor),
        None => format!("{amount}{smallest}"),
    }
}

fn split(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    Some((digits.parse().ok()?, unit.trim()))
}

fn between(value: &str, least: &str, most: &str) -> String {
    format!("{value} is not between {least} and {most}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALWAYS: RangeInclusive<Duration> = Duration::ZERO..=Duration::MAX;

    #[test]
    fn lengths_of_time_have_units() {
        for (text, milliseconds) in [("250ms", 250), ("30s", 30_000), ("5 m", 300_000), ("0s", 0), ("2d", 172_800_000)]
        {
            assert_eq!(duration(text, ALWAYS), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in
            ["", "30", "s", "-1s", "1.5s", "1s1", "1 week", "30S", "99999999999999999999s", "18446744073709551615d"]
        {
            assert!(duration(text, ALWAYS).is_err_and(|wrong| wrong.contains("30s")), "{text}");
        }
    }

    #[test]
    fn sizes_may_have_units() {
        for (text, bytes) in [("512", 512), ("64KiB", 65_536), ("2 GiB", 2 << 30), ("1MB", 1_000_000), ("7B", 7)] {
            assert_eq!(size(text, 0..=u64::MAX), Ok(bytes), "{text}");
        }
        for text in ["", "KiB", "-1", "1k", "1.5MiB", "99999999TiB"] {
            assert!(size(text, 0..=u64::MAX).is_err_and(|wrong| wrong.contains("64KiB")), "{text}");
        }
    }

    #[test]
    fn what_is_out_of_range_is_told_the_range() {
        let second = Duration::from_secs(1);
        let wrong = duration("2h", second..=second * 60).unwrap_err();
        assert_eq!(wrong, "2h is not between 1s and 1m");
        assert_eq!(number("0", 1..=8).unwrap_err(), "0 is not between 1 and 8");
        assert_eq!(size("1B", 1024..=2048).unwrap_err(), "1B is not between 1KiB and 2KiB");
    }

    proptest! {
        #[test]
        fn what_is_said_is_read_again(amount in any::<u32>()) {
            let time = Duration::from_millis(amount.into());
            prop_assert_eq!(duration(&duration_text(time), ALWAYS), Ok(time));
            prop_assert_eq!(size(&size_text(amount.into()), 0..=u64::MAX), Ok(amount.into()));
        }
    }
}
