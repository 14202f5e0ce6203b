//! Schedules, and when their backups are late.

use super::*;

fn at(text: &str) -> Timestamp {
    format!("2024-03-{text}Z").parse().unwrap()
}

fn schedule(json: &str) -> BackupScheduleDescription {
    serde_json::from_str(json).unwrap()
}

fn every(interval: &str) -> BackupScheduleDescription {
    schedule(&format!(r#"{{"ScheduleKind":"FrequencyBased","Interval":"{interval}"}}"#))
}

fn daily(times: &str) -> BackupScheduleDescription {
    schedule(&format!(r#"{{"ScheduleKind":"TimeBased","ScheduleFrequencyType":"Daily","RunTimes":[{times}]}}"#))
}

fn history(made: &[&str]) -> History {
    History::of(made.iter().map(|made| at(made)))
}

fn late_after(schedule: &BackupScheduleDescription, made: &[&str]) -> Timestamp {
    Rules::default().outlook(schedule, &history(made)).unwrap().late_after
}

fn next(schedule: &BackupScheduleDescription, made: &[&str]) -> NextRun {
    NextRun::of(schedule, &Rules::default(), &history(made), at("09T12:00:00"))
}

#[test]
fn an_interval_counts_from_the_last_backup() {
    let hourly = every("PT1H");
    assert_eq!(next(&hourly, &["09T10:30:00", "09T11:30:00"]), NextRun::At(at("09T12:30:00")));
    // It may still be running.
    assert_eq!(next(&hourly, &["09T09:46:00", "09T10:46:00"]), NextRun::At(at("09T11:46:00")));
    let late = NextRun::Overdue { due: at("09T11:40:00"), next: None };
    assert_eq!(next(&hourly, &["09T09:40:00", "09T10:40:00"]), late);
    assert_eq!(next(&hourly, &[]), NextRun::Within(Duration::from_secs(3_600)));
}

#[test]
fn times_of_the_day_are_known_without_a_backup() {
    let twice = daily(r#""09:00","18:00""#);
    let evening = NextRun::At(at("09T18:00:00"));
    assert_eq!(next(&twice, &[]), evening);
    assert_eq!(next(&twice, &["09T08:59:55"]), evening);
    let late = NextRun::Overdue { due: at("09T09:00:00"), next: Some(at("09T18:00:00")) };
    assert_eq!(next(&twice, &["08T09:00:01", "08T18:00:02"]), late);
}

#[test]
fn some_schedules_never_run() {
    assert_eq!(next(&every("PT0S"), &[]), NextRun::Never);
    assert_eq!(next(&daily(""), &["08T18:00:02"]), NextRun::Never);
    assert_eq!(next(&schedule(r#"{"ScheduleKind":"Lunar"}"#), &[]), NextRun::Unknown);
}

#[test]
fn backups_that_take_long_are_not_late_while_they_run() {
    let hourly = every("PT1H");
    // Each takes about an hour.
    let slow = ["09T02:00:00", "09T04:00:00", "09T05:55:00", "09T08:00:00"];
    assert_eq!(late_after(&hourly, &slow), at("09T10:30:00"));
    // Fast ones only have the grace, and some seconds are no delay.
    assert_eq!(late_after(&hourly, &["09T06:00:00", "09T07:00:05", "09T08:00:09"]), at("09T09:15:09"));
    // One missed run does not make the others late.
    assert_eq!(late_after(&hourly, &["09T05:00:00", "09T06:00:00", "09T08:00:00", "09T09:00:00"]), at("09T10:15:00"));
    // An on-demand backup is early.
    assert_eq!(late_after(&hourly, &["09T05:00:00", "09T06:00:00", "09T06:10:00"]), at("09T07:25:00"));
    // The duration of the first one is unknown: it has the time that the cluster allows.
    assert_eq!(late_after(&hourly, &["09T08:00:00"]), at("09T10:00:00"));
    // A configured grace takes precedence over the history.
    let exact = Rules { grace: Some(Duration::ZERO), ..Rules::default() };
    assert_eq!(exact.outlook(&hourly, &history(&slow)).unwrap().late_after, at("09T09:00:00"));
    let day = Rules { max_age: Some(Duration::from_secs(86_400)), ..Rules::default() };
    assert_eq!(day.outlook(&hourly, &history(&slow)).unwrap().late_after, at("10T08:00:00"));
}

#[test]
fn times_of_the_day_that_are_too_close_for_long_backups_are_met_by_the_next() {
    let times: Vec<String> = (0..24).map(|hour| format!("\"{hour:02}:00\"")).collect();
    let hourly = daily(&times.join(","));
    // Each takes 70 minutes, so that every other run is skipped.
    let slow = ["09T02:10:00", "09T04:10:00", "09T06:10:00"];
    assert_eq!(late_after(&hourly, &slow), at("09T08:45:00"));
}

#[test]
fn a_shortened_schedule_is_late_after_its_next_run() {
    let made = ["08T16:00:00", "08T20:00:00", "09T00:00:00", "09T04:00:00"];
    let outlook = |interval: &str, made: &[&str]| Rules::default().outlook(&every(interval), &history(made)).unwrap();
    // Every four hours, then every two from an unknown time on: at eight at the latest.
    let two = outlook("PT2H", &made);
    assert_eq!((two.late_after, two.changed_until), (at("09T06:15:00"), Some(at("09T10:15:00"))));
    let half = outlook("PT30M", &made);
    assert_eq!((half.late_after, half.changed_until), (at("09T04:45:00"), Some(at("09T08:45:00"))));
    assert_eq!(
        NextRun::of(&every("PT30M"), &Rules::default(), &history(&made), at("09T06:00:00")),
        NextRun::Changed { until: at("09T08:45:00") }
    );
    // The same for a change to times of the day.
    let noon = Rules::default().outlook(&daily(r#""05:00","23:00""#), &history(&made)).unwrap();
    assert_eq!(noon.due, at("09T05:00:00"));
    // Once backups follow the schedule, or if they always did, nothing was changed.
    assert_eq!(outlook("PT30M", &["09T00:00:00", "09T04:00:00", "09T05:30:00", "09T06:00:00"]).changed_until, None);
    assert_eq!(outlook("PT4H", &made).changed_until, None);
    assert_eq!(outlook("PT1H", &["09T04:00:00"]).changed_until, None);
}

#[test]
fn a_list_reaches_back_over_two_chains() {
    let hours = |interval: &str, incrementals: u8| {
        let policy = format!(
            r#"{{"Name":"P","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":{incrementals},
                "Schedule":{{"ScheduleKind":"FrequencyBased","Interval":"{interval}"}},
                "Storage":{{"StorageKind":"FileShare","Path":"p"}}}}"#
        );
        reach(&serde_json::from_str(&policy).unwrap()).map(|reach| reach.as_secs() / 3_600)
    };
    assert_eq!(hours("PT1M", 0), Some(6));
    assert_eq!(hours("PT1H", 2), Some(48));
    assert_eq!(hours("PT1H", 255), Some(2 * 513));
    assert_eq!(hours("PT24H", 6), Some(25 * 24));
    assert_eq!(hours("PT0S", 2), None);
}
