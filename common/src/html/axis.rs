//! Scales: where a value lies between the ends of an axis, and which values get a tick.

use crate::format;

/// Beyond these sizes differences overflow or vanish; nothing that is measured comes near.
const DRAWABLE: std::ops::Range<f64> = 1e-290..1e290;

/// The most intervals between ticks.
const INTERVALS: f64 = 8.0;

/// What rounding may add to a quotient that should be whole.
const HAIR: f64 = 1e-6;

/// A linear or logarithmic scale. Its ends are kept as they are drawn: of a logarithmic axis, the logarithms.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    log: bool,
}

/// A value with its name on an axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    /// Its place, in per cent of the axis.
    pub(super) at: f64,
    pub(super) label: String,
}

impl Axis {
    /// An axis from the smallest to the largest value; none if there is nothing that can be drawn.
    pub(super) fn across(values: impl IntoIterator<Item = f64>, log: bool) -> Option<Self> {
        let (low, high) = range(values, log)?;
        Some(Axis { low, high, log }.widened())
    }

    /// An axis for lengths and heights, whose ends are ticks. A linear one begins at zero: a bar that starts elsewhere
    /// makes small differences look large.
    pub(super) fn upward(values: impl IntoIterator<Item = f64>, log: bool) -> Option<Self> {
        let (low, high) = range(values, log)?;
        let (low, high) = if log { (low, high) } else { (low.min(0.0), high.max(0.0)) };
        let Axis { low, high, log } = Axis { low, high, log }.widened();
        let step = if log { 1.0 } else { Step::of(high - low).size() };
        let low = (low / step + HAIR).floor() * step;
        let high = (high / step - HAIR).ceil() * step;
        Some(Axis { low, high, log })
    }

    /// Where the value lies, in per cent of the axis; nowhere if it cannot be drawn.
    pub(super) fn percent(&self, value: f64) -> Option<f64> {
        place(value, self.log).map(|at| self.percent_of(at))
    }

    /// Ticks at round values.
    pub(super) fn ticks(&self) -> Vec<Tick> {
        if self.log { self.log_ticks() } else { self.linear_ticks() }
    }

    fn percent_of(&self, at: f64) -> f64 {
        100.0 * (at - self.low) / (self.high - self.low)
    }

    /// An axis of no length would have all its points at once, and a short logarithmic one no tick.
    fn widened(self) -> Self {
        let Axis { low, high, log } = self;
        let room = if log { 0.4 } else { 1e-9 * low.abs().max(high.abs()).max(DRAWABLE.start) };
        let (low, high) = match log {
            _ if high - low > room => (low, high),
            true => (low.floor(), high.ceil().max(low.floor() + 1.0)),
            false if low.abs() < DRAWABLE.start => (0.0, 1.0),
            false => (low - low.abs() / 2.0, high + high.abs() / 2.0),
        };
        Axis { low, high, log }
    }

    fn linear_ticks(&self) -> Vec<Tick> {
        let step = Step::of(self.high - self.low);
        let first = (self.low / step.size() - HAIR).ceil() as i64;
        let last = (self.high / step.size() + HAIR).floor() as i64;
        let tick = |multiple: i64| {
            let value = multiple as f64 * step.size();
            Tick { at: self.percent_of(value), label: label(value, step.exponent) }
        };
        (first..=last).map(tick).collect()
    }

    fn log_ticks(&self) -> Vec<Tick> {
        let decades = self.high - self.low;
        let digits: &[f64] = if decades < 1.5 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let stride = (decades / INTERVALS).ceil().max(1.0) as i32;
        let exponents = (self.low.floor() as i32..=self.high.ceil() as i32).filter(|exponent| exponent % stride == 0);
        let values = exponents.flat_map(|exponent| digits.iter().map(move |digit| (exponent, digit)));
        let ticks = values.map(|(exponent, digit)| (f64::from(exponent) + digit.log10(), exponent, digit));
        ticks
            .filter(|(at, ..)| (self.low - HAIR..=self.high + HAIR).contains(at))
            .map(|(at, exponent, digit)| Tick {
                at: self.percent_of(at),
                label: label(digit * 10f64.powi(exponent), exponent),
            })
            .collect()
    }
}

fn range(values: impl IntoIterator<Item = f64>, log: bool) -> Option<(f64, f64)> {
    let places = values.into_iter().filter_map(|value| place(value, log));
    places.fold(None, |range, at| match range {
        None => Some((at, at)),
        Some((low, high)) => Some((at.min(low), at.max(high))),
    })
}

/// The value as the axis has it, if it can be drawn.
fn place(value: f64, log: bool) -> Option<f64> {
    let size = value.abs();
    match log {
        _ if !value.is_finite() || size >= DRAWABLE.end => None,
        true => (value >= DRAWABLE.start).then(|| value.log10()),
        false => Some(if size < DRAWABLE.start { 0.0 } else { value }),
    }
}

/// The distance between two ticks: 1, 2 or 5 times a power of ten.
struct Step {
    digit: f64,
    exponent: i32,
}

impl Step {
    fn of(range: f64) -> Self {
        let least = (range / INTERVALS).max(DRAWABLE.start);
        let exponent = least.log10().floor() as i32;
        let digit = [1.0, 2.0, 5.0].into_iter().find(|digit| least <= digit * 10f64.powi(exponent) * (1.0 + HAIR));
        let (digit, exponent) = digit.map_or((1.0, exponent + 1), |digit| (digit, exponent));
        Step { digit, exponent }
    }

    fn size(&self) -> f64 {
        self.digit * 10f64.powi(self.exponent)
    }
}

/// The value with as many digits as tell it from its neighbours, which are 10^`exponent` away.
fn label(value: f64, exponent: i32) -> String {
    let size = value.abs();
    let digits = match exponent {
        _ if size < 10f64.powi(exponent) / 2.0 => return "0".to_owned(),
        0..7 => format::count(size.round() as u64),
        -4..0 => format!("{size:.*}", exponent.unsigned_abs() as usize),
        _ => format!("{size:.*e}", (size.log10().floor() as i32 - exponent).max(0) as usize),
    };
    if value < 0.0 { format!("-{digits}") } else { digits }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<String> {
        axis.ticks().into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn ticks_are_round() {
        let upward = |values: &[f64]| labels(&Axis::upward(values.iter().copied(), false).unwrap());
        assert_eq!(upward(&[3.0, 4.2]), ["0", "1", "2", "3", "4", "5"]);
        assert_eq!(upward(&[0.3]), ["0", "0.05", "0.10", "0.15", "0.20", "0.25", "0.30"]);
        assert_eq!(
            upward(&[-300.0, 12_000.0]),
            ["-2,000", "0", "2,000", "4,000", "6,000", "8,000", "10,000", "12,000"]
        );
        assert_eq!(upward(&[4e9]), ["0", "5e8", "1.0e9", "1.5e9", "2.0e9", "2.5e9", "3.0e9", "3.5e9", "4.0e9"]);
        assert_eq!(upward(&[0.0]), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(&Axis::across([1.0, 8.0], false).unwrap()), ["1", "2", "3", "4", "5", "6", "7", "8"]);
        assert_eq!(labels(&Axis::across([1e8, 1e8 + 4.0], false).unwrap()).len(), 9);
    }

    #[test]
    fn a_logarithmic_axis_has_no_place_for_zero_and_below() {
        let axis = Axis::upward([-1.0, 0.0, 3.0, 2_000.0, f64::NAN], true).unwrap();
        assert_eq!(labels(&axis), ["1", "10", "100", "1,000", "10,000"]);
        assert_eq!([-1.0, 0.0, f64::NAN, f64::INFINITY].map(|value| axis.percent(value)), [None; 4]);
        assert_eq!(axis.percent(1.0), Some(0.0));
        assert_eq!(Axis::upward([-1.0, 0.0], true), None);
        assert_eq!(labels(&Axis::across([2.0, 40.0], true).unwrap()), ["2", "5", "10", "20"]);
    }

    #[test]
    fn no_value_is_too_odd() {
        let odd = [0.0, -0.0, 5e-324, 1e-310, 1e-200, 1.0, 1.0 + f64::EPSILON, 1e16, 1e200, f64::MAX, f64::INFINITY];
        for log in [false, true] {
            for low in odd {
                for high in odd.into_iter().chain([f64::NAN]).flat_map(|value| [value, -value]) {
                    let axes = [Axis::across([low, high], log), Axis::upward([low, high], log)];
                    for axis in axes.into_iter().flatten() {
                        let ticks = axis.ticks();
                        assert!(
                            ticks.len() <= 12 && ticks.iter().all(|tick| (-1.0..=101.0).contains(&tick.at)),
                            "{ticks:?}"
                        );
                        assert!(axis.percent(low).is_none_or(|at| (-1e-3..=100.001).contains(&at)), "{axis:?} {low}");
                    }
                }
            }
        }
    }

    #[test]
    fn an_axis_without_values_is_none() {
        assert_eq!(Axis::across([], false), None);
        assert_eq!(Axis::upward([f64::NAN, f64::NEG_INFINITY], false), None);
    }
}
