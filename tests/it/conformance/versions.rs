//! Members, kinds and operations newer than the api-version are rejected before sending, and never silently dropped.

use sf_backup_proto::error::{BuildError, Cause};
use sf_backup_proto::model::policy::{BackupPolicyDescription, CompressionType, QuickRecovery};
use sf_backup_proto::model::restore::RestorePartitionDescription;
use sf_backup_proto::model::retention::BasicRetentionPolicyDescription;
use sf_backup_proto::model::schedule::FrequencyBasedBackupScheduleDescription;
use sf_backup_proto::model::storage::{
    BackupStorageDescription, DsmsAzureBlobBackupStorageDescription, FileShareBackupStorageDescription,
    ManagedIdentityAzureBlobBackupStorageDescription, ManagedIdentityType,
};
use sf_backup_proto::{
    ApiVersion, BackupPartition, CreateBackupPolicy, DisableApplicationBackup, DisablePartitionBackup,
    DisableServiceBackup, GetApplicationBackupList, GetPartitionBackupList, GetServiceBackupList, IsoDuration,
    Operation, PartitionId, RestorePartition, SkipRestorePartition, UpdateBackupPolicy,
};
use uuid::uuid;

use super::golden::{preview, target};

fn partition() -> PartitionId {
    uuid!("9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b").into()
}

fn policy(storage: impl Into<BackupStorageDescription>) -> BackupPolicyDescription {
    BackupPolicyDescription::new(
        "P",
        false,
        1,
        FrequencyBasedBackupScheduleDescription::new(IsoDuration::hours(1)),
        storage,
    )
}

fn share() -> FileShareBackupStorageDescription {
    FileShareBackupStorageDescription::new(r"\\vault2\sf")
}

fn dsms() -> DsmsAzureBlobBackupStorageDescription {
    DsmsAzureBlobBackupStorageDescription::new("https://dsms.example", "c")
}

fn managed() -> ManagedIdentityAzureBlobBackupStorageDescription {
    ManagedIdentityAzureBlobBackupStorageDescription::new(ManagedIdentityType::Cluster, "https://blob.example", "c")
}

/// Asserts that a call is sent with 6.4 and later versions, and rejected with the preview, with its path and release.
fn came_with<O: Operation>(call: &O, what: &str, release: &str) {
    for version in ["6.4", "9.1", "11.3"] {
        let request = call.to_request(&target().api_version(version.parse().unwrap()));
        assert!(request.is_ok(), "{what} as {version}: {request:?}");
    }
    let error = call.to_request(&preview()).unwrap_err();
    assert!(matches!(error.cause(), Cause::Build(BuildError::NotInVersion { .. })), "{error}");
    let message =
        format!(": {what} was introduced in runtime {release} and cannot be sent with api-version 6.2-preview");
    assert!(error.to_string().ends_with(&message), "{error}");
    assert!(!error.may_have_changed());
}

#[test]
fn members_of_later_releases_are_refused_under_the_preview() {
    let keep = BasicRetentionPolicyDescription::new(IsoDuration::days(3));
    came_with(&CreateBackupPolicy::new(policy(share()).retention_policy(keep.clone())), "RetentionPolicy", "6.4");
    let update = |policy| UpdateBackupPolicy::new("P".parse().unwrap(), policy);
    came_with(&update(policy(share()).retention_policy(keep)), "RetentionPolicy", "6.4");
    came_with(&update(policy(share()).compression_type(CompressionType::Zip)), "CompressionType", "11.3");
    came_with(&update(policy(share()).quick_recovery(QuickRecovery::Disabled)), "QuickRecovery", "11.3");
}

#[test]
fn storage_kinds_of_later_releases_are_refused_under_the_preview() {
    came_with(&CreateBackupPolicy::new(policy(dsms())), "Storage.StorageKind", "7.2");
    came_with(&CreateBackupPolicy::new(policy(managed())), "Storage.StorageKind", "8.0");
    came_with(&BackupPartition::new(partition()).storage(dsms().into()), "BackupStorage.StorageKind", "7.2");
    let backup = RestorePartitionDescription::new(uuid!("5d7b1c1e-27c1-4f0e-9a0a-2b7f4f4a1c11"), "l");
    let elsewhere = RestorePartition::new(partition()).restore(backup.backup_storage(managed()));
    came_with(&elsewhere, "BackupStorage.StorageKind", "8.0");
}

#[test]
fn parameters_of_later_releases_are_refused_under_the_preview() {
    let (application, service) = ("fabric:/A".parse().unwrap(), "fabric:/A/B".parse().unwrap());
    came_with(&CreateBackupPolicy::new(policy(share())).validate_connection(false), "ValidateConnection", "8.0");
    let update = UpdateBackupPolicy::new("P".parse().unwrap(), policy(share()));
    came_with(&update.validate_connection(true), "ValidateConnection", "8.0");
    came_with(&GetApplicationBackupList::new(application).metadata_from_blob(true), "MetadataFromBlob", "11.3");
    came_with(&GetServiceBackupList::new(service).metadata_from_blob(true), "MetadataFromBlob", "11.3");
    came_with(&GetPartitionBackupList::new(partition()).metadata_from_blob(true), "MetadataFromBlob", "11.3");
    came_with(&RestorePartition::new(partition()).latest(true), "Latest", "9.1");
}

#[test]
fn a_clean_up_is_refused_under_the_preview_and_never_dropped() {
    let (application, service) = ("fabric:/A".parse().unwrap(), "fabric:/A/B".parse().unwrap());
    came_with(&DisableApplicationBackup::new(application).clean_backup(true), "CleanBackup", "6.4");
    came_with(&DisableServiceBackup::new(service).clean_backup(false), "CleanBackup", "6.4");
    came_with(&DisablePartitionBackup::new(partition()).clean_backup(true), "CleanBackup", "6.4");
}

#[test]
fn an_operation_of_a_later_release_is_refused_under_the_preview() {
    came_with(&SkipRestorePartition::new(partition()), "SkipRestorePartition", "9.1");
}

#[test]
fn skipping_a_restore_is_sent_with_9_1_or_later() {
    for (asked, sent) in [("6.4", "9.1"), ("8.2", "9.1"), ("9.1", "9.1"), ("11.3", "11.3")] {
        let version: ApiVersion = asked.parse().unwrap();
        let request = SkipRestorePartition::new(partition()).to_request(&target().api_version(version)).unwrap();
        assert_eq!(request.uri().query(), Some(format!("api-version={sent}").as_str()));
    }
}

#[test]
fn everything_in_the_preview_is_sent_with_the_preview() {
    let create = CreateBackupPolicy::new(policy(share())).to_request(&preview()).unwrap();
    assert_eq!(create.uri().query(), Some("api-version=6.2-preview"));
    let backup = RestorePartitionDescription::new(uuid!("5d7b1c1e-27c1-4f0e-9a0a-2b7f4f4a1c11"), "l");
    let restore = RestorePartition::new(partition()).restore(backup.backup_storage(share())).restore_timeout(1);
    assert!(restore.to_request(&preview()).is_ok());
}
