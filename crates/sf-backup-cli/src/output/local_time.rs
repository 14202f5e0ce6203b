//! Converts times to the local zone, in everything that is printed for people.
//!
//! Texts with times in UTC come from many places. They are converted where all of them pass, so that none is missed.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The zone of a variable `TZ`, or of the system.
///
/// # Errors
/// If the variable does not name a zone: its value.
pub(crate) fn zone(variable: Option<&str>) -> Result<TimeZone, String> {
    let Some(name) = variable.map(|name| name.trim_start_matches(':')) else { return Ok(TimeZone::system()) };
    TimeZone::get(name).or_else(|_| TimeZone::posix(name)).map_err(|_| name.to_owned())
}

/// Converts the times in a text, `2024-03-09T12:00:00Z` and `2024-03-09 12:00 UTC`, to a zone; each gets its offset.
pub(crate) fn localized<'t>(text: &'t str, zone: &TimeZone) -> Cow<'t, str> {
    let mut changed = String::new();
    let mut kept = 0;
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let Some(start) = rest.find(|character: char| character.is_ascii_digit()).map(|found| at + found) else {
            break;
        };
        // A time within a name is part of the name.
        let is_free = !text.get(..start).unwrap_or_default().ends_with(|character: char| {
            character.is_alphanumeric() || matches!(character, '-' | '_' | '.' | '/' | '\\' | ':')
        });
        match text.get(start..).filter(|_| is_free).and_then(Found::at) {
            Some(Found { length, time, format }) => {
                changed.push_str(text.get(kept..start).unwrap_or_default());
                changed.push_str(&time.to_zoned(zone.clone()).strftime(format).to_string());
                kept = start + length;
                at = kept;
            }
            // No other digit of this number starts a time.
            None => {
                let digits = text.get(start..).unwrap_or_default();
                at = start + digits.find(|character: char| !character.is_ascii_digit()).unwrap_or(digits.len());
            }
        }
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    changed.push_str(text.get(kept..).unwrap_or_default());
    Cow::Owned(changed)
}

/// A time at the start of a text.
struct Found {
    length: usize,
    time: Timestamp,
    /// The form in which it is printed.
    format: &'static str,
}

impl Found {
    fn at(text: &str) -> Option<Self> {
        Self::second(text).or_else(|| Self::minute(text)).filter(|found| {
            !text.get(found.length..).unwrap_or_default().starts_with(|character: char| character.is_alphanumeric())
        })
    }

    /// `2024-03-09T12:00:00Z`, also with a fraction.
    fn second(text: &str) -> Option<Self> {
        let fits = text.get(10..11)? == "T";
        let length = text.find('Z').filter(|end| fits && (19..=29).contains(end))? + 1;
        let time = text.get(..length)?.parse().ok()?;
        Some(Self { length, time, format: "%Y-%m-%dT%H:%M:%S%:z" })
    }

    /// `2024-03-09 12:00 UTC`
    fn minute(text: &str) -> Option<Self> {
        let (date, time) = (text.get(..10)?, text.get(10..16)?.strip_prefix(' ')?);
        if text.get(16..20)? != " UTC" {
            return None;
        }
        let time = format!("{date}T{time}:00Z").parse().ok()?;
        Some(Self { length: 20, time, format: "%Y-%m-%d %H:%M %:z" })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn berlin() -> TimeZone {
        zone(Some("CET-1CEST,M3.5.0,M10.5.0/3")).unwrap()
    }

    #[test]
    fn times_have_the_offset_of_their_day() {
        for (text, local) in [
            ("due 2024-03-09T12:00:00Z (in 3h)", "due 2024-03-09T13:00:00+01:00 (in 3h)"),
            ("2024-07-01T23:30:00.5Z", "2024-07-02T01:30:00+02:00"),
            (
                "of 2024-03-09 23:30 UTC, of 2024-07-01 10:00 UTC.",
                "of 2024-03-10 00:30 +01:00, of 2024-07-01 12:00 +02:00.",
            ),
            (
                "\u{fc} 2024-03-31T00:59:59Z/2024-03-31T01:00:00Z",
                "\u{fc} 2024-03-31T01:59:59+01:00/2024-03-31T01:00:00Z",
            ),
        ] {
            assert_eq!(localized(text, &berlin()), local);
        }
    }

    #[test]
    fn text_that_is_not_a_time_is_unchanged() {
        for text in [
            "",
            "daily at 09:00, 18:30 UTC",
            "2024-03-09",
            "2024-13-09T12:00:00Z",
            "2024-03-09T12:00:00",
            "2024-03-09 12:00 UTCX",
            "x2024-03-09T12:00:00Z",
            "12024-03-09T12:00:00Z",
            r"App\2024-03-09T12:00:00Z.zip",
            "2024-03-09 04.10.22.zip",
            "restore-2024-03-09T12-00-00Z.yaml",
        ] {
            assert!(matches!(localized(text, &berlin()), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn a_zone_is_a_rule_or_a_name() {
        assert!(zone(Some(":UTC")).is_ok());
        assert_eq!(zone(Some("no zone")).unwrap_err(), "no zone");
    }

    proptest! {
        #[test]
        fn any_text_is_kept_around_its_times(before in "[^0-9]{0,9}", after in "[^0-9A-Za-z]{0,9}") {
            let is_part = before.ends_with(|last: char| last.is_alphanumeric() || "-_./\\:".contains(last));
            let text = format!("{before}2024-03-09T12:00:00Z{after}");
            let expected = format!("{before}2024-03-09T13:00:00+01:00{after}");
            prop_assume!(!is_part && !after.starts_with(char::is_alphanumeric));
            prop_assert_eq!(localized(&text, &berlin()), expected);
        }

        #[test]
        fn no_text_breaks_it(text in "[-0-9TZ: UC.ü]{0,60}") {
            let _ = localized(&text, &berlin());
        }
    }
}
