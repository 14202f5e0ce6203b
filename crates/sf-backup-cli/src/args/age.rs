//! Lengths of time as they are typed.

use std::str::FromStr;
use std::time::Duration;

use sf_backup_proto::IsoDuration;

/// A length of time: a number with `s`, `m`, `h` or `d`, or ISO 8601.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Age(Duration);

impl Age {
    pub(crate) fn length(self) -> Duration {
        self.0
    }
}

/// None of an audit's lengths is longer.
const LONGEST: Duration = Duration::from_secs(10 * 366 * 86_400);

impl FromStr for Age {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let units = [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)];
        let short = units.into_iter().find_map(|(unit, size)| {
            let number = text.strip_suffix(unit)?;
            let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            number.parse::<u64>().ok().filter(|_| digits)?.checked_mul(size).map(Duration::from_secs)
        });
        let length = short.or_else(|| text.parse::<IsoDuration>().ok()?.length());
        length
            .filter(|length| *length <= LONGEST)
            .map(Self)
            .ok_or("must be a length of time such as 90m, 26h, 2d or PT26H, at most ten years")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_a_number_with_a_unit_or_iso_8601() {
        let seconds = |text: &str| text.parse::<Age>().ok().map(|age| age.length().as_secs());
        for (text, length) in
            [("45s", 45), ("90m", 5_400), ("26h", 93_600), ("2d", 172_800), ("PT26H", 93_600), ("P1DT2H", 93_600)]
        {
            assert_eq!(seconds(text), Some(length), "{text}");
        }
        for text in ["", "h", "26", "-1h", "+1h", "1.5h", "26 h", "1w", "-PT5M", "99999999999999999d", "P900Y", "m90"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
