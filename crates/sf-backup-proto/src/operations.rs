//! The operations of the Backup & Restore API, declared in one table.
//!
//! A row has the API's name, the name of the simulator's method, the request line, the runtime release that introduced
//! the operation, the success status and the type of the response. `not_idempotent` names the state after a call that
//! must not be repeated; `reads backup first` marks an operation that has no effect if it cannot read the backup;
//! `entity` is what messages name if the path has no id. The optional query parameter `timeout` is part of the
//! [`Target`](crate::Target).

use crate::model::backup::BackupInfo;
use crate::model::configuration::BackupConfigurationInfo;
use crate::model::entity::BackupEntity;
use crate::model::page::Page;
use crate::model::policy::BackupPolicyDescription;
use crate::model::progress::{BackupProgressInfo, RestoreProgressInfo};
use crate::model::query::GetBackupByStorageQueryDescription;
use crate::model::restore::RestorePartitionDescription;
use crate::model::storage::BackupStorageDescription;
use crate::name::{ApplicationId, ContinuationToken, PartitionId, PolicyName, ServiceId};
use crate::operation::ExpectedState;
use crate::operation::table::operations;
use crate::time::Timestamp;

pub mod inventory;

operations! {
    /// Every operation of the API, in the order of the API reference.
    table OPERATIONS;

    each each_operation;

    fixed None;

    /// Creates a policy. The server checks credentials only with `validate_connection`.
    ///
    /// Errors to expect: `E_INVALIDARG` for an invalid schedule, retention or storage;
    /// `FABRIC_E_BACKUP_POLICY_ALREADY_EXISTING` if the name is taken.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-createbackuppolicy)
    CreateBackupPolicy as create_backup_policy {
        POST "/BackupRestore/BackupPolicies/$/Create" since "6.2" => 201 ();
        not_idempotent |call| ExpectedState::Stored(Box::new(call.policy.clone()), call.policy.name.parse().ok());
        entity |call| call.policy.entity();
        query {
            /// Tests access to the storage before the policy is stored. Older runtimes ignore it.
            validate_connection: bool = "ValidateConnection" since "8.0",
        }
        body { /// The new policy.
            policy: BackupPolicyDescription }
    }

    /// Deletes a policy that is not enabled on any entity.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_IS_ENABLED` while the policy is enabled on any entity;
    /// `FABRIC_E_BACKUP_POLICY_NOT_EXISTING`; `FABRIC_E_TIMEOUT` while backups of the policy are still being deleted.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-deletebackuppolicy)
    DeleteBackupPolicy as delete_backup_policy {
        POST "/BackupRestore/BackupPolicies/" {policy: PolicyName} "/$/Delete" since "6.2" => 200 ();
        not_idempotent |call| ExpectedState::Deleted(call.policy.clone());
    }

    /// Lists all policies, ordered by name. Secrets are returned as `****`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getbackuppolicylist)
    GetBackupPolicyList as get_backup_policy_list {
        GET "/BackupRestore/BackupPolicies" since "6.2" => 200 Page<BackupPolicyDescription>;
        query {
            /// The token of the page to return, from the previous page.
            continuation_token: ContinuationToken = "ContinuationToken",
            /// Maximum items per page; 0 means unlimited. A page with fewer items is not necessarily the last one.
            max_results: u32 = "MaxResults",
        }
        pages BackupPolicyDescription;
    }

    /// Returns one policy. Secrets are returned as `****`, whether they are set or not.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_POLICY_NOT_EXISTING`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getbackuppolicybyname)
    GetBackupPolicyByName as get_backup_policy_by_name {
        GET "/BackupRestore/BackupPolicies/" {policy: PolicyName} "" since "6.2" => 200 BackupPolicyDescription;
    }

    /// Lists the entities that a policy is enabled on directly, without those that inherit it.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_POLICY_NOT_EXISTING`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getallentitiesbackedupbypolicy)
    GetAllEntitiesBackedUpByPolicy as get_all_entities_backed_up_by_policy {
        GET "/BackupRestore/BackupPolicies/" {policy: PolicyName} "/$/GetBackupEnabledEntities" since "6.2" => 200 Page<BackupEntity>;
        query {
            /// The token of the page to return, from the previous page.
            continuation_token: ContinuationToken = "ContinuationToken",
            /// Maximum items per page; 0 means unlimited. A page with fewer items is not necessarily the last one.
            max_results: u32 = "MaxResults",
        }
        pages BackupEntity;
    }

    /// Replaces a policy. The name in the body is required, but only the name in the path is used. All partitions under
    /// the policy start a new chain with a full backup.
    ///
    /// Errors to expect: `E_INVALIDARG` for an invalid schedule, retention or storage;
    /// `FABRIC_E_BACKUP_POLICY_NOT_EXISTING`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-updatebackuppolicy)
    UpdateBackupPolicy as update_backup_policy {
        POST "/BackupRestore/BackupPolicies/" {policy: PolicyName} "/$/Update" since "6.2" => 200 ();
        query {
            /// Tests access to the storage before the policy is stored. Older runtimes ignore it.
            validate_connection: bool = "ValidateConnection" since "8.0",
        }
        body { /// The complete new policy, including secrets.
            description: BackupPolicyDescription }
    }

    /// Enables periodic backups of all stateful partitions of an application. Policies enabled on its services or
    /// partitions take precedence. Enabling again, with the same or another policy, succeeds and keeps a suspension.
    ///
    /// Status 202 means that the request is stored. Partitions follow within seconds; credentials are not checked.
    /// Errors to expect: `FABRIC_E_BACKUP_POLICY_NOT_EXISTING`, `FABRIC_E_APPLICATION_NOT_FOUND`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-enableapplicationbackup)
    EnableApplicationBackup as enable_application_backup {
        POST "/Applications/" {application: ApplicationId} "/$/EnableBackup" since "6.2" => 202 ();
        body { /// The name of an existing policy.
            policy: PolicyName = "BackupPolicyName" }
    }

    /// Disables periodic backups that are enabled directly on this application. Existing backups are kept unless
    /// `clean_backup` is set.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` if backup is not enabled here, even if it is inherited.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-disableapplicationbackup)
    DisableApplicationBackup as disable_application_backup {
        POST "/Applications/" {application: ApplicationId} "/$/DisableBackup" since "6.2" => 202 ();
        not_idempotent |call| ExpectedState::DisabledApplication(call.application.clone());
        optional_body { /// Deletes existing backups as well. If a higher level has a policy, backups of that policy
            /// can be deleted too.
            clean_backup: bool = "CleanBackup" since "6.4" }
    }

    /// Returns the effective policy of an application, then those of its services and partitions that differ.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` if the list is empty, and, with `max_results`, sometimes instead
    /// of the last page.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getapplicationbackupconfigurationinfo)
    GetApplicationBackupConfigurationInfo as get_application_backup_configuration_info {
        GET "/Applications/" {application: ApplicationId} "/$/GetBackupConfigurationInfo" since "6.2" => 200 Page<BackupConfigurationInfo>;
        query {
            /// The token of the page to return, from the previous page.
            continuation_token: ContinuationToken = "ContinuationToken",
            /// Maximum items per page; 0 means unlimited. A page with fewer items is not necessarily the last one.
            max_results: u32 = "MaxResults",
        }
        pages BackupConfigurationInfo, ending with "FABRIC_E_BACKUP_NOT_ENABLED";
    }

    /// Lists the backups of all stateful partitions of an application on the storages of the effective policies, in no
    /// defined order.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` (also after backup was disabled; list the storage instead),
    /// `FABRIC_E_APPLICATION_NOT_FOUND`, `FABRIC_E_INVALID_FOR_STATELESS_SERVICES`; for a file share without backups
    /// `E_UNEXPECTED`, or `E_INVALIDARG` with `max_results`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getapplicationbackuplist)
    GetApplicationBackupList as get_application_backup_list {
        GET "/Applications/" {application: ApplicationId} "/$/GetBackups" since "6.2" => 200 Page<BackupInfo>;
        query {
            /// Only the latest backup of each partition within the time range.
            latest: bool = "Latest",
            /// Only backups created at or after this time.
            start_date_time_filter: Timestamp = "StartDateTimeFilter",
            /// Only backups created at or before this time.
            end_date_time_filter: Timestamp = "EndDateTimeFilter",
            /// The token of the page to return, from the previous page.
            continuation_token: ContinuationToken = "ContinuationToken",
            /// Maximum items per page; 0 means unlimited. A page with fewer items is not necessarily the last one.
            max_results: u32 = "MaxResults",
            /// Reads metadata from the backup files. Older runtimes ignore it.
            metadata_from_blob: bool = "MetadataFromBlob" since "11.3",
        }
        pages BackupInfo;
    }

    /// Suspends periodic backups of all stateful partitions of an application. Succeeds if already suspended.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` if backup is not enabled anywhere in the application.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-suspendapplicationbackup)
    SuspendApplicationBackup as suspend_application_backup {
        POST "/Applications/" {application: ApplicationId} "/$/SuspendBackup" since "6.2" => 202 ();
    }

    /// Resumes periodic backups that are suspended directly on this application. Suspensions of other levels stay.
    /// Succeeds if not suspended.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` if backup is not enabled anywhere in the application.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-resumeapplicationbackup)
    ResumeApplicationBackup as resume_application_backup {
        POST "/Applications/" {application: ApplicationId} "/$/ResumeBackup" since "6.2" => 202 ();
    }

    /// Enables periodic backups of all partitions of a stateful service. The policy takes precedence over that of the
    /// application; policies enabled on partitions take precedence over it. Enabling again, with the same or another
    /// policy, succeeds and keeps a suspension.
    ///
    /// Status 202 means that the request is stored. Partitions follow within seconds; credentials are not checked.
    /// Errors to expect: `FABRIC_E_BACKUP_POLICY_NOT_EXISTING`, `FABRIC_E_SERVICE_DOES_NOT_EXIST`,
    /// `FABRIC_E_INVALID_FOR_STATELESS_SERVICES`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-enableservicebackup)
    EnableServiceBackup as enable_service_backup {
        POST "/Services/" {service: ServiceId} "/$/EnableBackup" since "6.2" => 202 ();
        body { /// The name of an existing policy.
            policy: PolicyName = "BackupPolicyName" }
    }

    /// Disables periodic backups that are enabled directly on this service. The policy of the application, if any, then
    /// applies. Existing backups are kept unless `clean_backup` is set.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` if backup is not enabled here, even if it is inherited.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-disableservicebackup)
    DisableServiceBackup as disable_service_backup {
        POST "/Services/" {service: ServiceId} "/$/DisableBackup" since "6.2" => 202 ();
        not_idempotent |call| ExpectedState::DisabledService(call.service.clone());
        optional_body { /// Deletes existing backups as well. If a higher level has a policy, backups of that policy
            /// can be deleted too.
            clean_backup: bool = "CleanBackup" since "6.4" }
    }

    /// Returns the effective policy of a service, then those of its partitions that differ.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` if the list is empty, and, with `max_results`, sometimes instead
    /// of the last page.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getservicebackupconfigurationinfo)
    GetServiceBackupConfigurationInfo as get_service_backup_configuration_info {
        GET "/Services/" {service: ServiceId} "/$/GetBackupConfigurationInfo" since "6.2" => 200 Page<BackupConfigurationInfo>;
        query {
            /// The token of the page to return, from the previous page.
            continuation_token: ContinuationToken = "ContinuationToken",
            /// Maximum items per page; 0 means unlimited. A page with fewer items is not necessarily the last one.
            max_results: u32 = "MaxResults",
        }
        pages BackupConfigurationInfo, ending with "FABRIC_E_BACKUP_NOT_ENABLED";
    }

    /// Lists the backups of all partitions of a stateful service on the storages of the effective policies, in no
    /// defined order.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` (also after backup was disabled; list the storage instead),
    /// `FABRIC_E_SERVICE_DOES_NOT_EXIST`, `FABRIC_E_INVALID_FOR_STATELESS_SERVICES`; for a file share without backups
    /// `E_UNEXPECTED`, or `E_INVALIDARG` with `max_results`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getservicebackuplist)
    GetServiceBackupList as get_service_backup_list {
        GET "/Services/" {service: ServiceId} "/$/GetBackups" since "6.2" => 200 Page<BackupInfo>;
        query {
            /// Only the latest backup of each partition within the time range.
            latest: bool = "Latest",
            /// Only backups created at or after this time.
            start_date_time_filter: Timestamp = "StartDateTimeFilter",
            /// Only backups created at or before this time.
            end_date_time_filter: Timestamp = "EndDateTimeFilter",
            /// The token of the page to return, from the previous page.
            continuation_token: ContinuationToken = "ContinuationToken",
            /// Maximum items per page; 0 means unlimited. A page with fewer items is not necessarily the last one.
            max_results: u32 = "MaxResults",
            /// Reads metadata from the backup files. Older runtimes ignore it.
            metadata_from_blob: bool = "MetadataFromBlob" since "11.3",
        }
        pages BackupInfo;
    }

    /// Suspends periodic backups of all partitions of a stateful service. Succeeds if already suspended.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` if backup is not enabled anywhere in the application.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-suspendservicebackup)
    SuspendServiceBackup as suspend_service_backup {
        POST "/Services/" {service: ServiceId} "/$/SuspendBackup" since "6.2" => 202 ();
    }

    /// Resumes periodic backups that are suspended directly on this service. Suspensions of other levels stay. Succeeds
    /// if not suspended.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` if backup is not enabled anywhere in the application.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-resumeservicebackup)
    ResumeServiceBackup as resume_service_backup {
        POST "/Services/" {service: ServiceId} "/$/ResumeBackup" since "6.2" => 202 ();
    }

    /// Enables periodic backups of one partition. The policy takes precedence over those of the service and the
    /// application. Enabling again, with the same or another policy, succeeds and keeps a suspension.
    ///
    /// Status 202 means that the request is stored. It takes effect within seconds; credentials are not checked.
    /// Errors to expect: `FABRIC_E_BACKUP_POLICY_NOT_EXISTING`, `FABRIC_E_PARTITION_NOT_FOUND`,
    /// `FABRIC_E_INVALID_FOR_STATELESS_SERVICES`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-enablepartitionbackup)
    EnablePartitionBackup as enable_partition_backup {
        POST "/Partitions/" {partition: PartitionId} "/$/EnableBackup" since "6.2" => 202 ();
        body { /// The name of an existing policy.
            policy: PolicyName = "BackupPolicyName" }
    }

    /// Disables periodic backups that are enabled directly on this partition. The policy of the service or application,
    /// if any, then applies. Existing backups are kept unless `clean_backup` is set.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` if backup is not enabled here, even if it is inherited;
    /// `FABRIC_E_PARTITION_NOT_FOUND`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-disablepartitionbackup)
    DisablePartitionBackup as disable_partition_backup {
        POST "/Partitions/" {partition: PartitionId} "/$/DisableBackup" since "6.2" => 202 ();
        not_idempotent |call| ExpectedState::DisabledPartition(call.partition);
        optional_body { /// Deletes existing backups as well. If a higher level has a policy, backups of that policy
            /// can be deleted too.
            clean_backup: bool = "CleanBackup" since "6.4" }
    }

    /// Returns the effective policy of a partition and whether its backups are suspended; `None` without a policy.
    ///
    /// Errors to expect: `FABRIC_E_PARTITION_NOT_FOUND`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getpartitionbackupconfigurationinfo)
    GetPartitionBackupConfigurationInfo as get_partition_backup_configuration_info {
        GET "/Partitions/" {partition: PartitionId} "/$/GetBackupConfigurationInfo" since "6.2" => 200 Option<BackupConfigurationInfo>;
    }

    /// Lists the backups of one partition on the storage of its effective policy.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` (also after backup was disabled; list the storage instead),
    /// `FABRIC_E_PARTITION_NOT_FOUND`, `FABRIC_E_INVALID_FOR_STATELESS_SERVICES`; for a file share without backups
    /// `E_UNEXPECTED`, or `E_INVALIDARG` with `max_results`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getpartitionbackuplist)
    GetPartitionBackupList as get_partition_backup_list {
        GET "/Partitions/" {partition: PartitionId} "/$/GetBackups" since "6.2" => 200 Page<BackupInfo>;
        query {
            /// Only the latest backup of each partition within the time range.
            latest: bool = "Latest",
            /// Only backups created at or after this time.
            start_date_time_filter: Timestamp = "StartDateTimeFilter",
            /// Only backups created at or before this time.
            end_date_time_filter: Timestamp = "EndDateTimeFilter",
            /// The token of the page to return, from the previous page.
            continuation_token: ContinuationToken = "ContinuationToken",
            /// Maximum items per page; 0 means unlimited. A page with fewer items is not necessarily the last one.
            max_results: u32 = "MaxResults",
            /// Reads metadata from the backup files. Older runtimes ignore it.
            metadata_from_blob: bool = "MetadataFromBlob" since "11.3",
        }
        pages BackupInfo;
    }

    /// Suspends periodic backups of one partition. Succeeds if already suspended.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` if backup is not enabled anywhere in the application,
    /// `FABRIC_E_PARTITION_NOT_FOUND`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-suspendpartitionbackup)
    SuspendPartitionBackup as suspend_partition_backup {
        POST "/Partitions/" {partition: PartitionId} "/$/SuspendBackup" since "6.2" => 202 ();
    }

    /// Resumes periodic backups that are suspended directly on this partition. Suspensions of other levels stay.
    /// Succeeds if not suspended.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` if backup is not enabled anywhere in the application,
    /// `FABRIC_E_PARTITION_NOT_FOUND`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-resumepartitionbackup)
    ResumePartitionBackup as resume_partition_backup {
        POST "/Partitions/" {partition: PartitionId} "/$/ResumeBackup" since "6.2" => 202 ();
    }

    /// Starts a full backup of one partition. [`GetPartitionBackupProgress`] returns its progress.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` without an effective policy or a storage,
    /// `FABRIC_E_BACKUP_IN_PROGRESS`, `FABRIC_E_RESTORE_IN_PROGRESS`, `FABRIC_E_PARTITION_NOT_FOUND`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-backuppartition)
    BackupPartition as backup_partition {
        POST "/Partitions/" {partition: PartitionId} "/$/Backup" since "6.2" => 202 ();
        not_idempotent |call| ExpectedState::BackedUp(call.partition);
        query {
            /// Timeout of the backup in minutes, 1 to 2147483647. Defaults to 10. With 0 it times out immediately.
            backup_timeout: u32 = "BackupTimeout",
        }
        optional_body { /// The storage of the backup. Defaults to that of the effective policy.
            storage: BackupStorageDescription = "BackupStorage" }
    }

    /// Returns the progress or result of the latest [`BackupPartition`]; `None` if there was none. Does not report
    /// periodic backups.
    ///
    /// Errors to expect: `FABRIC_E_PARTITION_NOT_FOUND`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getpartitionbackupprogress)
    GetPartitionBackupProgress as get_partition_backup_progress {
        GET "/Partitions/" {partition: PartitionId} "/$/GetBackupProgress" since "6.2" => 200 Option<BackupProgressInfo>;
    }

    /// Starts a restore of one partition from a backup and its chain. The current data of the partition is lost and the
    /// partition is unavailable during the restore. [`GetPartitionRestoreProgress`] returns its progress.
    ///
    /// Set either `restore` or `latest`. It is undocumented which one a server uses if both are set.
    /// Errors to expect: `FABRIC_E_FAULT_ANALYSIS_SERVICE_NOT_EXISTING`, `FABRIC_E_BACKUP_NOT_ENABLED` without an
    /// effective policy or a storage, `FABRIC_E_RESTORE_SOURCE_TARGET_PARTITION_MISMATCH`,
    /// `FABRIC_E_BACKUP_IN_PROGRESS`, `FABRIC_E_RESTORE_IN_PROGRESS`, `FABRIC_E_PARTITION_NOT_FOUND`; `E_UNEXPECTED` if
    /// the backup is not at its location.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-restorepartition)
    RestorePartition as restore_partition {
        POST "/Partitions/" {partition: PartitionId} "/$/Restore" since "6.2" => 202 ();
        not_idempotent |call| ExpectedState::Restored(call.partition);
        reads backup first;
        query {
            /// Restores the latest backup.
            latest: bool = "Latest" since "9.1",
            /// Timeout of the restore in minutes, 1 to 2147483647. Defaults to 10, or to 30 since 10.0 CU8, 10.1 CU7
            /// and 11.0. With 0 it times out immediately.
            restore_timeout: u32 = "RestoreTimeout",
            /// Reads metadata from the backup files. Older runtimes ignore it.
            metadata_from_blob: bool = "MetadataFromBlob" since "11.3",
        }
        optional_body { /// The backup to restore. Required before runtime 9.1.
            restore: RestorePartitionDescription }
        rule |call, at| at.member("BackupId").rule(call.restore.is_some() || call.latest == Some(true), "is required unless Latest is true");
    }

    /// Cancels the pending restore of a partition after data loss. The partition keeps the data of its replica.
    /// Sent with api-version 9.1.
    ///
    /// Errors to expect: `FABRIC_E_PARTITION_NOT_FOUND`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-skiprestorepartition)
    SkipRestorePartition as skip_restore_partition {
        POST "/Partitions/" {partition: PartitionId} "/$/SkipAutoRestore" since "9.1" => 202 ();
        not_idempotent |_| ExpectedState::Unobservable;
        query {
            /// Timeout of the operation in minutes.
            restore_timeout: u32 = "RestoreTimeout",
        }
    }

    /// Returns the progress or result of the latest [`RestorePartition`]; `None` if there was none.
    ///
    /// Errors to expect: `FABRIC_E_PARTITION_NOT_FOUND`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getpartitionrestoreprogress)
    GetPartitionRestoreProgress as get_partition_restore_progress {
        GET "/Partitions/" {partition: PartitionId} "/$/GetRestoreProgress" since "6.2" => 200 Option<RestoreProgressInfo>;
    }

    /// Lists the backups on a storage, including those of other clusters. A POST request that only reads, but needs the
    /// Admin role.
    ///
    /// If the storage cannot be read, the response is a page with one item, whose `failure_error` has the reason.
    /// Errors to expect: `E_INVALIDARG`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getbackupsfrombackuplocation)
    GetBackupsFromBackupLocation as get_backups_from_backup_location {
        POST "/BackupRestore/$/GetBackups" since "6.2" => 200 Page<BackupInfo>;
        entity |call| call.query.entity();
        query {
            /// The token of the page to return, from the previous page.
            continuation_token: ContinuationToken = "ContinuationToken",
            /// Maximum items per page; 0 means unlimited. A page with fewer items is not necessarily the last one.
            max_results: u32 = "MaxResults",
        }
        body { /// The storage, the entity and the filters.
            query: GetBackupByStorageQueryDescription }
        pages BackupInfo;
    }
}
