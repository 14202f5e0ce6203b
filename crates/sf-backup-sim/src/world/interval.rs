//! .NET's `TimeSpan` as the backup service reads and writes it: ISO 8601, signed, in ticks of 100 ns.

use std::fmt;
use std::time::Duration;

/// A signed duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Interval {
    ticks: i64,
}

const SECOND: i64 = 10_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

impl Interval {
    pub(crate) const HOUR: Self = Self { ticks: HOUR };
    pub(crate) const DAY: Self = Self { ticks: DAY };

    pub(crate) fn days(days: i64) -> Self {
        Self { ticks: days.saturating_mul(DAY) }
    }

    pub(crate) fn is_zero(self) -> bool {
        self.ticks == 0
    }

    /// The minutes of the hour, as `TimeSpan.Minutes` counts them: -59 to 59.
    pub(crate) fn minute_of_hour(self) -> i64 {
        self.ticks / MINUTE % 60
    }

    /// Truncates to whole minutes, towards zero.
    pub(crate) fn whole_minutes(self) -> Self {
        Self { ticks: self.ticks / MINUTE * MINUTE }
    }

    /// Truncates to whole hours, towards zero.
    pub(crate) fn whole_hours(self) -> Self {
        Self { ticks: self.ticks / HOUR * HOUR }
    }

    /// The whole seconds, towards zero.
    pub(crate) fn seconds(self) -> i64 {
        self.ticks / SECOND
    }

    /// The duration; `None` if negative.
    pub(crate) fn duration(self) -> Option<Duration> {
        let ticks = u64::try_from(self.ticks).ok()?;
        Some(Duration::from_micros(ticks / 10) + Duration::from_nanos(ticks % 10 * 100))
    }

    /// Parses upper case without weeks, with a fraction only in the seconds; a month has 30 days and a year 365.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim_matches([' ', '\t', '\r', '\n']);
        let (sign, text) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let text = text.strip_prefix('P')?;
        let (date, time) = match text.split_once('T') {
            Some((_, "")) => return None,
            Some((date, time)) => (date, time),
            None => (text, ""),
        };
        if date.is_empty() && time.is_empty() {
            return None;
        }
        let days = components(date, &[('Y', 365 * DAY), ('M', 30 * DAY), ('D', DAY)])?;
        let rest = components(time, &[('H', HOUR), ('M', MINUTE), ('S', SECOND)])?;
        let ticks = days.checked_add(rest)?.checked_mul(sign)?;
        Some(Self { ticks })
    }
}

/// Parses numbers with their units, in the order of the units, each unit at most once.
fn components(mut text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut sum = 0_i64;
    let mut units = units.iter();
    while !text.is_empty() {
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, rest) = text.split_at(end);
        let mut rest = rest.chars();
        let unit = rest.next()?;
        text = rest.as_str();
        let (_, size) = units.find(|(name, _)| *name == unit)?;
        sum = sum.checked_add(amount(number, unit)?.checked_mul(*size / SECOND)?)?;
    }
    Some(sum)
}

/// A number in ten-millionths, so that a fraction of a second is whole.
fn amount(number: &str, unit: char) -> Option<i64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || (number.contains('.') && (unit != 'S' || fraction.is_empty())) {
        return None;
    }
    let digits = fraction.get(..7.min(fraction.len()))?;
    let fraction: i64 = format!("{digits:0<7}").parse().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(SECOND)?.checked_add(fraction)
}

/// Formats as `XmlConvert` does: days, hours, minutes and seconds, without those that are zero.
impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ticks = self.ticks.unsigned_abs();
        let [second, minute, hour, day] = [SECOND, MINUTE, HOUR, DAY].map(|unit| ticks / unit.unsigned_abs());
        if self.ticks < 0 {
            f.write_str("-")?;
        }
        f.write_str("P")?;
        if day > 0 {
            write!(f, "{day}D")?;
        }
        let fraction = ticks % SECOND.unsigned_abs();
        if ticks.is_multiple_of(DAY.unsigned_abs()) {
            return if ticks == 0 { f.write_str("T0S") } else { Ok(()) };
        }
        f.write_str("T")?;
        for (amount, unit) in [(hour % 24, 'H'), (minute % 60, 'M')] {
            if amount > 0 {
                write!(f, "{amount}{unit}")?;
            }
        }
        match (second % 60, fraction) {
            (0, 0) => Ok(()),
            (second, 0) => write!(f, "{second}S"),
            (second, fraction) => {
                let fraction = format!("{fraction:07}");
                write!(f, "{second}.{}S", fraction.trim_end_matches('0'))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy, any, prop_assert_eq, proptest};

    use super::Interval;

    #[test]
    fn rule_durations_are_written_as_the_server_does() {
        for (text, written) in [
            ("PT60M", "PT1H"),
            ("PT24H", "P1D"),
            ("P3M", "P90D"),
            ("P1Y", "P365D"),
            ("PT0S", "PT0S"),
            ("-PT5M", "-PT5M"),
            ("P1DT12H", "P1DT12H"),
            ("PT90S", "PT1M30S"),
            ("PT1.50S", "PT1.5S"),
        ] {
            assert_eq!(Interval::parse(text).unwrap().to_string(), written, "{text}");
        }
    }

    #[test]
    fn rule_other_durations_are_refused() {
        for text in [
            "",
            "P",
            "PT",
            "P1W",
            "pt1h",
            "PT1.5H",
            "15:00:00",
            "PT1M1H",
            "P1DT",
            "PT.5S",
            "PT1.S",
            "P99999999999999999D",
            "1D",
        ] {
            assert_eq!(Interval::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn intervals_survive_a_round_trip(ticks in any::<i64>().prop_filter("has no opposite", |t| *t != i64::MIN)) {
            let span = Interval { ticks };
            prop_assert_eq!(Interval::parse(&span.to_string()), Some(span));
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = Interval::parse(&text);
        }
    }
}
