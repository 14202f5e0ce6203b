//! Whether a stored policy equals the one that was sent, despite what the server changes.

use crate::model::Extra;
use crate::model::policy::BackupPolicyDescription;
use crate::model::storage::BackupStorageDescription;
use crate::secret::{MASK, Secret};
use crate::wire::union::Union;

/// Compares what both policies mean. Ignores secrets, which the server does not return, and members that one side
/// lacks, because a server of an earlier release drops them.
pub(super) fn policies(ours: &BackupPolicyDescription, theirs: &BackupPolicyDescription) -> bool {
    let (mut ours, mut theirs) = (comparable(ours), comparable(theirs));
    keep_if_both(&mut ours.compression_type, &mut theirs.compression_type);
    keep_if_both(&mut ours.quick_recovery, &mut theirs.quick_recovery);
    if let BackupStorageDescription::ManagedIdentityAzureBlobStore(ours) = &mut ours.storage
        && let BackupStorageDescription::ManagedIdentityAzureBlobStore(theirs) = &mut theirs.storage
    {
        keep_if_both(&mut ours.managed_identity_client_id, &mut theirs.managed_identity_client_id);
    }
    ours == theirs
}

/// Removes a member that only one side has.
fn keep_if_both<T>(ours: &mut Option<T>, theirs: &mut Option<T>) {
    if ours.is_none() || theirs.is_none() {
        (*ours, *theirs) = (None, None);
    }
}

/// The canonical form, without secrets and unknown members.
fn comparable(policy: &BackupPolicyDescription) -> BackupPolicyDescription {
    let mut policy = policy.clone().canonicalized();
    policy.extra = Extra::default();
    policy.schedule.forget_unknown_members();
    policy.storage.forget_unknown_members();
    policy.retention_policy.iter_mut().for_each(Union::forget_unknown_members);
    match &mut policy.storage {
        BackupStorageDescription::AzureBlobStore(store) => store.connection_string = Secret::from(MASK),
        BackupStorageDescription::FileShare(share) => (share.primary_password, share.secondary_password) = (None, None),
        _ => {}
    }
    policy
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
