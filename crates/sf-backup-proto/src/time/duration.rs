use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::fmt::temporal::SpanParser;
use jiff::{Span, SpanFieldwise, SpanRelativeTo};

use super::TimeError;
use crate::wire::{Style, Wire, scalar, serde_through_wire};

const EXPECTED: &str = "an ISO 8601 duration such as PT15M or P10D";

/// An ISO 8601 duration.
///
/// Keeps the units as written: `P3M` stays three months. Only weeks are converted, to days, because servers reject
/// weeks.
///
/// ```
/// # use sf_backup_proto::IsoDuration;
/// # use std::time::Duration;
/// let quarter: IsoDuration = "P3M".parse()?;
/// assert_eq!(quarter.to_string(), "P3M");
/// assert_eq!(quarter.length(), Some(Duration::from_secs(90 * 86_400)));
/// assert_eq!(IsoDuration::minutes(15).to_string(), "PT15M");
/// # Ok::<(), sf_backup_proto::TimeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct IsoDuration(SpanFieldwise);

impl IsoDuration {
    /// Creates a duration of whole minutes.
    pub fn minutes(minutes: u16) -> Self {
        Self(Span::new().minutes(i64::from(minutes)).fieldwise())
    }

    /// Creates a duration of whole hours.
    pub fn hours(hours: u16) -> Self {
        Self(Span::new().hours(i64::from(hours)).fieldwise())
    }

    /// Creates a duration of whole days.
    pub fn days(days: u16) -> Self {
        Self(Span::new().days(i64::from(days)).fieldwise())
    }

    /// The length, computed as the server does: a month has 30 days, a year 365. `None` if negative.
    pub fn length(self) -> Option<Duration> {
        let span = self.0.0;
        let days = i64::from(span.get_years()) * 365 + i64::from(span.get_months()) * 30 + i64::from(span.get_days());
        let span = span.try_years(0).ok()?.try_months(0).ok()?.try_days(days).ok()?;
        span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?.try_into().ok()
    }

    /// Returns the same length in days, hours, minutes and seconds, as the server writes it: `PT24H` becomes `P1D`.
    /// Negative durations do not change.
    #[must_use]
    pub fn canonicalized(self) -> Self {
        let Some(length) = self.length() else {
            return self;
        };
        let seconds = length.as_secs();
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
        let text = format!("P{days}DT{hours}H{minutes}M{}.{:09}S", seconds % 60, length.subsec_nanos());
        Self::parse(&text).unwrap_or(self)
    }

    fn parse(text: &str) -> Option<Self> {
        let span = SpanParser::new().parse_span(text.trim()).ok()?;
        let days = span.get_weeks().checked_mul(7)?.checked_add(span.get_days())?;
        Some(Self(span.try_weeks(0).ok()?.try_days(days).ok()?.fieldwise()))
    }
}

impl FromStr for IsoDuration {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        Self::parse(text).ok_or_else(|| TimeError::new(text, EXPECTED))
    }
}

impl fmt::Display for IsoDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.0.to_string())
    }
}

impl fmt::Debug for IsoDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IsoDuration({self})")
    }
}

impl Wire for IsoDuration {
    fn read<'de, D: serde::Deserializer<'de>>(source: D) -> Result<Option<Self>, D::Error> {
        scalar::read_text(source, EXPECTED, Self::parse)
    }
    fn write<S: serde::Serializer>(&self, to: S, _: Style) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

serde_through_wire!(IsoDuration);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DAY: u64 = 86_400;

    fn parse(text: &str) -> IsoDuration {
        text.parse().unwrap()
    }

    #[test]
    fn months_and_years_are_kept_and_computed_as_the_server_does() {
        for (text, days) in [("P3M", 90), ("P1Y", 365), ("P1Y2M10D", 365 + 60 + 10)] {
            assert_eq!(parse(text).to_string(), text);
            assert_eq!(parse(text).length(), Some(Duration::from_secs(days * DAY)));
        }
    }

    #[test]
    fn weeks_become_days_because_servers_reject_weeks() {
        assert_eq!(parse("P2W").to_string(), "P14D");
        assert_eq!(parse("P1W1D").to_string(), "P8D");
        assert_eq!(parse("-P1W").to_string(), "-P7D");
    }

    #[test]
    fn units_are_kept_as_written() {
        for text in ["PT90M", "PT36H", "P1DT12H", "PT0S", "PT30S", "P1Y2M3DT4H5M6.5S"] {
            assert_eq!(parse(text).to_string(), text);
        }
        assert_ne!(parse("PT60M"), parse("PT1H"));
        assert_eq!(parse("PT60M").length(), parse("PT1H").length());
    }

    #[test]
    fn equal_lengths_have_the_same_normal_form() {
        for (text, normal) in [
            ("PT60M", "PT1H"),
            ("PT24H", "P1D"),
            ("PT90M", "PT1H30M"),
            ("P1Y1M", "P395D"),
            ("PT0H", "PT0S"),
            ("PT61.5S", "PT1M1.5S"),
            ("-PT60M", "-PT60M"),
        ] {
            assert_eq!(parse(text).canonicalized().to_string(), normal, "{text}");
        }
    }

    #[test]
    fn a_negative_duration_parses_but_has_no_length() {
        assert_eq!(parse("-PT5M").to_string(), "-PT5M");
        assert_eq!(parse("-PT5M").length(), None);
        assert_eq!(parse("-PT0.5S").length(), None);
    }

    #[test]
    fn invalid_durations_are_rejected_with_a_message() {
        for text in ["", "15:00:00", "PT", "P", "1h", "PT5M ago", "P99999999999Y"] {
            let error = text.parse::<IsoDuration>().unwrap_err();
            assert_eq!(error.to_string(), format!("{text:?} is not an ISO 8601 duration such as PT15M or P10D"));
        }
    }

    proptest! {
        #[test]
        fn every_duration_of_a_schedule_round_trips(
            years in 0_u32..20, months in 0_u32..40, days in 0_u32..4_000, hours in 0_u32..200, minutes in 0_u32..3_000,
        ) {
            let text = format!("P{years}Y{months}M{days}DT{hours}H{minutes}M");
            let duration = parse(&text);
            let seconds = (u64::from(years) * 365 + u64::from(months) * 30 + u64::from(days)) * DAY
                + u64::from(hours) * 3_600 + u64::from(minutes) * 60;
            prop_assert_eq!(duration.length(), Some(Duration::from_secs(seconds)));
            prop_assert_eq!(parse(&duration.to_string()), duration);
            prop_assert_eq!(duration.canonicalized().length(), duration.length());
            prop_assert_eq!(duration.canonicalized().canonicalized(), duration.canonicalized());
            let json = serde_json::to_string(&duration).unwrap();
            prop_assert_eq!(serde_json::from_str::<IsoDuration>(&json).unwrap(), duration);
        }

        #[test]
        fn each_constructor_writes_its_unit(amount in 1_u16..) {
            prop_assert_eq!(IsoDuration::minutes(amount).to_string(), format!("PT{amount}M"));
            prop_assert_eq!(IsoDuration::hours(amount).to_string(), format!("PT{amount}H"));
            prop_assert_eq!(IsoDuration::days(amount).to_string(), format!("P{amount}D"));
        }
    }
}
