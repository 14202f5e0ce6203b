use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn read(json: &str) -> Result<Option<Timestamp>, serde_json::Error> {
    <Timestamp as Wire>::read(&mut serde_json::Deserializer::from_str(json))
}

#[test]
fn every_spelling_of_a_moment_is_one_value() {
    for spelling in [
        "2024-03-09T04:10:22Z",
        "2024-03-09T04:10:22",
        "2024-03-09T04:10:22.0Z",
        "2024-03-09T04:10:22.0000000Z",
        "2024-03-09 04:10:22",
        "2024-03-09t04:10:22z",
        "2024-03-09T05:10:22+01:00",
        "2024-03-08T23:40:22-04:30",
        " 2024-03-09T04:10:22Z\n",
        "638455542220000000",
    ] {
        assert_eq!(at(spelling), at("2024-03-09T04:10:22Z"), "{spelling}");
        assert_eq!(at(spelling).unix(), 1_709_957_422, "{spelling}");
    }
}

#[test]
fn a_bare_date_means_midnight() {
    assert_eq!(at("2024-03-09"), at("2024-03-09T00:00:00Z"));
}

#[test]
fn seven_fraction_digits_are_kept_and_further_digits_dropped() {
    for digits in 1..=7 {
        let text = format!("2024-03-09T04:10:22.{}Z", &"1234567"[..digits]);
        assert_eq!(at(&text).to_string(), text);
    }
    assert_eq!(at("2024-03-09T04:10:22.123456789Z").to_string(), "2024-03-09T04:10:22.1234567Z");
}

#[test]
fn bodies_have_whole_seconds_and_queries_have_fractions() {
    for text in ["2024-03-09T04:10:22.9999999Z", "1969-12-31T23:59:58.5Z", "0001-01-01T00:00:00.1Z"] {
        let body = serde_json::to_string(&at(text)).unwrap();
        assert_eq!(body, format!("\"{}Z\"", &text[..19]));
        assert_eq!(at(text).to_string(), text);
    }
}

#[test]
fn year_1_and_null_and_blank_are_absent() {
    for json in [
        "null",
        r#""""#,
        r#"" ""#,
        r#""0001-01-01T00:00:00Z""#,
        r#""0001-01-01T00:00:00""#,
        r#""0001-01-01T08:00:00Z""#,
        r#""0001-01-01T00:00:00+14:00""#,
        r#""0001-01-01T00:00:00-11:00""#,
        r#""0""#,
        "0",
    ] {
        assert_eq!(read(json).unwrap(), None, "{json}");
    }
    assert_eq!(read(r#""0002-01-01T00:00:00Z""#).unwrap(), Some(at("0002-01-01")));
}

#[test]
fn ticks_are_read_from_text_and_numbers() {
    assert_eq!(read("638455542220000000").unwrap(), Some(at("2024-03-09T04:10:22Z")));
    assert_eq!(read(r#""3155378975999999999""#).unwrap(), Some(at("9999-12-31T23:59:59.9999999Z")));
    assert!(read("3155378976000000000").is_err());
}

#[test]
fn the_first_and_the_last_moment_of_the_calendar_are_supported() {
    for text in ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z"] {
        assert_eq!(at(text).to_string(), text);
        assert_eq!(
            Timestamp::from_unix(at(text).unix()).map(|whole| at(text).since(whole) < Duration::from_secs(1)),
            Some(true)
        );
    }
    assert_eq!(at("9999-12-31T23:59:59Z").checked_add(Duration::from_secs(1)), None);
    assert_eq!(Timestamp::from_unix(at("0001-01-01").unix() - 1), None);
    assert_eq!(Timestamp::from_unix(i64::MAX), None);
}

#[test]
fn invalid_timestamps_are_rejected_with_a_message() {
    for text in [
        "",
        "yesterday",
        "2024-02-30T00:00:00Z",
        "2024-03-09T25:00:00Z",
        "2024-03-09T04:10:22+99:00",
        "-000001-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "12345",
    ] {
        let error = text.parse::<Timestamp>().unwrap_err();
        assert_eq!(error.to_string(), format!("{text:?} is not a date and time such as 2024-03-09T04:10:22Z"));
    }
    assert!(read("true").is_err());
}

#[test]
fn system_time_is_rounded_down_to_100_ns() {
    let system = SystemTime::UNIX_EPOCH + Duration::new(1_709_957_422, 123_456_789);
    let stamp = Timestamp::try_from(system).unwrap();
    assert_eq!(stamp, at("2024-03-09T04:10:22.1234567Z"));
    assert_eq!(stamp.to_string().parse(), Ok(stamp));
    // The clock of Windows has no nanoseconds.
    let before = SystemTime::UNIX_EPOCH - Duration::from_nanos(if cfg!(windows) { 100 } else { 1 });
    assert_eq!(Timestamp::try_from(before), Ok(at("1969-12-31T23:59:59.9999999Z")));
}

proptest! {
    #[test]
    fn every_moment_round_trips(ticks in 0..=LAST_TICK) {
        let stamp = Timestamp { ticks };
        let text = stamp.to_string();
        prop_assert!(text.ends_with('Z'));
        prop_assert_eq!(text.parse(), Ok(stamp));
        prop_assert_eq!(text.trim_end_matches('Z').parse(), Ok(stamp));
        let whole = Timestamp::from_unix(stamp.unix()).unwrap();
        prop_assert!(whole <= stamp && stamp.since(whole) < Duration::from_secs(1));
        prop_assert_eq!(whole.checked_add(stamp.since(whole)), Some(stamp));
        prop_assert_eq!(whole.since(stamp), Duration::ZERO);
    }

    #[test]
    fn an_offset_does_not_change_the_moment(ticks in 600_000_000_000_000_000..900_000_000_000_000_000_u64, minutes in -839_i64..=839) {
        let stamp = Timestamp { ticks };
        let local = stamp.date_time().checked_add(SignedDuration::from_mins(minutes)).unwrap();
        let sign = if minutes < 0 { '-' } else { '+' };
        let text = format!("{local}{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60);
        prop_assert_eq!(text.parse(), Ok(stamp));
    }
}
