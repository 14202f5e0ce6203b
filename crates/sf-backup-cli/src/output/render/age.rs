//! Formats ages and times.

use std::time::Duration;

use sf_backup_ops::duration;
use sf_backup_proto::Timestamp;

/// Maximum difference between clocks that is ignored.
const SKEW: Duration = Duration::from_secs(120);

/// `45s`, `12m`, `3h 5m`, `2d`; `in 3h` for future times.
pub(crate) fn age(now: Timestamp, at: Timestamp) -> String {
    let ahead = at.since(now);
    if ahead > SKEW { format!("in {}", length(ahead)) } else { length(now.since(at)) }
}

fn length(length: Duration) -> String {
    let seconds = length.as_secs();
    // Seconds do not matter beyond a minute.
    let whole = if seconds < 60 { seconds } else { seconds / 60 * 60 };
    duration::measured(Duration::from_secs(whole))
}

/// `2026-11-25 09:04 UTC`
pub(crate) fn minute(at: Timestamp) -> String {
    let text = at.to_string();
    match (text.get(..10), text.get(11..16)) {
        (Some(date), Some(time)) => format!("{date} {time} UTC"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_durations_without_the_seconds_of_minutes() {
        let now: Timestamp = "2024-03-09T12:00:00Z".parse().unwrap();
        let cases = [
            ("2024-03-09T12:00:00Z", "0s"),
            ("2024-03-09T11:58:01Z", "1m"),
            ("2024-03-09T11:58:00Z", "2m"),
            ("2024-03-09T10:00:01Z", "1h 59m"),
            ("2024-03-09T09:00:00Z", "3h"),
            ("2024-03-07T12:00:01Z", "1d 23h"),
            ("2024-03-07T12:00:00Z", "2d"),
            ("0001-01-01T00:00:00Z", "738953d 12h"),
            ("2024-03-09T12:01:00Z", "0s"),
            ("2024-03-09T15:00:00Z", "in 3h"),
        ];
        for (at, expected) in cases {
            assert_eq!(age(now, at.parse().unwrap()), expected, "{at}");
        }
    }
}
