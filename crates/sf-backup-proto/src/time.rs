//! Points in time, times of day and durations, in the spellings that servers and documents use.

mod duration;
mod http_date;
mod run_time;
mod timestamp;

pub use duration::IsoDuration;
pub use run_time::RunTime;
pub use timestamp::Timestamp;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

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

/// Reads an ISO 8601 date-time, and tells it in UTC: with `Z`, with an offset, or with no zone at all, which counts as UTC.
fn date_time(text: &str) -> Option<DateTime> {
    let time = text.find(['T', 't', ' ']).and_then(|at| text.get(at..)).unwrap_or_default();
    if time.contains(['+', '-', '[']) {
        return text.parse::<jiff::Timestamp>().ok().map(|at| TimeZone::UTC.to_datetime(at));
    }
    // Not as an instant: those end a day before the year 9999 does.
    text.strip_suffix(['Z', 'z']).unwrap_or(text).parse().ok()
}
