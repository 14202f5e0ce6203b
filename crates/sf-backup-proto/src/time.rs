//! Timestamps, times of day and durations, in every spelling that servers and the API reference use.

mod duration;
mod http_date;
mod run_time;
mod timestamp;

pub use duration::IsoDuration;
pub use run_time::RunTime;
pub use timestamp::Timestamp;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Text that is not a valid date, time of day or duration.
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

/// Parses an ISO 8601 date-time and converts it to UTC. Without `Z` or an offset, the text is in UTC.
fn date_time(text: &str) -> Option<DateTime> {
    let begin = text.bytes().position(|byte| matches!(byte, b'T' | b't' | b' '));
    let time = begin.and_then(|at| text.get(at..)).unwrap_or_default();
    if time.bytes().any(|byte| matches!(byte, b'+' | b'-' | b'[')) {
        return text.parse::<jiff::Timestamp>().ok().map(|at| TimeZone::UTC.to_datetime(at));
    }
    // `jiff::Timestamp` ends a day before the year 9999 does.
    text.strip_suffix(['Z', 'z']).unwrap_or(text).parse().ok()
}
