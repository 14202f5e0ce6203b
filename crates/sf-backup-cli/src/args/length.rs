//! Lengths of time as people type them: `15m`, `4h`, `1d12h`, `2w`; or as the API does: `PT15M`.

use std::str::FromStr;

use sf_backup_proto::IsoDuration;

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Length(pub(crate) IsoDuration);

const EXPECTED: &str = "must be a length of time such as 15m, 4h, 1d12h or PT15M";

impl FromStr for Length {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let iso = typed(text.trim()).filter(|_| !text.trim().is_empty()).unwrap_or_else(|| text.trim().to_owned());
        iso.parse().map(Self).map_err(|_| EXPECTED)
    }
}

/// What was typed in the API's form; `None` if it is not in ours.
fn typed(text: &str) -> Option<String> {
    let mut minutes: u64 = 0;
    let mut largest = u64::MAX;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|character: char| !character.is_ascii_digit())?;
        let (count, unit) = rest.split_at_checked(end)?;
        let size = match unit.chars().next()? {
            'w' => 7 * 24 * 60,
            'd' => 24 * 60,
            'h' => 60,
            'm' => 1,
            _ => return None,
        };
        // Each unit once, the larger ones first: 5m4h is a slip of the finger.
        if size >= largest {
            return None;
        }
        largest = size;
        minutes = count.parse::<u64>().ok()?.checked_mul(size)?.checked_add(minutes)?;
        rest = unit.get(1..)?;
    }
    let (days, hours, minutes) = (minutes / (24 * 60), minutes / 60 % 24, minutes % 60);
    let part = |count: u64, unit: &str| if count == 0 { String::new() } else { format!("{count}{unit}") };
    let time = part(hours, "H") + &part(minutes, "M");
    Some(match (days, time.is_empty()) {
        (0, true) => "PT0M".to_owned(),
        (days, true) => format!("P{days}D"),
        (days, false) => format!("P{}T{time}", part(days, "D")),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lengths_are_read_as_people_and_the_api_write_them() {
        for (typed, iso) in [
            ("15m", "PT15M"),
            ("4h", "PT4H"),
            ("90m", "PT1H30M"),
            ("1d12h", "P1DT12H"),
            ("30d", "P30D"),
            ("2w", "P14D"),
            ("0h", "PT0S"),
            (" PT90M ", "PT90M"),
        ] {
            assert_eq!(typed.parse::<Length>().unwrap().0.to_string(), iso, "{typed}");
        }
        for none in ["", "4", "h", "4 h", "4H30", "5m4h", "1h1h", "30s", "99999999999999999999d", "soon", "-1h"] {
            assert_eq!(none.parse::<Length>(), Err(EXPECTED), "{none}");
        }
    }

    proptest! {
        #[test]
        fn no_time_is_lost(days in 0_u64..1000, hours in 0_u64..24, minutes in 1_u64..60) {
            let length: Length = format!("{days}d{hours}h{minutes}m").parse().unwrap();
            let seconds = ((days * 24 + hours) * 60 + minutes) * 60;
            prop_assert_eq!(length.0.length().unwrap().as_secs(), seconds);
        }

        #[test]
        fn any_text_is_a_length_or_none(text in "[0-9wdhmPT ]{0,24}") {
            let _ = text.parse::<Length>();
        }
    }
}
