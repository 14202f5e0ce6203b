//! How long ago something was, in one number.

use std::time::Duration;

use sf_backup_proto::Timestamp;

/// Clocks of two machines need not agree.
const SKEW: Duration = Duration::from_secs(120);

/// `45s`, `12m`, `3h`, `2d`; `in 3h` for what is to come.
pub(crate) fn age(now: Timestamp, at: Timestamp) -> String {
    let ahead = at.since(now);
    if ahead > SKEW { format!("in {}", length(ahead)) } else { length(now.since(at)) }
}

fn length(length: Duration) -> String {
    // The larger unit once there are two of it: 90 minutes say more than 1 hour.
    let units = [(86_400, "d"), (3_600, "h"), (60, "m")];
    let seconds = length.as_secs();
    let unit = units.iter().find(|(size, _)| seconds >= 2 * size);
    unit.map_or_else(|| format!("{seconds}s"), |(size, name)| format!("{}{name}", seconds / size))
}

/// `12s`, `3m 5s`, `1h 2m`.
pub(crate) fn elapsed(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3_600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, seconds) => format!("{minutes}m {seconds}s"),
        (hours, minutes, _) => format!("{hours}h {minutes}m"),
    }
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
    fn ages_are_one_number() {
        let now: Timestamp = "2024-03-09T12:00:00Z".parse().unwrap();
        let cases = [
            ("2024-03-09T12:00:00Z", "0s"),
            ("2024-03-09T11:58:01Z", "119s"),
            ("2024-03-09T11:58:00Z", "2m"),
            ("2024-03-09T10:00:01Z", "119m"),
            ("2024-03-09T09:00:00Z", "3h"),
            ("2024-03-07T12:00:01Z", "47h"),
            ("2024-03-07T12:00:00Z", "2d"),
            ("0001-01-01T00:00:00Z", "738953d"),
            ("2024-03-09T12:01:00Z", "0s"),
            ("2024-03-09T15:00:00Z", "in 3h"),
        ];
        for (at, said) in cases {
            assert_eq!(age(now, at.parse().unwrap()), said, "{at}");
        }
    }
}
