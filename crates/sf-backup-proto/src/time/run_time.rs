use std::fmt;
use std::str::FromStr;

use jiff::civil::Time;

use super::{TimeError, date_time};
use crate::wire::{Style, Wire, scalar, serde_through_wire};

const EXPECTED: &str = "a time of day such as 18:30:00";

/// A time of day of a time-based schedule, in UTC, in whole seconds.
///
/// Parses a time (`18:20`, `18:20:00`) or a date-time, whose date is ignored. An offset is converted to UTC; without
/// one, the text is in UTC. JSON has the server's form, on the first day of the year 1.
///
/// ```
/// # use sf_backup_proto::RunTime;
/// let nine: RunTime = "09:00".parse()?;
/// assert_eq!(nine, "0001-01-01T09:00:00Z".parse()?);
/// assert_eq!(nine.to_string(), "09:00:00");
/// # Ok::<(), sf_backup_proto::TimeError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunTime {
    second_of_day: u32,
}

impl RunTime {
    /// Creates a time of day; `None` unless `hour < 24` and `minute < 60`.
    pub fn new(hour: u32, minute: u32) -> Option<Self> {
        (hour < 24 && minute < 60).then_some(Self { second_of_day: hour * 3_600 + minute * 60 })
    }

    /// Seconds since midnight UTC, 0 to 86399.
    pub fn second_of_day(self) -> u32 {
        self.second_of_day
    }

    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let time = if text.contains(['T', 't', '-']) { date_time(text)?.time() } else { bare(text)? };
        let [hour, minute, second] = [time.hour(), time.minute(), time.second()].map(i8::unsigned_abs).map(u32::from);
        Some(Self { second_of_day: hour * 3_600 + minute * 60 + second })
    }
}

/// Parses a time without a date. An offset is an error, because the conversion could cross midnight.
fn bare(text: &str) -> Option<Time> {
    if text.contains(['+', '[']) {
        return None;
    }
    text.strip_suffix(['Z', 'z']).unwrap_or(text).parse().ok()
}

impl FromStr for RunTime {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        Self::parse(text).ok_or_else(|| TimeError::new(text, EXPECTED))
    }
}

impl fmt::Display for RunTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.second_of_day;
        f.pad(&format!("{:02}:{:02}:{:02}", at / 3_600, at / 60 % 60, at % 60))
    }
}

impl Wire for RunTime {
    fn read<'de, D: serde::Deserializer<'de>>(source: D) -> Result<Option<Self>, D::Error> {
        scalar::read_text(source, EXPECTED, Self::parse)
    }
    fn write<S: serde::Serializer>(&self, to: S, _: Style) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("0001-01-01T{self}Z"))
    }
}

serde_through_wire!(RunTime);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(json: &str) -> Result<Option<RunTime>, serde_json::Error> {
        RunTime::read(&mut serde_json::Deserializer::from_str(json))
    }

    #[test]
    fn every_spelling_of_a_time_of_day_is_one_value() {
        for spelling in [
            "18:20",
            "18:20:00",
            " 18:20:00Z ",
            "18:20:00.9999999",
            "0001-01-01T18:20:00Z",
            "0001-01-01T18:20:00",
            "0001-01-01T18:20:00.000Z",
            "0001-01-01 18:20:00",
            "2024-02-29T18:20:00.1234567Z",
            "9999-12-31T18:20:00Z",
        ] {
            assert_eq!(spelling.parse(), Ok(RunTime::new(18, 20).unwrap()), "{spelling}");
        }
    }

    #[test]
    fn an_offset_is_converted_across_midnight() {
        assert_eq!("0001-01-01T01:30:00+02:00".parse(), Ok(RunTime::new(23, 30).unwrap()));
        assert_eq!("0001-01-01T23:30:00-02:00".parse(), Ok(RunTime::new(1, 30).unwrap()));
    }

    #[test]
    fn invalid_times_of_day_are_rejected_with_a_message() {
        for text in ["", "24:00", "09:60", "9", "soon", "09:00+02:00", "09:00-02:00", "0001-01-01T25:00:00Z"] {
            let error = text.parse::<RunTime>().unwrap_err();
            assert_eq!(error.to_string(), format!("{text:?} is not a time of day such as 18:30:00"));
        }
        assert_eq!(RunTime::new(24, 0), None);
        assert_eq!(RunTime::new(0, 60), None);
    }

    #[test]
    fn null_and_blank_are_absent() {
        assert_eq!(read("null").unwrap(), None);
        assert_eq!(read("\"\"").unwrap(), None);
        assert!(read("true").is_err());
    }

    proptest! {
        #[test]
        fn is_written_on_the_first_day_with_a_literal_z(second_of_day in 0_u32..86_400) {
            let time = RunTime { second_of_day };
            let json = serde_json::to_string(&time).unwrap();
            prop_assert_eq!(&json, &format!("\"0001-01-01T{time}Z\""));
            prop_assert_eq!(read(&json).unwrap(), Some(time));
            prop_assert_eq!(time.to_string().parse(), Ok(time));
        }
    }
}
