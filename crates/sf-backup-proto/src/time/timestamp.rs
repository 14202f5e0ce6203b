use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use jiff::SignedDuration;
use jiff::civil::DateTime;

use super::{TimeError, date_time, http_date};
use crate::wire::{Style, Wire, scalar, serde_through_wire};

const EXPECTED: &str = "a date and time such as 2024-03-09T04:10:22Z";

/// A point in time in UTC, in the years 1 to 9999, with a resolution of 100 ns.
///
/// Parses ISO 8601 with `Z`, with an offset or without a zone (UTC), with up to nine fraction digits; a bare date
/// (midnight); and .NET ticks. Displays with a literal `Z`. JSON bodies have whole seconds, the only form that the
/// server reads.
///
/// ```
/// # use sf_backup_proto::Timestamp;
/// let at: Timestamp = "2024-03-09T04:10:22.5Z".parse()?;
/// assert_eq!(at, "2024-03-09T05:10:22.5+01:00".parse()?);
/// assert_eq!(at.to_string(), "2024-03-09T04:10:22.5Z");
/// # Ok::<(), sf_backup_proto::TimeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(DateTime);

const YEAR_1: DateTime = DateTime::constant(1, 1, 1, 0, 0, 0, 0);
const UNIX_EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
/// .NET counts ticks of 100 ns from the year 1.
const TICKS_OF_1970: i64 = 621_355_968_000_000_000;

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self(UNIX_EPOCH);

    /// Converts seconds since 1970; `None` outside the years 1 to 9999.
    pub fn from_unix(seconds: i64) -> Option<Self> {
        Self::from_date_time(UNIX_EPOCH.checked_add(SignedDuration::from_secs(seconds)).ok()?)
    }

    /// Whole seconds since 1970, rounded down.
    pub fn unix(self) -> i64 {
        let since = self.0.duration_since(UNIX_EPOCH);
        since.as_secs() - i64::from(since.subsec_nanos() < 0)
    }

    /// Adds a duration, rounded down to 100 ns; `None` past the year 9999.
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        Self::from_date_time(self.0.checked_add(duration).ok()?)
    }

    /// The time since `earlier`; zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        self.0.duration_since(earlier.0).try_into().unwrap_or_default()
    }

    /// Subtracts a duration, rounded down to 100 ns; `None` before the year 1.
    pub fn checked_sub(self, duration: Duration) -> Option<Self> {
        Self::from_date_time(self.0.checked_sub(duration).ok()?)
    }

    /// Reads the value of an HTTP `Date`, `Retry-After` or `Expires` header in any of the three forms of RFC 9110.
    /// `None` for anything else.
    ///
    /// ```
    /// # use sf_backup_proto::Timestamp;
    /// let at = Timestamp::from_http_date("Sat, 09 Mar 2024 04:10:22 GMT");
    /// assert_eq!(at, "2024-03-09T04:10:22Z".parse().ok());
    /// ```
    pub fn from_http_date(text: &str) -> Option<Self> {
        Self::from_date_time(http_date::parse(text)?)
    }

    /// The `Date` header of a response. `None` if there are several that differ, or if the response came from a cache
    /// (`Age`), so that the date is that of the original.
    pub fn from_date_header(headers: &http::HeaderMap) -> Option<Self> {
        Self::from_http_date(http_date::single(headers)?)
    }

    /// Formats as HTTP headers require, in whole seconds: `Sat, 09 Mar 2024 04:10:22 GMT`.
    pub fn to_http_date(self) -> String {
        http_date::format(self.0)
    }

    /// Rounds down to 100 ns: servers have no finer resolution. `None` before the year 1.
    fn from_date_time(at: DateTime) -> Option<Self> {
        let below = at.subsec_nanosecond() % 100;
        let at = if below == 0 { at } else { at.saturating_sub(SignedDuration::from_nanos(below.into())) };
        (at >= YEAR_1).then_some(Self(at))
    }

    /// Parses text. The result can lie before the year 1, where servers write "never".
    fn parse(text: &str) -> Option<DateTime> {
        let text = text.trim();
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // Current ticks have 18 or 19 digits; 0 is the start of the year 1. Eight digits are a date.
        if digits && (text.len() >= 15 || text.bytes().all(|byte| byte == b'0')) {
            let since = text.parse::<i64>().ok()?.checked_sub(TICKS_OF_1970)?;
            let since = SignedDuration::from_micros(since / 10) + SignedDuration::from_nanos(since % 10 * 100);
            return UNIX_EPOCH.checked_add(since).ok();
        }
        date_time(text)
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        Self::parse(text).and_then(Self::from_date_time).ok_or_else(|| TimeError::new(text, EXPECTED))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (f.width(), f.precision()) {
            (None, None) => write!(f, "{}Z", self.0),
            _ => f.pad(&format!("{}Z", self.0)),
        }
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
            Ok(after) => SignedDuration::try_from(after).ok(),
            Err(before) => SignedDuration::try_from(before.duration()).ok().map(|before| -before),
        };
        let at = since_1970.and_then(|since| UNIX_EPOCH.checked_add(since).ok());
        at.and_then(Self::from_date_time).ok_or_else(|| TimeError::new("the system's time", EXPECTED))
    }
}

/// Servers write "never" as a date in the year 1, shifted by their UTC offset, possibly into the year 0.
impl Wire for Timestamp {
    const UNSET: Option<&'static str> = Some("0001-01-01T00:00:00Z");

    fn read<'de, D: serde::Deserializer<'de>>(source: D) -> Result<Option<Self>, D::Error> {
        let at = scalar::read_text(source, EXPECTED, Self::parse)?;
        Ok(at.filter(|at| at.year() > 1).and_then(Self::from_date_time))
    }
    fn write<S: serde::Serializer>(&self, to: S, _: Style) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{:.0}Z", self.0))
    }
}

serde_through_wire!(Timestamp);

#[cfg(test)]
mod tests;
