//! Members and kinds of a policy that this library does not know: newer than it is, or misspelt.

use super::BackupPolicyDescription;
use crate::model::retention::RetentionPolicyDescription;
use crate::model::schedule::BackupScheduleDescription;
use crate::model::storage::BackupStorageDescription;

impl BackupPolicyDescription {
    /// The paths of the members and kinds that this library does not know, such as `Schedule.Intervall`. They are sent as
    /// they are.
    pub fn unknown_places(&self) -> Vec<String> {
        let mut places: Vec<String> = self.extra.names().map(str::to_owned).collect();
        let mut push = |parent: &str, name: &str| places.push(format!("{parent}.{name}"));

        match &self.schedule {
            BackupScheduleDescription::FrequencyBased(schedule) => {
                schedule.extra.names().for_each(|name| push("Schedule", name));
            }
            BackupScheduleDescription::TimeBased(schedule) => {
                schedule.extra.names().for_each(|name| push("Schedule", name));
            }
            _ => push("Schedule", "ScheduleKind"),
        }
        match &self.storage {
            BackupStorageDescription::Unknown(_) => push("Storage", "StorageKind"),
            known => known.extra().names().for_each(|name| push("Storage", name)),
        }
        match &self.retention_policy {
            Some(RetentionPolicyDescription::Basic(basic)) => {
                basic.extra.names().for_each(|name| push("RetentionPolicy", name));
            }
            Some(_) => push("RetentionPolicy", "RetentionPolicyType"),
            None => {}
        }
        places
    }
}
