//! The operations of the Backup & Restore API: one table, from which everything else follows.
//!
//! A row tells the API's name, the method of [`server::Service`](crate::server::Service) that answers it, the request
//! line, the runtime release that brought it, the status of success and its reply; `once` marks the calls that do
//! something else when sent twice. The optional `timeout` belongs to the [`Target`](crate::Target).

use crate::error::{BuildError, ReadError};
use crate::flow::resolve;
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
use crate::operation::call::{CallReader, CallWriter};
use crate::operation::spec::{self, OperationSpec};
use crate::operation::table::operations;
use crate::operation::{Operation, Paged, Visitor, check, rules, sealed, table};
use crate::time::Timestamp;

pub mod inventory;

operations! {
    /// Every operation of the API, in the documents' order.
    table OPERATIONS;

    /// The server's half: one method for each operation of the table.
    ///
    /// Not covered by semver: an operation more in the API is a method more here.
    service Service;

    fixed ();

    /// Stores a new policy.
    ///
    /// Errors to expect: `E_INVALIDARG` for a schedule, retention or storage that breaks a rule;
    /// `FABRIC_E_BACKUP_POLICY_ALREADY_EXISTING` if the name is taken. Credentials are not tried unless asked.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-createbackuppolicy)
    CreateBackupPolicy as create_backup_policy {
        POST "/BackupRestore/BackupPolicies/$/Create" since "6.2" => 201 (), once resolve::stored;
        query {
            /// Tries the storage and its credentials before the policy is stored. Older runtimes ignore it.
            validate_connection: bool = "ValidateConnection" since "8.0",
        }
        body { /// The policy.
            policy: BackupPolicyDescription }
    }

    /// Deletes a policy that is enabled nowhere.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_IS_ENABLED` while any entity is enabled under it;
    /// `FABRIC_E_BACKUP_POLICY_NOT_EXISTING`; `FABRIC_E_TIMEOUT` while a clean-up under it is not finished.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-deletebackuppolicy)
    DeleteBackupPolicy as delete_backup_policy {
        POST "/BackupRestore/BackupPolicies/{policy}/$/Delete" since "6.2" => 200 (), once resolve::gone;
        path { /// The policy.
            policy: PolicyName }
    }

    /// Lists the policies, ordered by name. Secrets come as `****`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getbackuppolicylist)
    GetBackupPolicyList as get_backup_policy_list {
        GET "/BackupRestore/BackupPolicies" since "6.2" => 200 Page<BackupPolicyDescription>;
        query {
            /// Where to continue a list.
            continuation_token: ContinuationToken = "ContinuationToken",
            /// The most items of a page; 0 is no bound. A page may hold fewer and still not be the last.
            max_results: u32 = "MaxResults",
        }
        pages BackupPolicyDescription;
    }

    /// Reads one policy. Secrets come as `****`, whether they were set or not.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_POLICY_NOT_EXISTING`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getbackuppolicybyname)
    GetBackupPolicyByName as get_backup_policy_by_name {
        GET "/BackupRestore/BackupPolicies/{policy}" since "6.2" => 200 BackupPolicyDescription;
        path { /// The policy.
            policy: PolicyName }
    }

    /// Lists the applications, services and partitions that a policy is enabled on directly; not those that inherit it.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_POLICY_NOT_EXISTING`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getallentitiesbackedupbypolicy)
    GetAllEntitiesBackedUpByPolicy as get_all_entities_backed_up_by_policy {
        GET "/BackupRestore/BackupPolicies/{policy}/$/GetBackupEnabledEntities" since "6.2" => 200 Page<BackupEntity>;
        path { /// The policy.
            policy: PolicyName }
        query {
            /// Where to continue a list.
            continuation_token: ContinuationToken = "ContinuationToken",
            /// The most items of a page; 0 is no bound. A page may hold fewer and still not be the last.
            max_results: u32 = "MaxResults",
        }
        pages BackupEntity;
    }

    /// Replaces a policy as a whole. The name in the path counts; the one in the body is required and ignored. The
    /// chains of all partitions under it begin anew.
    ///
    /// Errors to expect: as for create, and `FABRIC_E_BACKUP_POLICY_NOT_EXISTING`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-updatebackuppolicy)
    UpdateBackupPolicy as update_backup_policy {
        POST "/BackupRestore/BackupPolicies/{policy}/$/Update" since "6.2" => 200 ();
        path { /// The policy.
            policy: PolicyName }
        query {
            /// Tries the storage and its credentials before the policy is stored. Older runtimes ignore it.
            validate_connection: bool = "ValidateConnection" since "8.0",
        }
        body { /// The policy as it shall be, secrets and all.
            description: BackupPolicyDescription }
    }

    /// Begins periodic backups of all stateful partitions of an application under a policy. Policies enabled on its
    /// services or partitions go before it. Enabling anew, under the same policy or another, is no error; a suspension
    /// stays.
    ///
    /// 202 says that the order is stored: partitions follow within seconds, and storage credentials were never tried.
    /// Errors to expect: `FABRIC_E_BACKUP_POLICY_NOT_EXISTING`, `FABRIC_E_APPLICATION_NOT_FOUND`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-enableapplicationbackup)
    EnableApplicationBackup as enable_application_backup {
        POST "/Applications/{application}/$/EnableBackup" since "6.2" => 202 ();
        path { /// The application.
            application: ApplicationId }
        body { /// The policy, which must exist.
            policy: PolicyName = "BackupPolicyName" }
    }

    /// Ends periodic backups that were enabled on this very application. Where a higher level has a policy, that one
    /// takes over; backups stay unless asked to be cleaned.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` if backup is not enabled here, even if it is inherited.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-disableapplicationbackup)
    DisableApplicationBackup as disable_application_backup {
        POST "/Applications/{application}/$/DisableBackup" since "6.2" => 202 (), once resolve::disabled_application;
        path { /// The application.
            application: ApplicationId }
        optional_body { /// Whether the backups made so far are deleted as well. With a policy left on a higher level
            /// this can delete backups that it still covers.
            clean_backup: bool = "CleanBackup" since "6.4" }
    }

    /// Tells which policy is in force for the application, then which of its services and partitions differ from it.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` if there is nothing to tell, and at the end of a list that the
    /// server cut unluckily. Safest without `max_results`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getapplicationbackupconfigurationinfo)
    GetApplicationBackupConfigurationInfo as get_application_backup_configuration_info {
        GET "/Applications/{application}/$/GetBackupConfigurationInfo" since "6.2" => 200 Page<BackupConfigurationInfo>;
        path { /// The application.
            application: ApplicationId }
        query {
            /// Where to continue a list.
            continuation_token: ContinuationToken = "ContinuationToken",
            /// The most items of a page; 0 is no bound. A page may hold fewer and still not be the last.
            max_results: u32 = "MaxResults",
        }
        pages BackupConfigurationInfo, ending with BackupNotEnabled;
    }

    /// Lists the backups of all stateful partitions of an application on the storages of the policies in force, in no
    /// order to rely on.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` (also after a disable: list the storage then),
    /// `FABRIC_E_APPLICATION_NOT_FOUND`, `FABRIC_E_INVALID_FOR_STATELESS_SERVICES`; `E_UNEXPECTED` from a file share
    /// that holds no backup yet, and `E_INVALIDARG` instead if `max_results` was given.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getapplicationbackuplist)
    GetApplicationBackupList as get_application_backup_list {
        GET "/Applications/{application}/$/GetBackups" since "6.2" => 200 Page<BackupInfo>;
        path { /// The application.
            application: ApplicationId }
        query {
            /// Only the newest backup of each partition within the window.
            latest: bool = "Latest",
            /// Not older than this.
            start_date_time_filter: Timestamp = "StartDateTimeFilter",
            /// Not younger than this.
            end_date_time_filter: Timestamp = "EndDateTimeFilter",
            /// Where to continue a list.
            continuation_token: ContinuationToken = "ContinuationToken",
            /// The most items of a page; 0 is no bound. A page may hold fewer and still not be the last.
            max_results: u32 = "MaxResults",
            /// Reads the metadata out of the backups themselves. Older runtimes ignore it.
            metadata_from_blob: bool = "MetadataFromBlob" since "11.3",
        }
        pages BackupInfo;
    }

    /// Suspends periodic backups of all stateful partitions of an application. Suspending twice is no error.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` if nothing of the application is enabled.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-suspendapplicationbackup)
    SuspendApplicationBackup as suspend_application_backup {
        POST "/Applications/{application}/$/SuspendBackup" since "6.2" => 202 ();
        path { /// The application.
            application: ApplicationId }
    }

    /// Resumes periodic backups that were suspended on this very application; a suspension of another level stays.
    /// Resuming what is not suspended is no error.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` if nothing of the application is enabled.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-resumeapplicationbackup)
    ResumeApplicationBackup as resume_application_backup {
        POST "/Applications/{application}/$/ResumeBackup" since "6.2" => 202 ();
        path { /// The application.
            application: ApplicationId }
    }

    /// Begins periodic backups of all partitions of a stateful service under a policy. It goes before the application's
    /// policy; policies enabled on its partitions go before it. Enabling anew, under the same policy or another, is no
    /// error; a suspension stays.
    ///
    /// 202 says that the order is stored: partitions follow within seconds, and storage credentials were never tried.
    /// Errors to expect: `FABRIC_E_BACKUP_POLICY_NOT_EXISTING`, `FABRIC_E_SERVICE_DOES_NOT_EXIST`,
    /// `FABRIC_E_INVALID_FOR_STATELESS_SERVICES`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-enableservicebackup)
    EnableServiceBackup as enable_service_backup {
        POST "/Services/{service}/$/EnableBackup" since "6.2" => 202 ();
        path { /// The service.
            service: ServiceId }
        body { /// The policy, which must exist.
            policy: PolicyName = "BackupPolicyName" }
    }

    /// Ends periodic backups that were enabled on this very service. Where a higher level has a policy, that one takes
    /// over; backups stay unless asked to be cleaned.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` if backup is not enabled here, even if it is inherited.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-disableservicebackup)
    DisableServiceBackup as disable_service_backup {
        POST "/Services/{service}/$/DisableBackup" since "6.2" => 202 (), once resolve::disabled_service;
        path { /// The service.
            service: ServiceId }
        optional_body { /// Whether the backups made so far are deleted as well. With a policy left on a higher level
            /// this can delete backups that it still covers.
            clean_backup: bool = "CleanBackup" since "6.4" }
    }

    /// Tells which policy is in force for the service, then which of its partitions differ from it.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` if there is nothing to tell, and at the end of a list that the
    /// server cut unluckily. Safest without `max_results`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getservicebackupconfigurationinfo)
    GetServiceBackupConfigurationInfo as get_service_backup_configuration_info {
        GET "/Services/{service}/$/GetBackupConfigurationInfo" since "6.2" => 200 Page<BackupConfigurationInfo>;
        path { /// The service.
            service: ServiceId }
        query {
            /// Where to continue a list.
            continuation_token: ContinuationToken = "ContinuationToken",
            /// The most items of a page; 0 is no bound. A page may hold fewer and still not be the last.
            max_results: u32 = "MaxResults",
        }
        pages BackupConfigurationInfo, ending with BackupNotEnabled;
    }

    /// Lists the backups of all partitions of a stateful service on the storages of the policies in force, in no order
    /// to rely on.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` (also after a disable: list the storage then),
    /// `FABRIC_E_SERVICE_DOES_NOT_EXIST`, `FABRIC_E_INVALID_FOR_STATELESS_SERVICES`; `E_UNEXPECTED` from a file share
    /// that holds no backup yet, and `E_INVALIDARG` instead if `max_results` was given.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getservicebackuplist)
    GetServiceBackupList as get_service_backup_list {
        GET "/Services/{service}/$/GetBackups" since "6.2" => 200 Page<BackupInfo>;
        path { /// The service.
            service: ServiceId }
        query {
            /// Only the newest backup of each partition within the window.
            latest: bool = "Latest",
            /// Not older than this.
            start_date_time_filter: Timestamp = "StartDateTimeFilter",
            /// Not younger than this.
            end_date_time_filter: Timestamp = "EndDateTimeFilter",
            /// Where to continue a list.
            continuation_token: ContinuationToken = "ContinuationToken",
            /// The most items of a page; 0 is no bound. A page may hold fewer and still not be the last.
            max_results: u32 = "MaxResults",
            /// Reads the metadata out of the backups themselves. Older runtimes ignore it.
            metadata_from_blob: bool = "MetadataFromBlob" since "11.3",
        }
        pages BackupInfo;
    }

    /// Suspends periodic backups of all partitions of a stateful service. Suspending twice is no error.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` if nothing of the application is enabled.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-suspendservicebackup)
    SuspendServiceBackup as suspend_service_backup {
        POST "/Services/{service}/$/SuspendBackup" since "6.2" => 202 ();
        path { /// The service.
            service: ServiceId }
    }

    /// Resumes periodic backups that were suspended on this very service; a suspension of another level stays. Resuming
    /// what is not suspended is no error.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` if nothing of the application is enabled.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-resumeservicebackup)
    ResumeServiceBackup as resume_service_backup {
        POST "/Services/{service}/$/ResumeBackup" since "6.2" => 202 ();
        path { /// The service.
            service: ServiceId }
    }

    /// Begins periodic backups of one partition under a policy. It goes before the service's and the application's
    /// policy. Enabling anew, under the same policy or another, is no error; a suspension stays.
    ///
    /// 202 says that the order is stored: partitions follow within seconds, and storage credentials were never tried.
    /// Errors to expect: `FABRIC_E_BACKUP_POLICY_NOT_EXISTING`, `FABRIC_E_PARTITION_NOT_FOUND`,
    /// `FABRIC_E_INVALID_FOR_STATELESS_SERVICES`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-enablepartitionbackup)
    EnablePartitionBackup as enable_partition_backup {
        POST "/Partitions/{partition}/$/EnableBackup" since "6.2" => 202 ();
        path { /// The partition.
            partition: PartitionId }
        body { /// The policy, which must exist.
            policy: PolicyName = "BackupPolicyName" }
    }

    /// Ends periodic backups that were enabled on this very partition. Where a higher level has a policy, that one
    /// takes over; backups stay unless asked to be cleaned.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` if backup is not enabled here, even if it is inherited;
    /// `FABRIC_E_PARTITION_NOT_FOUND`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-disablepartitionbackup)
    DisablePartitionBackup as disable_partition_backup {
        POST "/Partitions/{partition}/$/DisableBackup" since "6.2" => 202 (), once resolve::disabled_partition;
        path { /// The partition.
            partition: PartitionId }
        optional_body { /// Whether the backups made so far are deleted as well. With a policy left on a higher level
            /// this can delete backups that it still covers.
            clean_backup: bool = "CleanBackup" since "6.4" }
    }

    /// Tells which policy is in force for a partition, and whether its backups are suspended; `None` if it has none.
    ///
    /// Errors to expect: `FABRIC_E_PARTITION_NOT_FOUND`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getpartitionbackupconfigurationinfo)
    GetPartitionBackupConfigurationInfo as get_partition_backup_configuration_info {
        GET "/Partitions/{partition}/$/GetBackupConfigurationInfo" since "6.2" => 200 Option<BackupConfigurationInfo>;
        path { /// The partition.
            partition: PartitionId }
    }

    /// Lists the backups of one partition on the storages of the policies in force.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` (also after a disable: list the storage then),
    /// `FABRIC_E_PARTITION_NOT_FOUND`, `FABRIC_E_INVALID_FOR_STATELESS_SERVICES`; `E_UNEXPECTED` from a file share that
    /// holds no backup yet, and `E_INVALIDARG` instead if `max_results` was given.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getpartitionbackuplist)
    GetPartitionBackupList as get_partition_backup_list {
        GET "/Partitions/{partition}/$/GetBackups" since "6.2" => 200 Page<BackupInfo>;
        path { /// The partition.
            partition: PartitionId }
        query {
            /// Only the newest backup of each partition within the window.
            latest: bool = "Latest",
            /// Not older than this.
            start_date_time_filter: Timestamp = "StartDateTimeFilter",
            /// Not younger than this.
            end_date_time_filter: Timestamp = "EndDateTimeFilter",
            /// Where to continue a list.
            continuation_token: ContinuationToken = "ContinuationToken",
            /// The most items of a page; 0 is no bound. A page may hold fewer and still not be the last.
            max_results: u32 = "MaxResults",
            /// Reads the metadata out of the backups themselves. Older runtimes ignore it.
            metadata_from_blob: bool = "MetadataFromBlob" since "11.3",
        }
        pages BackupInfo;
    }

    /// Suspends periodic backups of one partition. Suspending twice is no error.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` if nothing of the application is enabled,
    /// `FABRIC_E_PARTITION_NOT_FOUND`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-suspendpartitionbackup)
    SuspendPartitionBackup as suspend_partition_backup {
        POST "/Partitions/{partition}/$/SuspendBackup" since "6.2" => 202 ();
        path { /// The partition.
            partition: PartitionId }
    }

    /// Resumes periodic backups that were suspended on this very partition; a suspension of another level stays.
    /// Resuming what is not suspended is no error.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` if nothing of the application is enabled,
    /// `FABRIC_E_PARTITION_NOT_FOUND`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-resumepartitionbackup)
    ResumePartitionBackup as resume_partition_backup {
        POST "/Partitions/{partition}/$/ResumeBackup" since "6.2" => 202 ();
        path { /// The partition.
            partition: PartitionId }
    }

    /// Starts a full backup of one partition now. [`GetPartitionBackupProgress`] tells how it goes.
    ///
    /// Errors to expect: `FABRIC_E_BACKUP_NOT_ENABLED` if no policy is in force and no storage given,
    /// `FABRIC_E_BACKUP_IN_PROGRESS`, `FABRIC_E_RESTORE_IN_PROGRESS`, `FABRIC_E_PARTITION_NOT_FOUND`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-backuppartition)
    BackupPartition as backup_partition {
        POST "/Partitions/{partition}/$/Backup" since "6.2" => 202 (), once resolve::backed_up;
        path { /// The partition.
            partition: PartitionId }
        query {
            /// Minutes that the backup may take, 1 to 2147483647; 10 if not set. With 0 it times out at once.
            backup_timeout: u32 = "BackupTimeout",
        }
        optional_body { /// Where to, if not to the storage of the policy in force.
            storage: BackupStorageDescription = "BackupStorage" }
    }

    /// Tells how the latest [`BackupPartition`] goes, or went; `None` if there was none. Periodic backups never show.
    ///
    /// Errors to expect: `FABRIC_E_PARTITION_NOT_FOUND`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getpartitionbackupprogress)
    GetPartitionBackupProgress as get_partition_backup_progress {
        GET "/Partitions/{partition}/$/GetBackupProgress" since "6.2" => 200 Option<BackupProgressInfo>;
        path { /// The partition.
            partition: PartitionId }
    }

    /// Restores one partition from a backup, with its chain. The partition is not available meanwhile, and what it held
    /// is lost. [`GetPartitionRestoreProgress`] tells how it goes.
    ///
    /// Name the backup, or set `latest`; nothing says which a server takes if both are given.
    /// Errors to expect: `FABRIC_E_FAULT_ANALYSIS_SERVICE_NOT_EXISTING`, `FABRIC_E_BACKUP_NOT_ENABLED` if no policy is
    /// in force and no storage given, `FABRIC_E_RESTORE_SOURCE_TARGET_PARTITION_MISMATCH`,
    /// `FABRIC_E_BACKUP_IN_PROGRESS`, `FABRIC_E_RESTORE_IN_PROGRESS`, `FABRIC_E_PARTITION_NOT_FOUND`; `E_UNEXPECTED` if
    /// the backup is not at its location.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-restorepartition)
    RestorePartition as restore_partition {
        POST "/Partitions/{partition}/$/Restore" since "6.2" => 202 (), once resolve::restored;
        path { /// The partition.
            partition: PartitionId }
        query {
            /// Restores the newest backup.
            latest: bool = "Latest" since "9.1",
            /// Minutes that the restore may take, 1 to 2147483647; if not set, 10, or 30 since 10.0 CU8, 10.1 CU7 and
            /// 11.0. With 0 it times out at once.
            restore_timeout: u32 = "RestoreTimeout",
            /// Reads the metadata out of the backups themselves. Older runtimes ignore it.
            metadata_from_blob: bool = "MetadataFromBlob" since "11.3",
        }
        optional_body { /// Which backup. Required before runtime 9.1.
            restore: RestorePartitionDescription }
        rule rules::restore_names_a_backup;
    }

    /// Lets a partition that waits for a restore after data loss go on with the data its replica has. Sent as
    /// api-version 9.1.
    ///
    /// Errors to expect: `FABRIC_E_PARTITION_NOT_FOUND`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-skiprestorepartition)
    SkipRestorePartition as skip_restore_partition {
        POST "/Partitions/{partition}/$/SkipAutoRestore" since "9.1" => 202 (), once resolve::untold;
        path { /// The partition.
            partition: PartitionId }
        query {
            /// Minutes that it may take.
            restore_timeout: u32 = "RestoreTimeout",
        }
    }

    /// Tells how the latest [`RestorePartition`] goes, or went; `None` if there was none.
    ///
    /// Errors to expect: `FABRIC_E_PARTITION_NOT_FOUND`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getpartitionrestoreprogress)
    GetPartitionRestoreProgress as get_partition_restore_progress {
        GET "/Partitions/{partition}/$/GetRestoreProgress" since "6.2" => 200 Option<RestoreProgressInfo>;
        path { /// The partition.
            partition: PartitionId }
    }

    /// Lists the backups that lie on a storage, another cluster's as well. A POST that only reads, and yet needs the
    /// Admin role.
    ///
    /// A storage that cannot be read is no error: the page holds one item whose `failure_error` tells why.
    /// Errors to expect: `E_INVALIDARG`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getbackupsfrombackuplocation)
    GetBackupsFromBackupLocation as get_backups_from_backup_location {
        POST "/BackupRestore/$/GetBackups" since "6.2" => 200 Page<BackupInfo>;
        query {
            /// Where to continue a list.
            continuation_token: ContinuationToken = "ContinuationToken",
            /// The most items of a page; 0 is no bound. A page may hold fewer and still not be the last.
            max_results: u32 = "MaxResults",
        }
        body { /// What to list, where.
            query: GetBackupByStorageQueryDescription }
        pages BackupInfo;
    }
}
