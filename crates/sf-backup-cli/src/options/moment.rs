//! Moments on the command line: a time, or a time ago.

use std::str::FromStr;
use std::time::Duration;

use sf_backup_proto::Timestamp;

use super::duration::DurationArg;

/// A moment as typed, possibly relative to the current time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    At(Timestamp),
    Ago(Duration),
    /// This many days before today, at this time of day (UTC).
    Day {
        ago: u32,
        seconds: i64,
    },
}

const EXPECTED: &str = "expected a time such as 2024-03-09T04:00:00Z or 2024-03-09, an age such as 2h or 1d12h, or \
                        'today' or 'yesterday' with a time of day such as 'yesterday 04:00'; UTC unless an offset is given";
const DAY: i64 = 86_400;

impl Moment {
    /// The moment as a time; `None` if it is out of range.
    pub(crate) fn resolve(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::At(at) => Some(at),
            // Backups have times in whole seconds.
            Self::Ago(length) => Timestamp::from_unix(now.unix()).and_then(|now| now.checked_sub(length)),
            Self::Day { ago, seconds } => {
                let today = now.unix().div_euclid(DAY) * DAY;
                Timestamp::from_unix(today - i64::from(ago) * DAY + seconds)
            }
        }
    }
}

impl FromStr for Moment {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if let Ok(at) = text.parse::<Timestamp>() {
            return Ok(Self::At(at));
        }
        let lower = text.to_ascii_lowercase();
        for (day, ago) in [("today", 0), ("yesterday", 1)] {
            if let Some(time) = lower.strip_prefix(day) {
                let seconds = time_of_day(time.trim_start_matches([' ', 't']).trim()).ok_or(EXPECTED)?;
                return Ok(Self::Day { ago, seconds });
            }
        }
        let length = lower.strip_suffix("ago").map_or(text, str::trim_end);
        length.parse::<DurationArg>().map(|length| Self::Ago(length.length())).map_err(|_| EXPECTED)
    }
}

/// Parses `04:00` or `04:00:30`, with or without `Z` or `UTC`.
fn time_of_day(text: &str) -> Option<i64> {
    let text = text.trim_end_matches("utc").trim_end_matches('z').trim_end();
    let parts: Vec<&str> = text.split(':').collect();
    let (hours, minutes, seconds) = match parts.as_slice() {
        [hours, minutes] => (*hours, *minutes, "0"),
        [hours, minutes, seconds] => (*hours, *minutes, *seconds),
        _ => return None,
    };
    let part = |text: &str, most: i64| {
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<i64>().ok().filter(|number| digits && *number < most)
    };
    Some(part(hours, 24)? * 3_600 + part(minutes, 60)? * 60 + part(seconds, 60)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_time_or_how_long_ago_it_was() {
        let now: Timestamp = "2024-03-09T02:30:15.5Z".parse().unwrap();
        for (typed, moment) in [
            ("2024-03-09T04:00:00Z", "2024-03-09T04:00:00Z"),
            ("2024-03-09T04:00:00+02:00", "2024-03-09T02:00:00Z"),
            ("2024-03-08", "2024-03-08T00:00:00Z"),
            ("2h", "2024-03-09T00:30:15Z"),
            ("2d", "2024-03-07T02:30:15Z"),
            ("1d12h ago", "2024-03-07T14:30:15Z"),
            (" PT90M ", "2024-03-09T01:00:15Z"),
            ("yesterday 04:00", "2024-03-08T04:00:00Z"),
            ("Yesterday 4:05:06 UTC", "2024-03-08T04:05:06Z"),
            ("today 01:00Z", "2024-03-09T01:00:00Z"),
        ] {
            let read = typed.parse::<Moment>().unwrap_or_else(|error| panic!("{typed}: {error}"));
            assert_eq!(read.resolve(now), Some(moment.parse().unwrap()), "{typed}");
        }
        for wrong in ["", "yesterday", "soon", "-2h", "2h5x", "yesterday 24:00", "today 1", "ago", "tomorrow 04:00"] {
            assert_eq!(wrong.parse::<Moment>(), Err(EXPECTED), "{wrong}");
        }
    }
}
