//! Whether a stored policy is the one that was sent, in spite of what the server changes on the way.

use crate::model::policy::BackupPolicyDescription;
use crate::model::retention::RetentionPolicyDescription;
use crate::model::schedule::{BackupScheduleDescription, BackupScheduleFrequencyType};
use crate::model::storage::BackupStorageDescription;
use crate::secret::{MASK, Secret};

/// Secrets are not compared (the server shows none), nor labels (it loses them); durations by length, days and times
/// without order and repetition.
pub(super) fn policies(ours: &BackupPolicyDescription, theirs: &BackupPolicyDescription) -> bool {
    ours.name == theirs.name
        && ours.auto_restore_on_data_loss == theirs.auto_restore_on_data_loss
        && ours.max_incremental_backups == theirs.max_incremental_backups
        && schedules(&ours.schedule, &theirs.schedule)
        && storages(&ours.storage, &theirs.storage)
        && retentions(ours.retention_policy.as_ref(), theirs.retention_policy.as_ref())
        && unset_or_same(ours.compression_type.as_ref(), theirs.compression_type.as_ref())
        && unset_or_same(ours.quick_recovery.as_ref(), theirs.quick_recovery.as_ref())
}

fn unset_or_same<T: PartialEq>(ours: Option<&T>, theirs: Option<&T>) -> bool {
    ours.is_none() || ours == theirs
}

fn schedules(ours: &BackupScheduleDescription, theirs: &BackupScheduleDescription) -> bool {
    match (ours, theirs) {
        (BackupScheduleDescription::FrequencyBased(ours), BackupScheduleDescription::FrequencyBased(theirs)) => {
            ours.interval.length() == theirs.interval.length()
        }
        (BackupScheduleDescription::TimeBased(ours), BackupScheduleDescription::TimeBased(theirs)) => {
            let weekly = ours.schedule_frequency_type == BackupScheduleFrequencyType::Weekly;
            let days = |schedule: &crate::model::schedule::TimeBasedBackupScheduleDescription| {
                sorted(schedule.run_days.iter().flatten().map(|day| day.as_str().to_owned()))
            };
            ours.schedule_frequency_type == theirs.schedule_frequency_type
                && sorted(ours.run_times.iter().copied()) == sorted(theirs.run_times.iter().copied())
                && (!weekly || days(ours) == days(theirs))
        }
        (ours, theirs) => ours == theirs,
    }
}

fn sorted<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.sort();
    items.dedup();
    items
}

fn retentions(ours: Option<&RetentionPolicyDescription>, theirs: Option<&RetentionPolicyDescription>) -> bool {
    match (ours, theirs) {
        (Some(RetentionPolicyDescription::Basic(ours)), Some(RetentionPolicyDescription::Basic(theirs))) => {
            ours.retention_duration.length() == theirs.retention_duration.length()
                && ours.minimum_number_of_backups.unwrap_or_default()
                    == theirs.minimum_number_of_backups.unwrap_or_default()
        }
        (ours, theirs) => ours == theirs,
    }
}

fn storages(ours: &BackupStorageDescription, theirs: &BackupStorageDescription) -> bool {
    plain(ours) == plain(theirs)
}

/// A storage without secrets, labels and unknown members.
fn plain(storage: &BackupStorageDescription) -> BackupStorageDescription {
    let mut storage = storage.clone();
    match &mut storage {
        BackupStorageDescription::AzureBlobStore(store) => {
            store.connection_string = Secret::from(MASK);
            (store.friendly_name, store.extra) = Default::default();
        }
        BackupStorageDescription::FileShare(share) => {
            (share.primary_password, share.secondary_password) = (None, None);
            (share.friendly_name, share.extra) = Default::default();
        }
        BackupStorageDescription::DsmsAzureBlobStore(store) => {
            (store.friendly_name, store.extra) = Default::default();
        }
        BackupStorageDescription::ManagedIdentityAzureBlobStore(store) => {
            (store.friendly_name, store.extra) = Default::default();
        }
        BackupStorageDescription::Unknown(_) => {}
    }
    storage
}
