//! Points in time, times of day and durations, in the spellings that servers and documents use.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::temporal::SpanParser;
use jiff::tz::TimeZone;
use jiff::{Span, SpanFieldwise};

use crate::wire::query::QueryValue;
use crate::wire::{Style, Wire, scalar, serde_through_wire};

/// A text that is no date, time of day or duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {expected}")]
pub struct TimeError {
    text: String,
    expected: &'static str,
}

impl TimeError {
    fn new(text: &str, expected: &'static str) -> Self {
        Self { text: text.chars().take(100).collect(), expected }
    }
}

const A_TIMESTAMP: &str = "a date and time such as 2024-03-09T04:10:22Z";
const A_RUN_TIME: &str = "a time of day such as 18:30:00";
const A_DURATION: &str = "an ISO 8601 duration such as PT15M or P10D";

/// A point in time, UTC, to 100 ns.
///
/// Reads ISO 8601 with `Z`, an offset or no zone at all (taken as UTC), with up to nine fraction digits, a bare date
/// (midnight), and .NET ticks. Written with a literal `Z`; in bodies whole seconds, for the server's own reader knows no
/// other form.
///
/// ```
/// # use sf_backup_proto::Timestamp;
/// let at: Timestamp = "2024-03-09T04:10:22.5Z".parse()?;
/// assert_eq!(at, "2024-03-09T05:10:22.5+01:00".parse()?);
/// assert_eq!(at.to_string(), "2024-03-09T04:10:22.5Z");
/// # Ok::<(), sf_backup_proto::TimeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// From seconds since 1970; `None` outside the years 1 to 9999.
    pub fn from_unix(seconds: i64) -> Option<Self> {
        Self::checked(jiff::Timestamp::from_second(seconds).ok()?)
    }

    /// Whole seconds since 1970, rounded towards the past.
    pub fn unix(self) -> i64 {
        self.0.as_nanosecond().div_euclid(1_000_000_000).try_into().unwrap_or(i64::MAX)
    }

    /// This much later; `None` past the year 9999.
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        Self::checked(self.0.checked_add(duration).ok()?)
    }

    /// How long after `earlier`; zero if it is not.
    pub fn since(self, earlier: Self) -> Duration {
        self.0.duration_since(earlier.0).try_into().unwrap_or_default()
    }

    fn checked(at: jiff::Timestamp) -> Option<Self> {
        let year = TimeZone::UTC.to_datetime(at).year();
        (1..=9999).contains(&year).then_some(Self(at))
    }

    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(ticks) = Self::from_ticks(text) {
            return Some(ticks);
        }
        let with_zone = text.parse::<jiff::Timestamp>().ok();
        let at = with_zone.or_else(|| TimeZone::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok())?;
        // .NET knows 100 ns; what is finer would not come back.
        Self::checked(jiff::Timestamp::from_nanosecond(at.as_nanosecond().div_euclid(100) * 100).ok()?)
    }

    /// .NET ticks: 100 ns since the year 1.
    fn from_ticks(text: &str) -> Option<Self> {
        if text.len() < 15 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let year_1 = TimeZone::UTC.to_timestamp(Date::constant(1, 1, 1).to_datetime(Time::midnight())).ok()?;
        let ticks = text.parse::<i128>().ok()?.checked_mul(100)?;
        Self::checked(jiff::Timestamp::from_nanosecond(year_1.as_nanosecond().checked_add(ticks)?).ok()?)
    }

    /// Servers say "never" with a date in the year 1, moved by their own offset from UTC.
    fn is_unset(self) -> bool {
        TimeZone::UTC.to_datetime(self.0).year() <= 1
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        Self::parse(text).ok_or_else(|| TimeError::new(text, A_TIMESTAMP))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

impl TryFrom<SystemTime> for Timestamp {
    type Error = TimeError;
    fn try_from(at: SystemTime) -> Result<Self, TimeError> {
        let since_1970 = match at.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => i128::try_from(after.as_nanos()),
            Err(before) => i128::try_from(before.duration().as_nanos()).map(|nanoseconds| -nanoseconds),
        };
        let at = since_1970.ok().and_then(|nanoseconds| jiff::Timestamp::from_nanosecond(nanoseconds).ok());
        at.and_then(Self::checked).ok_or_else(|| TimeError::new("the system's time", A_TIMESTAMP))
    }
}

impl Wire for Timestamp {
    fn read<'de, D: serde::Deserializer<'de>>(source: D) -> Result<Option<Self>, D::Error> {
        let at = scalar::read_text(source, A_TIMESTAMP, |text| {
            // An empty text and the year 0 (a year 1 moved by an offset) are unset like the year 1.
            if text.is_empty() { Some(None) } else { Self::parse(text).map(Some) }
        })?;
        Ok(at.flatten().filter(|at| !at.is_unset()))
    }
    fn write<S: serde::Serializer>(&self, to: S, _: Style) -> Result<S::Ok, S::Error> {
        match Self::from_unix(self.unix()) {
            Some(whole) => to.collect_str(&whole),
            None => to.collect_str(self),
        }
    }
}

serde_through_wire!(Timestamp);

impl QueryValue for Timestamp {
    fn write(&self) -> String {
        self.to_string()
    }
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// A time of day at which a time-based schedule runs, UTC, in whole seconds.
///
/// Reads a bare time (`18:20`, `18:20:00`) or a date-time of which the date does not matter; an offset is converted to
/// UTC, a missing zone taken as UTC. Written as the server does, on the first day of the year 1.
///
/// ```
/// # use sf_backup_proto::RunTime;
/// let nine: RunTime = "09:00".parse()?;
/// assert_eq!(nine, "0001-01-01T09:00:00Z".parse()?);
/// assert_eq!(nine.to_string(), "09:00:00");
/// # Ok::<(), sf_backup_proto::TimeError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunTime {
    second_of_day: u32,
}

impl RunTime {
    /// A time of day; `None` unless hour < 24, minute < 60.
    pub fn new(hour: u32, minute: u32) -> Option<Self> {
        (hour < 24 && minute < 60).then_some(Self { second_of_day: hour * 3_600 + minute * 60 })
    }

    /// Seconds since midnight UTC, 0 to 86399.
    pub fn second_of_day(self) -> u32 {
        self.second_of_day
    }

    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let time = if let Ok(with_zone) = text.parse::<jiff::Timestamp>() {
            TimeZone::UTC.to_datetime(with_zone).time()
        } else if text.contains(['T', 't', '-']) {
            text.parse::<DateTime>().ok()?.time()
        } else {
            text.trim_end_matches(['Z', 'z']).parse::<Time>().ok()?
        };
        let [hour, minute, second] = [time.hour(), time.minute(), time.second()].map(i8::unsigned_abs).map(u32::from);
        Some(Self { second_of_day: hour * 3_600 + minute * 60 + second })
    }
}

impl FromStr for RunTime {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        Self::parse(text).ok_or_else(|| TimeError::new(text, A_RUN_TIME))
    }
}

impl fmt::Display for RunTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.second_of_day;
        f.pad(&format!("{:02}:{:02}:{:02}", at / 3_600, at / 60 % 60, at % 60))
    }
}

impl Wire for RunTime {
    fn read<'de, D: serde::Deserializer<'de>>(source: D) -> Result<Option<Self>, D::Error> {
        scalar::read_text(source, A_RUN_TIME, Self::parse)
    }
    fn write<S: serde::Serializer>(&self, to: S, _: Style) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("0001-01-01T{self}Z"))
    }
}

serde_through_wire!(RunTime);

/// An ISO 8601 duration, kept as it was written: `P3M` stays three months.
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
    /// So many minutes.
    pub fn minutes(minutes: u16) -> Self {
        Self(Span::new().minutes(i64::from(minutes)).fieldwise())
    }

    /// So many hours.
    pub fn hours(hours: u16) -> Self {
        Self(Span::new().hours(i64::from(hours)).fieldwise())
    }

    /// So many days.
    pub fn days(days: u16) -> Self {
        Self(Span::new().days(i64::from(days)).fieldwise())
    }

    /// The length as the server reckons it (a month is 30 days, a year 365); `None` if negative.
    pub fn length(self) -> Option<Duration> {
        let (seconds, nanoseconds) = self.total();
        Some(Duration::new(u64::try_from(seconds).ok()?, u32::try_from(nanoseconds).ok()?))
    }

    fn total(self) -> (i64, i32) {
        let span = self.0.0;
        let days = i64::from(span.get_years()) * 365
            + i64::from(span.get_months()) * 30
            + i64::from(span.get_weeks()) * 7
            + i64::from(span.get_days());
        let nanoseconds = i128::from(span.get_milliseconds()) * 1_000_000
            + i128::from(span.get_microseconds()) * 1_000
            + i128::from(span.get_nanoseconds());
        let seconds = i128::from(days) * 86_400
            + i128::from(span.get_hours()) * 3_600
            + i128::from(span.get_minutes()) * 60
            + i128::from(span.get_seconds())
            + nanoseconds.div_euclid(1_000_000_000);
        let rest = nanoseconds.rem_euclid(1_000_000_000);
        (i64::try_from(seconds).unwrap_or(i64::MAX), i32::try_from(rest).unwrap_or_default())
    }

    fn parse(text: &str) -> Option<Self> {
        SpanParser::new().parse_span(text.trim()).ok().map(|span| Self(span.fieldwise()))
    }
}

impl FromStr for IsoDuration {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        Self::parse(text).ok_or_else(|| TimeError::new(text, A_DURATION))
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
        scalar::read_text(source, A_DURATION, Self::parse)
    }
    fn write<S: serde::Serializer>(&self, to: S, _: Style) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

serde_through_wire!(IsoDuration);
