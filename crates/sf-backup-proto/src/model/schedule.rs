//! Schedules of periodic backups.

use std::time::Duration;

use crate::model::object::models;
use crate::model::union::unions;
use crate::time::{IsoDuration, RunTime};
use crate::validation::ValidationPath;
use crate::wire::open_enum::open_enums;

unions! {
    /// The schedule of periodic backups.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-backupscheduledescription)
    BackupScheduleDescription by "ScheduleKind" {
        /// At a fixed interval.
        FrequencyBased(FrequencyBasedBackupScheduleDescription),
        /// At fixed times of the day.
        TimeBased(TimeBasedBackupScheduleDescription),
    }
}

models! {
    /// A schedule with an interval, measured from the last successful backup. The first backup runs after one interval.
    FrequencyBasedBackupScheduleDescription {
        required {
            /// The interval: whole minutes, from one minute to 15 days. Other values are rejected, because the server
            /// silently drops seconds.
            interval: IsoDuration = "Interval" check whole_minutes,
        }
    }

    /// A schedule with fixed times of the day, daily or on some days of the week.
    TimeBasedBackupScheduleDescription {
        required {
            /// Whether backups run daily or weekly.
            schedule_frequency_type: BackupScheduleFrequencyType = "ScheduleFrequencyType" check known_frequency,
            /// The times of the day in UTC, at least one.
            run_times: Vec<RunTime> = "RunTimes" check some_times,
        }
        optional {
            /// The days of a weekly schedule, at least one. A daily schedule ignores them.
            run_days: Vec<DayOfWeek> = "RunDays",
        }
        rule |schedule, at| days_if_weekly(schedule, &at.member("RunDays"));
    }
}

open_enums! {
    /// Whether a time-based schedule runs daily or weekly.
    BackupScheduleFrequencyType {
        /// Not a valid value.
        Invalid,
        /// Every day.
        Daily,
        /// On the days in `run_days`.
        Weekly,
    }

    /// A day of the week.
    DayOfWeek {
        /// Sunday.
        Sunday,
        /// Monday.
        Monday,
        /// Tuesday.
        Tuesday,
        /// Wednesday.
        Wednesday,
        /// Thursday.
        Thursday,
        /// Friday.
        Friday,
        /// Saturday.
        Saturday,
    }
}

const MINUTE: Duration = Duration::from_secs(60);
const LONGEST_INTERVAL: Duration = Duration::from_secs(15 * 86_400);

fn whole_minutes(interval: &IsoDuration, at: &ValidationPath<'_>) {
    let length = interval.length().unwrap_or_default();
    at.rule(length >= MINUTE && length <= LONGEST_INTERVAL, "must be from one minute to 15 days (PT1M to P15D)");
    let whole = length.subsec_nanos() == 0 && length.as_secs().is_multiple_of(60);
    at.rule(whole, "must be whole minutes: the server would drop the seconds");
}

fn known_frequency(kind: &BackupScheduleFrequencyType, at: &ValidationPath<'_>) {
    at.rule(*kind != BackupScheduleFrequencyType::Invalid, "must be Daily or Weekly");
}

fn some_times(times: &[RunTime], at: &ValidationPath<'_>) {
    at.rule(!times.is_empty(), "must contain at least one time");
}

fn days_if_weekly(schedule: &TimeBasedBackupScheduleDescription, at: &ValidationPath<'_>) {
    let weekly = schedule.schedule_frequency_type == BackupScheduleFrequencyType::Weekly;
    let days = schedule.run_days.as_ref().is_some_and(|days| !days.is_empty());
    at.rule(!weekly || days, "must name at least one day for a Weekly schedule");
}
