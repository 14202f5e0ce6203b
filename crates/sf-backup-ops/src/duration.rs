//! Durations in texts for people, such as `1h 5m`.

use std::time::Duration;

/// Formats a measured duration with its two largest units: `45s`, `4h 10m`, `2d 3h`.
///
/// ```
/// use std::time::Duration;
/// use sf_backup_ops::duration;
///
/// assert_eq!(duration::measured(Duration::from_secs(3_905)), "1h 5m");
/// ```
pub fn measured(time: Duration) -> String {
    text(time, 2)
}

/// Formats a configured duration with all its units: `15m`, `1d 12h`, `1h 30m 5s`.
///
/// ```
/// use std::time::Duration;
/// use sf_backup_ops::duration;
///
/// assert_eq!(duration::exact(Duration::from_secs(129_605)), "1d 12h 5s");
/// ```
pub fn exact(time: Duration) -> String {
    text(time, usize::MAX)
}

fn text(time: Duration, units: usize) -> String {
    let seconds = time.as_secs();
    let counts = [("d", seconds / 86_400), ("h", seconds / 3_600 % 24), ("m", seconds / 60 % 60), ("s", seconds % 60)];
    let counts = counts.iter().skip_while(|(_, count)| *count == 0).take(units).filter(|(_, count)| *count > 0);
    let parts: Vec<String> = counts.map(|(unit, count)| format!("{count}{unit}")).collect();
    if parts.is_empty() { "0s".to_owned() } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measured_and_configured_durations_look_alike() {
        for (seconds, about, all) in [
            (0, "0s", "0s"),
            (59, "59s", "59s"),
            (185, "3m 5s", "3m 5s"),
            (3_600, "1h", "1h"),
            (3_605, "1h", "1h 5s"),
            (5_400, "1h 30m", "1h 30m"),
            (129_600, "1d 12h", "1d 12h"),
            (90 * 86_400 + 61, "90d", "90d 1m 1s"),
        ] {
            let time = Duration::from_secs(seconds);
            assert_eq!((measured(time).as_str(), exact(time).as_str()), (about, all));
        }
    }
}
