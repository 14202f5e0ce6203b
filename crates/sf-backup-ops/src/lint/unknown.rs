//! Unknown members and kinds of a policy: newer than this program, or misspelt.

use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::retention::RetentionPolicyDescription;
use sf_backup_proto::model::schedule::BackupScheduleDescription;
use sf_backup_proto::model::storage::BackupStorageDescription;

/// The paths of unknown members and kinds, such as `Schedule.Intervall`. They are sent unchanged.
pub(super) fn places(policy: &BackupPolicyDescription) -> Vec<String> {
    let mut places: Vec<String> = policy.extra.names().map(str::to_owned).collect();
    let mut push = |parent: &str, name: &str| places.push(format!("{parent}.{name}"));
    match &policy.schedule {
        BackupScheduleDescription::Unknown(_) => push("Schedule", "ScheduleKind"),
        known => known.extra().names().for_each(|name| push("Schedule", name)),
    }
    match &policy.storage {
        BackupStorageDescription::Unknown(_) => push("Storage", "StorageKind"),
        known => known.extra().names().for_each(|name| push("Storage", name)),
    }
    match &policy.retention_policy {
        Some(RetentionPolicyDescription::Unknown(_)) => push("RetentionPolicy", "RetentionPolicyType"),
        Some(known) => known.extra().names().for_each(|name| push("RetentionPolicy", name)),
        None => {}
    }
    places
}
