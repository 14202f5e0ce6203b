//! Schedules of periodic backups.

use std::time::Duration;

use crate::model::object::models;
use crate::model::union::unions;
use crate::time::{IsoDuration, RunTime};
use crate::validation::{BuildError, ValidationPath};
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
            interval: IsoDuration = "Interval",
        }
    }

    /// A schedule with fixed times of the day, daily or on some days of the week.
    TimeBasedBackupScheduleDescription {
        required {
            /// Whether backups run daily or weekly.
            schedule_frequency_type: BackupScheduleFrequencyType = "ScheduleFrequencyType",
            /// The times of the day in UTC, at least one.
            run_times: Vec<RunTime> = "RunTimes",
        }
        optional {
            /// The days of a weekly schedule, at least one. A daily schedule ignores them.
            run_days: Vec<DayOfWeek> = "RunDays",
        }
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

impl BackupScheduleDescription {
    pub(crate) fn validate(&self, at: &ValidationPath<'_>) -> Result<(), BuildError> {
        self.validate_version(at)?;
        match self {
            Self::FrequencyBased(schedule) => check_interval(schedule.interval, &at.member("Interval")),
            Self::TimeBased(schedule) => {
                let kind = at.member("ScheduleFrequencyType");
                kind.rule(
                    schedule.schedule_frequency_type != BackupScheduleFrequencyType::Invalid,
                    "must be Daily or Weekly",
                )?;
                at.member("RunTimes").rule(!schedule.run_times.is_empty(), "must contain at least one time")?;
                let weekly = schedule.schedule_frequency_type == BackupScheduleFrequencyType::Weekly;
                let days = schedule.run_days.as_ref().is_some_and(|days| !days.is_empty());
                at.member("RunDays").rule(!weekly || days, "must name at least one day for a Weekly schedule")
            }
            Self::Unknown(_) => Ok(()),
        }
    }
}

fn check_interval(interval: IsoDuration, at: &ValidationPath<'_>) -> Result<(), BuildError> {
    let length = interval.length().unwrap_or_default();
    at.rule(length >= MINUTE && length <= LONGEST_INTERVAL, "must be from one minute to 15 days (PT1M to P15D)")?;
    let whole = length.subsec_nanos() == 0 && length.as_secs().is_multiple_of(60);
    at.rule(whole, "must be whole minutes: the server would drop the seconds")
}
