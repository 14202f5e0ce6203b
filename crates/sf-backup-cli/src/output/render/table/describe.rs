//! Times, schedules and failures in words.

use sf_backup_proto::ServiceId;
use std::time::Duration;

use sf_backup_ops::advice::CodeAdvice;
use sf_backup_ops::duration::exact;
use sf_backup_ops::inventory::without_scheme;
use sf_backup_proto::model::backup::{Epoch, FabricErrorError};
use sf_backup_proto::model::progress::{BackupProgressInfo, BackupState, RestoreProgressInfo, RestoreState};
use sf_backup_proto::model::schedule::{
    BackupScheduleDescription, BackupScheduleFrequencyType, DayOfWeek, TimeBasedBackupScheduleDescription,
};
use sf_backup_proto::{IsoDuration, RunTime, Timestamp};

use crate::output::render::View;

/// `every 15m`, `daily at 09:00, 18:30 UTC`, `Monday, Friday at 18:30 UTC`.
pub(super) fn schedule(schedule: &BackupScheduleDescription) -> String {
    match schedule {
        BackupScheduleDescription::FrequencyBased(frequency) => {
            format!("every {}", duration(frequency.interval))
        }
        BackupScheduleDescription::TimeBased(times) => times_of_day(times),
        other => other.kind().to_owned(),
    }
}

fn times_of_day(times: &TimeBasedBackupScheduleDescription) -> String {
    let days = match &times.schedule_frequency_type {
        BackupScheduleFrequencyType::Daily => "daily".to_owned(),
        BackupScheduleFrequencyType::Weekly => {
            let days = times.run_days.as_deref().unwrap_or_default();
            join(days.iter().map(DayOfWeek::as_str))
        }
        other => other.to_string(),
    };
    let at = join(times.run_times.iter().copied().map(time_of_day));
    format!("{days} at {at} UTC")
}

fn time_of_day(time: RunTime) -> String {
    let text = time.to_string();
    text.strip_suffix(":00").unwrap_or(&text).to_owned()
}

fn join(items: impl Iterator<Item = impl Into<String>>) -> String {
    items.map(Into::into).collect::<Vec<_>>().join(", ")
}

/// `15m`, `1d 12h`; the ISO form if it has no such form.
pub(super) fn duration(duration: IsoDuration) -> String {
    match duration.length() {
        Some(length) if length >= Duration::from_secs(1) => exact(length),
        _ => duration.to_string(),
    }
}

/// The last on-demand backup in words: `Success, ended …`.
pub(crate) fn backup_progress(progress: &BackupProgressInfo, view: &View) -> String {
    let state = progress.backup_state.as_ref().map_or("?", BackupState::as_str);
    let hint = (progress.backup_state == Some(BackupState::Accepted))
        .then_some("not started: if that persists, no replica has received the request; it ends at its time limit");
    progress_text(state, progress.time_stamp_utc, progress.failure_error.as_ref(), hint, view)
}

/// The last restore in words.
pub(crate) fn restore_progress(progress: &RestoreProgressInfo, view: &View) -> String {
    let state = progress.restore_state.as_ref().map_or("?", RestoreState::as_str);
    let hint = (progress.restore_state == Some(RestoreState::Accepted)).then_some(
        "not started: if that persists after its time limit, it is stuck, and later backups and restores of the \
            partition are refused; 'partition skip-restore' cancels it on runtime 9.1 or later",
    );
    progress_text(state, progress.time_stamp_utc, progress.failure_error.as_ref(), hint, view)
}

fn progress_text(
    state: &str,
    at: Option<Timestamp>,
    error: Option<&FabricErrorError>,
    hint: Option<&str>,
    view: &View,
) -> String {
    let mut text = state.to_owned();
    if let Some(at) = at {
        text.push_str(&format!(", {}", view.ago(at)));
    }
    if let Some(error) = error {
        text.push_str(&format!(": {}", failure(error)));
    }
    let action = error.and_then(action);
    for advice in [hint, action].into_iter().flatten() {
        text.push_str(&format!("; {advice}"));
    }
    text
}

/// `FABRIC_E_TIMEOUT (0x80071BFF): the message`.
pub(crate) fn failure(failure: &FabricErrorError) -> String {
    match (&failure.code, &failure.message) {
        (Some(code), Some(message)) => format!("{}: {message}", code.with_hresult()),
        (Some(code), None) => code.with_hresult(),
        (None, Some(message)) => message.clone(),
        (None, None) => "unknown".to_owned(),
    }
}

/// The text for an item of a list that is not a backup.
pub(crate) fn unreadable(error: &FabricErrorError) -> String {
    let problem = format!("an item could not be read as a backup: {}", failure(error));
    match action(error) {
        Some(action) => format!("{problem}; {action}"),
        None => problem,
    }
}

/// What to do about a failure, as in `explain`.
pub(crate) fn action(failure: &FabricErrorError) -> Option<&'static str> {
    Some(CodeAdvice::of(failure.code.as_ref()?)?.action)
}

/// The two numbers of an epoch, data loss first.
pub(crate) fn epoch(epoch: &Epoch) -> String {
    let number = |number: Option<i64>| number.map_or_else(|| "?".to_owned(), |n| n.to_string());
    format!("data loss {}, configuration {}", number(epoch.data_loss_version), number(epoch.configuration_version))
}

/// The name without `fabric:/`.
pub(crate) fn short(service: &ServiceId) -> String {
    without_scheme(&service.to_string()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        let say = |text: &str| duration(text.parse().unwrap());
        assert_eq!(say("PT15M"), "15m");
        assert_eq!(say("PT1H"), "1h");
        assert_eq!(say("P1DT12H"), "1d 12h");
        assert_eq!(say("P3M"), "90d");
        assert_eq!(say("PT0S"), "PT0S");
    }

    #[test]
    fn schedules_are_described_in_words() {
        let say = |json: &str| schedule(&serde_json::from_str(json).unwrap());
        assert_eq!(say(r#"{"ScheduleKind":"FrequencyBased","Interval":"PT90M"}"#), "every 1h 30m");
        assert_eq!(
            say(
                r#"{"ScheduleKind":"TimeBased","ScheduleFrequencyType":"Daily","RunTimes":["0001-01-01T09:00:00Z","18:30:15"]}"#
            ),
            "daily at 09:00, 18:30:15 UTC"
        );
        assert_eq!(
            say(
                r#"{"ScheduleKind":"TimeBased","ScheduleFrequencyType":"Weekly","RunDays":["Monday","Friday"],"RunTimes":["18:30"]}"#
            ),
            "Monday, Friday at 18:30 UTC"
        );
        assert_eq!(say(r#"{"ScheduleKind":"Lunar"}"#), "Lunar");
    }
}
