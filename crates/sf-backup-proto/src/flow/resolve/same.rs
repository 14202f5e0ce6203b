//! Whether a stored policy is the one that was sent, in spite of what the server changes on the way.

use crate::model::policy::BackupPolicyDescription;
use crate::model::retention::RetentionPolicyDescription;
use crate::model::schedule::{BackupScheduleDescription, BackupScheduleFrequencyType};
use crate::model::storage::BackupStorageDescription;
use crate::secret::{MASK, Secret};

/// Secrets are not compared (the server shows none), nor labels (it loses them), nor what a server of an earlier release
/// drops; durations by length, days and times without order and repetition.
pub(super) fn policies(ours: &BackupPolicyDescription, theirs: &BackupPolicyDescription) -> bool {
    ours.name == theirs.name
        && ours.auto_restore_on_data_loss == theirs.auto_restore_on_data_loss
        && ours.max_incremental_backups == theirs.max_incremental_backups
        && schedules(&ours.schedule, &theirs.schedule)
        && storages(&ours.storage, &theirs.storage)
        && retentions(ours.retention_policy.as_ref(), theirs.retention_policy.as_ref())
        && same_if_both(ours.compression_type.as_ref(), theirs.compression_type.as_ref())
        && same_if_both(ours.quick_recovery.as_ref(), theirs.quick_recovery.as_ref())
}

/// Whether two members agree that one side may not have.
fn same_if_both<T: PartialEq>(ours: Option<&T>, theirs: Option<&T>) -> bool {
    ours.zip(theirs).is_none_or(|(ours, theirs)| ours == theirs)
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
    let identities = same_if_both(identity(ours), identity(theirs));
    identities && plain(ours) == plain(theirs)
}

fn identity(storage: &BackupStorageDescription) -> Option<&uuid::Uuid> {
    match storage {
        BackupStorageDescription::ManagedIdentityAzureBlobStore(store) => store.managed_identity_client_id.as_ref(),
        _ => None,
    }
}

/// A storage without secrets, labels, unknown members and what [`identity`] tells; a blank user is none.
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
            for user in [&mut share.primary_user_name, &mut share.secondary_user_name] {
                *user = user.take().filter(|name| !name.is_empty());
            }
        }
        BackupStorageDescription::DsmsAzureBlobStore(store) => {
            (store.friendly_name, store.extra) = Default::default();
        }
        BackupStorageDescription::ManagedIdentityAzureBlobStore(store) => {
            (store.friendly_name, store.extra, store.managed_identity_client_id) = Default::default();
        }
        BackupStorageDescription::Unknown(_) => {}
    }
    storage
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = r#"{"Name":"p","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":3,
        "Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT60M"},
        "Storage":{"StorageKind":"ManagedIdentityAzureBlobStore","ManagedIdentityType":"VMSS","BlobServiceUri":"u",
            "ContainerName":"c","ManagedIdentityClientId":"6b1c2f7e-0000-4000-8000-000000000001"},
        "CompressionType":"ZIP","QuickRecovery":"Disabled"}"#;

    fn same(theirs: &str) -> bool {
        let read = |text: &str| serde_json::from_str::<BackupPolicyDescription>(text).unwrap();
        policies(&read(OURS), &read(theirs))
    }

    #[test]
    fn what_an_earlier_release_drops_does_not_tell_policies_apart() {
        let earlier =
            OURS.replace(r#","QuickRecovery":"Disabled""#, "").replace(r#""CompressionType":"ZIP""#, r#""A":1"#);
        assert!(same(&earlier));
        assert!(same(&earlier.replace("ManagedIdentityClientId", "Unheard")));
    }

    #[test]
    fn what_differs_tells_policies_apart() {
        for (ours, theirs) in
            [("ZIP", "ZSTANDARD"), ("0001\"", "0002\""), ("PT60M", "PT61M"), ("\"c\"", "\"d\""), ("VMSS", "Cluster")]
        {
            assert!(!same(&OURS.replace(ours, theirs)), "{theirs}");
        }
    }

    #[test]
    fn a_blank_user_is_none() {
        let share = |user: &str| {
            let text = format!(r#"{{"StorageKind":"FileShare","Path":"p"{user},"PrimaryPassword":"****"}}"#);
            serde_json::from_str::<BackupStorageDescription>(&text).unwrap()
        };
        assert!(storages(&share(r#","PrimaryUserName":"""#), &share(r#","PrimaryUserName":null"#)));
        assert!(!storages(&share(r#","PrimaryUserName":"u""#), &share("")));
    }
}
