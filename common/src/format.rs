//! Numbers as people read them.

/// A count with thousands separated: `2,000,000`.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A time in the unit that suits it, with three significant digits: `1.25 ms`.
pub fn seconds(value: f64) -> String {
    scaled(value, &[(1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")])
}

/// A size: `9.60 KiB`.
pub fn bytes(value: f64) -> String {
    let unit = 1024.0;
    scaled(value, &[(unit * unit * unit, "GiB"), (unit * unit, "MiB"), (unit, "KiB"), (1.0, "B")])
}

/// A quotient: `1.84x`.
pub fn ratio(value: f64) -> String {
    format!("{}x", significant(value))
}

/// A number in a unit as [`Figure`](crate::Figure) has it.
pub fn quantity(value: f64, unit: &str) -> String {
    match unit {
        _ if !value.is_finite() => "-".to_owned(),
        "" => large(value),
        "s" => seconds(value),
        "B" => bytes(value),
        "x" => ratio(value),
        _ => format!("{} {unit}", large(value)),
    }
}

/// Whole numbers and all from a thousand on grouped, the rest with three significant digits.
fn large(value: f64) -> String {
    let size = value.abs();
    if size >= 9e15 {
        return format!("{value:.2e}");
    }
    if size < 1000.0 && value.fract() != 0.0 {
        return significant(value);
    }
    let sign = if value < 0.0 { "-" } else { "" };
    format!("{sign}{}", count(size.round() as u64))
}

fn scaled(value: f64, units: &[(f64, &str)]) -> String {
    let smallest = units[units.len() - 1];
    let (scale, unit) = *units.iter().find(|(scale, _)| value.abs() >= *scale).unwrap_or(&smallest);
    if value / scale >= 9e15 {
        return format!("{value:.2e} {unit}");
    }
    if value.fract() == 0.0 && scale == 1.0 && value.abs() < 1024.0 {
        return format!("{value:.0} {unit}");
    }
    format!("{} {unit}", significant(value / scale))
}

fn significant(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 0.01 => format!("{value:.2}"),
        _ => format!("{value:.1e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        let written =
            [count(0), count(999), count(1_000), count(2_000_000), seconds(0.00125), seconds(0.0), seconds(61.0)];
        assert_eq!(written, ["0", "999", "1,000", "2,000,000", "1.25 ms", "0 ns", "61 s"]);
        assert_eq!([bytes(464.0), bytes(9830.4), bytes(1e9)], ["464 B", "9.60 KiB", "954 MiB"]);
        assert_eq!([ratio(0.987), ratio(24.0), quantity(18_234.0, "1/s")], ["0.99x", "24.0x", "18,234 1/s"]);
        let odd = [1180.5, -5000.0, 0.25, f64::NAN, f64::INFINITY, 1e300].map(|value| quantity(value, ""));
        assert_eq!(odd, ["1,181", "-5,000", "0.25", "-", "-", "1.00e300"]);
    }
}
