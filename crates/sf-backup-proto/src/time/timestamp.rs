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
pub struct Timestamp {
    /// Units of 100 ns since the start of the year 1, as .NET counts. Servers have no finer resolution.
    ticks: u64,
}

const TICKS_PER_SECOND: u64 = 10_000_000;
const YEAR_1: DateTime = DateTime::constant(1, 1, 1, 0, 0, 0, 0);
const UNIX_EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
const TICKS_OF_1970: u64 = 621_355_968_000_000_000;
/// The last tick of the year 9999.
const LAST_TICK: u64 = 3_155_378_975_999_999_999;

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self { ticks: TICKS_OF_1970 };

    /// Converts seconds since 1970; `None` outside the years 1 to 9999.
    pub fn from_unix(seconds: i64) -> Option<Self> {
        let ticks = i128::from(seconds) * i128::from(TICKS_PER_SECOND) + i128::from(TICKS_OF_1970);
        Self::from_ticks(u64::try_from(ticks).ok()?)
    }

    /// Whole seconds since 1970, rounded down.
    pub fn unix(self) -> i64 {
        // `LAST_TICK` fits an `i64`.
        (self.ticks.cast_signed() - TICKS_OF_1970.cast_signed()).div_euclid(TICKS_PER_SECOND.cast_signed())
    }

    /// Adds a duration, rounded down to 100 ns; `None` past the year 9999.
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        let ticks = u64::try_from(duration.as_nanos() / 100).ok()?;
        Self::from_ticks(self.ticks.checked_add(ticks)?)
    }

    /// The time since `earlier`; zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        duration(self.ticks.saturating_sub(earlier.ticks))
    }

    /// Subtracts a duration, to 100 ns; `None` before the year 1.
    pub fn checked_sub(self, duration: Duration) -> Option<Self> {
        let ticks = u64::try_from(duration.as_nanos() / 100).ok()?;
        Self::from_ticks(self.ticks.checked_sub(ticks)?)
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
        http_date::format(self.date_time())
    }

    /// Converts ticks of 100 ns since the start of the year 1; `None` after the year 9999.
    fn from_ticks(ticks: u64) -> Option<Self> {
        (ticks <= LAST_TICK).then_some(Self { ticks })
    }

    /// Returns `None` before the year 1.
    fn from_date_time(at: DateTime) -> Option<Self> {
        let ticks = at.duration_since(YEAR_1).as_nanos().div_euclid(100);
        Self::from_ticks(u64::try_from(ticks).ok()?)
    }

    fn date_time(self) -> DateTime {
        let (after, before) = (self.ticks.saturating_sub(TICKS_OF_1970), TICKS_OF_1970.saturating_sub(self.ticks));
        UNIX_EPOCH.saturating_add(duration(after)).saturating_sub(duration(before))
    }

    /// Parses text. The result can lie before the year 1, where servers write "never".
    fn parse(text: &str) -> Option<DateTime> {
        let text = text.trim();
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // Current ticks have 18 or 19 digits; 0 is the start of the year 1. Eight digits are a date.
        if digits && (text.len() >= 15 || text.bytes().all(|byte| byte == b'0')) {
            return Self::from_ticks(text.parse().ok()?).map(Self::date_time);
        }
        date_time(text)
    }
}

fn duration(ticks: u64) -> Duration {
    let nanoseconds = u32::try_from(ticks % TICKS_PER_SECOND * 100).unwrap_or_default();
    Duration::new(ticks / TICKS_PER_SECOND, nanoseconds)
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
            (None, None) => write!(f, "{}Z", self.date_time()),
            _ => f.pad(&format!("{}Z", self.date_time())),
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
        let ticks = self.ticks - self.ticks % TICKS_PER_SECOND;
        to.collect_str(&Self { ticks })
    }
}

serde_through_wire!(Timestamp);

#[cfg(test)]
mod tests;
