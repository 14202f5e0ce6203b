//! The canonical form of a policy, for comparison.

use super::BackupPolicyDescription;
use crate::model::retention::RetentionPolicyDescription;
use crate::model::schedule::{
    BackupScheduleDescription, BackupScheduleFrequencyType, DayOfWeek, TimeBasedBackupScheduleDescription,
};
use crate::model::storage::BackupStorageDescription;

impl BackupPolicyDescription {
    /// Returns the canonical form, which is equal for policies that mean the same to a server.
    ///
    /// Writes durations as the server does, sorts days and times and removes duplicates, and drops members without
    /// effect: a minimum of 0, an empty user name, the days of a daily schedule. Drops the storage's label as well,
    /// because servers lose it.
    ///
    /// ```
    /// # use sf_backup_proto::model::policy::BackupPolicyDescription;
    /// let read = |interval: &str| {
    ///     let json = format!(r#"{{"Name":"p","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":3,
    ///         "Schedule":{{"ScheduleKind":"FrequencyBased","Interval":"{interval}"}},
    ///         "Storage":{{"StorageKind":"FileShare","Path":"p"}}}}"#);
    ///     serde_json::from_str::<BackupPolicyDescription>(&json)
    /// };
    /// assert_eq!(read("PT24H")?.canonicalized(), read("P1D")?.canonicalized());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn canonicalized(mut self) -> Self {
        match &mut self.schedule {
            BackupScheduleDescription::FrequencyBased(schedule) => {
                schedule.interval = schedule.interval.canonicalized()
            }
            BackupScheduleDescription::TimeBased(schedule) => normalise_times(schedule),
            BackupScheduleDescription::Unknown(_) => {}
        }
        if let Some(RetentionPolicyDescription::Basic(basic)) = &mut self.retention_policy {
            basic.retention_duration = basic.retention_duration.canonicalized();
            basic.minimum_number_of_backups.take_if(|minimum| *minimum == 0);
        }
        normalise_storage(&mut self.storage);
        self
    }
}

fn normalise_times(schedule: &mut TimeBasedBackupScheduleDescription) {
    schedule.run_times.sort_unstable();
    schedule.run_times.dedup();
    if schedule.schedule_frequency_type == BackupScheduleFrequencyType::Daily {
        schedule.run_days = None;
    }
    if let Some(days) = &mut schedule.run_days {
        let place = |day: &DayOfWeek| DayOfWeek::KNOWN.iter().position(|known| known == day).unwrap_or(usize::MAX);
        days.sort_by(|a, b| (place(a), a.as_str()).cmp(&(place(b), b.as_str())));
        days.dedup();
    }
    schedule.run_days.take_if(|days| days.is_empty());
}

fn normalise_storage(storage: &mut BackupStorageDescription) {
    match storage {
        BackupStorageDescription::AzureBlobStore(store) => store.friendly_name = None,
        BackupStorageDescription::FileShare(share) => {
            share.friendly_name = None;
            share.primary_user_name.take_if(|user| user.is_empty());
            share.secondary_user_name.take_if(|user| user.is_empty());
        }
        BackupStorageDescription::DsmsAzureBlobStore(store) => store.friendly_name = None,
        BackupStorageDescription::ManagedIdentityAzureBlobStore(store) => store.friendly_name = None,
        BackupStorageDescription::Unknown(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonicalized(schedule: &str, more: &str) -> BackupPolicyDescription {
        let json = format!(
            r#"{{"Name":"p","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":3,"Schedule":{schedule},
                "Storage":{{"StorageKind":"FileShare","Path":"p"{more}}}}}"#
        );
        serde_json::from_str::<BackupPolicyDescription>(&json).unwrap().canonicalized()
    }

    #[test]
    fn days_and_times_are_sorted_and_unique() {
        let weekly = |days: &str, times: &str| {
            let schedule =
                r#"{"ScheduleKind":"TimeBased","ScheduleFrequencyType":"Weekly","RunDays":DAYS,"RunTimes":TIMES}"#;
            canonicalized(&schedule.replace("DAYS", days).replace("TIMES", times), "")
        };
        let one = weekly(r#"["Friday","monday","Friday","Lunes"]"#, r#"["18:30","09:00","0001-01-01T18:30:00Z"]"#);
        assert_eq!(one, weekly(r#"["Monday","Friday","Lunes"]"#, r#"["09:00","18:30"]"#));
        assert_ne!(one, weekly(r#"["Monday","Friday"]"#, r#"["09:00","18:30"]"#));
    }

    #[test]
    fn members_without_effect_are_dropped() {
        let daily = r#"{"ScheduleKind":"TimeBased","ScheduleFrequencyType":"Daily","RunTimes":["09:00"]}"#;
        let days = daily.replace("\"RunTimes\"", "\"RunDays\":[\"Monday\"],\"RunTimes\"");
        let none = daily.replace("\"RunTimes\"", "\"RunDays\":[],\"RunTimes\"");
        let users = r#","PrimaryUserName":"","SecondaryUserName":null,"FriendlyName":"nas""#;
        assert_eq!(canonicalized(daily, ""), canonicalized(&days, users));
        assert_eq!(canonicalized(daily, ""), canonicalized(&none, ""));
        assert_ne!(canonicalized(daily, ""), canonicalized(daily, r#","PrimaryUserName":"u""#));
    }
}
