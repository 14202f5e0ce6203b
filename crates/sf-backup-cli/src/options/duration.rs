//! Durations on the command line: one grammar for every option that takes one.

use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use jiff::fmt::friendly::SpanParser;
use sf_backup_proto::{IsoDuration, Timeout};

/// A duration as people type it (`90s`, `15m`, `1d12h`, `4w`) or as the API writes it (`PT26H`).
///
/// A month is 30 days and a year 365, as the server counts them. Never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DurationArg {
    iso: IsoDuration,
    length: Duration,
}

/// Maximum length: more than any backup is kept, and short enough to be added to any date without overflow.
const LONGEST: Duration = Duration::from_secs(100 * 366 * 86_400);

const EXPECTED: &str = "expected a duration such as 90s, 15m, 26h, 1d12h, 4w or PT26H";

impl DurationArg {
    pub(crate) fn length(self) -> Duration {
        self.length
    }

    /// The duration in the API's form. A duration typed in this form keeps its spelling.
    pub(crate) fn iso(self) -> IsoDuration {
        self.iso
    }

    /// The number of whole units of this many seconds; `None` if there is a remainder.
    fn whole(self, unit: u64) -> Option<u64> {
        let seconds = self.length.as_secs();
        (self.length.subsec_nanos() == 0 && seconds.is_multiple_of(unit)).then_some(seconds / unit)
    }
}

impl FromStr for DurationArg {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let iso = text.parse::<IsoDuration>().ok().or_else(|| typed(text)).ok_or(EXPECTED)?;
        let length = iso.length().filter(|length| *length <= LONGEST).ok_or(EXPECTED)?;
        Ok(Self { iso, length })
    }
}

/// Converts what people type to the API's form.
fn typed(text: &str) -> Option<IsoDuration> {
    let span = SpanParser::new().parse_span(text).ok()?;
    Some(span.to_string().parse::<IsoDuration>().ok()?.canonicalized())
}

/// For options in seconds: a plain number, or a duration of whole seconds.
pub(crate) fn seconds(text: &str) -> Result<NonZeroU32, String> {
    in_units(text, 1, "seconds")
}

/// For options in minutes: a plain number, or a duration of whole minutes.
pub(crate) fn minutes(text: &str) -> Result<u32, String> {
    in_units(text, 60, "minutes").map(NonZeroU32::get)
}

/// The server's time limit for one request.
pub(crate) fn timeout(text: &str) -> Result<Timeout, String> {
    let plain = text.parse::<Timeout>();
    let typed = text.parse::<DurationArg>().ok().and_then(|duration| duration.whole(1));
    match (plain, typed) {
        (Ok(timeout), _) => Ok(timeout),
        (Err(_), Some(seconds)) => seconds.to_string().parse::<Timeout>().map_err(|error| error.to_string()),
        (Err(error), None) => Err(error.to_string()),
    }
}

fn in_units(text: &str, unit: u64, name: &str) -> Result<NonZeroU32, String> {
    let whole = match text.trim().parse::<u64>() {
        Ok(count) => Some(count),
        Err(_) => text.parse::<DurationArg>().ok().and_then(|duration| duration.whole(unit)),
    };
    let whole = whole.and_then(|count| NonZeroU32::new(u32::try_from(count).ok()?));
    whole.ok_or_else(|| format!("expected a number of {name} above 0, or a duration of whole {name} such as 1h30m"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Option<(u64, String)> {
        let duration = text.parse::<DurationArg>().ok()?;
        Some((duration.length().as_secs(), duration.iso().to_string()))
    }

    #[test]
    fn one_grammar_reads_what_people_and_the_api_write() {
        for (text, length, iso) in [
            ("90s", 90, "PT1M30S"),
            ("15m", 900, "PT15M"),
            ("90m", 5_400, "PT1H30M"),
            ("4h", 14_400, "PT4H"),
            ("26h", 93_600, "P1DT2H"),
            ("1d12h", 129_600, "P1DT12H"),
            ("1d 12h", 129_600, "P1DT12H"),
            ("4w", 28 * 86_400, "P28D"),
            ("1h30m15s", 5_415, "PT1H30M15S"),
            ("1.5h", 5_400, "PT1H30M"),
            ("0h", 0, "PT0S"),
            ("2 days", 172_800, "P2D"),
            ("PT26H", 93_600, "PT26H"),
            (" PT90M ", 5_400, "PT90M"),
            ("P2W", 14 * 86_400, "P14D"),
        ] {
            assert_eq!(read(text), Some((length, iso.to_owned())), "{text}");
        }
    }

    #[test]
    fn invalid_durations_are_rejected() {
        for text in [
            "",
            " ",
            "h",
            "4",
            "4h30",
            "5m4h",
            "1h1h",
            "-1h",
            "+-1h",
            "1h ago",
            "-PT5M",
            "soon",
            "m90",
            "1x",
            "P900Y",
            "99999999999999999999d",
            "15:00",
            "1d12",
            "PT",
            "P",
        ] {
            assert_eq!(text.parse::<DurationArg>(), Err(EXPECTED), "{text}");
        }
    }

    #[test]
    fn options_in_seconds_and_minutes_take_numbers_and_durations() {
        assert_eq!(seconds("3600").unwrap().get(), 3_600);
        assert_eq!(seconds("1h").unwrap().get(), 3_600);
        assert_eq!(minutes("30").unwrap(), 30);
        assert_eq!(minutes("2h").unwrap(), 120);
        assert_eq!(minutes("PT90M").unwrap(), 90);
        for bad in ["0", "0s", "1.5s", "4294967296", "-1", "", "soon"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
        for bad in ["90s", "-1", "soon", "0", "0m"] {
            assert!(minutes(bad).is_err(), "{bad}");
        }
        assert_eq!(timeout("60").unwrap(), timeout("1m").unwrap());
        for bad in ["0", "0s", "soon", "-5"] {
            assert_eq!(timeout(bad).unwrap_err(), timeout(bad.trim_end_matches('s')).unwrap_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_time_is_lost(days in 0_u64..1000, hours in 0_u64..24, minutes in 0_u64..60, seconds in 1_u64..60) {
            let text = format!("{days}d{hours}h{minutes}m{seconds}s");
            let expected = ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
            prop_assert_eq!(text.parse::<DurationArg>().unwrap().length().as_secs(), expected);
        }

        #[test]
        fn any_text_is_a_duration_or_none(text in "[-+0-9.,:wdhmsyoPT ]{0,24}") {
            if let Ok(duration) = text.parse::<DurationArg>() {
                prop_assert!(duration.length() <= LONGEST);
            }
        }
    }
}
