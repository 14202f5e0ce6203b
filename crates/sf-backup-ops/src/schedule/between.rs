//! The time between two runs of a schedule.

use std::time::Duration;

use sf_backup_proto::model::schedule::{
    BackupScheduleDescription, BackupScheduleFrequencyType, TimeBasedBackupScheduleDescription,
};

const DAY: Duration = Duration::from_secs(86_400);

/// The average time from one run to the next; `None` if the schedule never runs or is of an unknown kind.
pub fn between_runs(schedule: &BackupScheduleDescription) -> Option<Duration> {
    match schedule {
        BackupScheduleDescription::FrequencyBased(schedule) => schedule.interval.length(),
        BackupScheduleDescription::TimeBased(schedule) => between_times(schedule),
        _ => None,
    }
}

fn between_times(schedule: &TimeBasedBackupScheduleDescription) -> Option<Duration> {
    // A duplicate time or day runs once.
    let times = distinct(&schedule.run_times)?;
    let (period, runs) = match schedule.schedule_frequency_type {
        BackupScheduleFrequencyType::Daily => (DAY, times),
        BackupScheduleFrequencyType::Weekly => {
            (DAY * 7, times.checked_mul(distinct(schedule.run_days.as_deref().unwrap_or_default())?)?)
        }
        _ => return None,
    };
    period.checked_div(runs)
}

fn distinct<T: PartialEq>(items: &[T]) -> Option<u32> {
    let count = items.iter().enumerate().filter(|(at, item)| !items.iter().take(*at).any(|earlier| earlier == *item));
    u32::try_from(count.count()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(json: &str) -> Option<u64> {
        Some(between_runs(&serde_json::from_str(json).unwrap())?.as_secs())
    }

    #[test]
    fn runs_are_counted_once_each() {
        let weekly = r#"{"ScheduleKind":"TimeBased","ScheduleFrequencyType":"Weekly","RunDays":["Monday","Friday","Monday"],
            "RunTimes":["09:00","17:00","09:00"]}"#;
        assert_eq!(between(weekly), Some(7 * 86_400 / 4));
        let daily = r#"{"ScheduleKind":"TimeBased","ScheduleFrequencyType":"Daily","RunTimes":["09:00","09:00"]}"#;
        assert_eq!(between(daily), Some(86_400));
        assert_eq!(between(r#"{"ScheduleKind":"FrequencyBased","Interval":"PT4H"}"#), Some(14_400));
        assert_eq!(between(r#"{"ScheduleKind":"Lunar"}"#), None);
    }
}
