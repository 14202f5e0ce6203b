//! Whether a stored policy equals the one that was sent, despite what the server changes.

use crate::model::Extra;
use crate::model::policy::BackupPolicyDescription;
use crate::model::retention::RetentionPolicyDescription;
use crate::model::schedule::BackupScheduleDescription;
use crate::model::storage::BackupStorageDescription;
use crate::secret::{MASK, Secret};

/// Compares what both policies mean. Ignores secrets, which the server does not return, and members that one side
/// lacks, because a server of an earlier release drops them.
pub(super) fn policies(ours: &BackupPolicyDescription, theirs: &BackupPolicyDescription) -> bool {
    let (ours, theirs) = (ours.clone().canonicalized(), theirs.clone().canonicalized());
    ours.name == theirs.name
        && ours.auto_restore_on_data_loss == theirs.auto_restore_on_data_loss
        && ours.max_incremental_backups == theirs.max_incremental_backups
        && known_schedule(ours.schedule) == known_schedule(theirs.schedule)
        && storages(&ours.storage, &theirs.storage)
        && ours.retention_policy.map(known_retention) == theirs.retention_policy.map(known_retention)
        && same_if_both(ours.compression_type.as_ref(), theirs.compression_type.as_ref())
        && same_if_both(ours.quick_recovery.as_ref(), theirs.quick_recovery.as_ref())
}

/// Whether two members are equal, or one of them is absent.
fn same_if_both<T: PartialEq>(ours: Option<&T>, theirs: Option<&T>) -> bool {
    ours.zip(theirs).is_none_or(|(ours, theirs)| ours == theirs)
}

/// Without unknown members.
fn known_schedule(mut schedule: BackupScheduleDescription) -> BackupScheduleDescription {
    match &mut schedule {
        BackupScheduleDescription::FrequencyBased(schedule) => schedule.extra = Extra::default(),
        BackupScheduleDescription::TimeBased(schedule) => schedule.extra = Extra::default(),
        BackupScheduleDescription::Unknown(_) => {}
    }
    schedule
}

/// Without unknown members.
fn known_retention(mut retention: RetentionPolicyDescription) -> RetentionPolicyDescription {
    if let RetentionPolicyDescription::Basic(basic) = &mut retention {
        basic.extra = Extra::default();
    }
    retention
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

/// A storage without secrets, unknown members and what [`identity`] returns.
fn plain(storage: &BackupStorageDescription) -> BackupStorageDescription {
    let mut storage = storage.clone();
    match &mut storage {
        BackupStorageDescription::AzureBlobStore(store) => {
            store.connection_string = Secret::from(MASK);
            store.extra = Extra::default();
        }
        BackupStorageDescription::FileShare(share) => {
            (share.primary_password, share.secondary_password) = (None, None);
            share.extra = Extra::default();
        }
        BackupStorageDescription::DsmsAzureBlobStore(store) => store.extra = Extra::default(),
        BackupStorageDescription::ManagedIdentityAzureBlobStore(store) => {
            (store.extra, store.managed_identity_client_id) = Default::default();
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
    fn what_an_earlier_release_drops_makes_no_difference() {
        let earlier =
            OURS.replace(r#","QuickRecovery":"Disabled""#, "").replace(r#""CompressionType":"ZIP""#, r#""A":1"#);
        assert!(same(&earlier));
        assert!(same(&earlier.replace("ManagedIdentityClientId", "Unheard")));
    }

    #[test]
    fn a_difference_makes_two_policies() {
        for (ours, theirs) in
            [("ZIP", "ZSTANDARD"), ("0001\"", "0002\""), ("PT60M", "PT61M"), ("\"c\"", "\"d\""), ("VMSS", "Cluster")]
        {
            assert!(!same(&OURS.replace(ours, theirs)), "{theirs}");
        }
    }

    #[test]
    fn a_blank_user_is_none() {
        let share = |user: &str| {
            let share = format!(r#"{{"StorageKind":"FileShare","Path":"p"{user},"PrimaryPassword":"****"}}"#);
            let mut policy: BackupPolicyDescription = serde_json::from_str(OURS).unwrap();
            policy.storage = serde_json::from_str(&share).unwrap();
            policy
        };
        assert!(policies(&share(r#","PrimaryUserName":"""#), &share(r#","PrimaryUserName":null"#)));
        assert!(!policies(&share(r#","PrimaryUserName":"u""#), &share("")));
    }
}
