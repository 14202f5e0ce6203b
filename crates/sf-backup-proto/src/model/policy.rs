//! Backup policies.

mod normal;

use crate::cluster::ApiVersion;
use crate::model::object::models;
use crate::model::retention::RetentionPolicyDescription;
use crate::model::schedule::BackupScheduleDescription;
use crate::model::storage::BackupStorageDescription;
use crate::name::PolicyName;
use crate::text::one_line;
use crate::validation::{BuildError, Validate, ValidationPath};
use crate::wire::open_enum::open_enums;

models! {
    /// A backup policy: schedule, storage and retention.
    ///
    /// A server returns every secret as `****`, whether it is set or not. A policy with such placeholders cannot be
    /// sent: first replace each secret, or set it to `None`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-backuppolicydescription)
    BackupPolicyDescription {
        required {
            /// The name, unique in the cluster. A `String`, because a cluster can have names that [`PolicyName`]
            /// rejects.
            name: String = "Name",
            /// Whether the cluster restores the latest backup automatically after data loss. Not recommended in
            /// production. Reads as `false` if absent, as the server does.
            auto_restore_on_data_loss: bool = "AutoRestoreOnDataLoss" or false,
            /// Maximum number of incremental backups between two full backups, 0 to 255. With 0, every backup is full.
            max_incremental_backups: u8 = "MaxIncrementalBackups",
            /// The schedule of periodic backups.
            schedule: BackupScheduleDescription = "Schedule",
            /// The storage of the backups.
            storage: BackupStorageDescription = "Storage",
        }
        optional {
            /// How long backups are kept. Without it, backups are kept forever.
            retention_policy: RetentionPolicyDescription = "RetentionPolicy" since "6.4",
            /// The compression of the backups.
            compression_type: CompressionType = "CompressionType" since "11.3",
            /// Whether a partition can recover from its primary replica after partial data loss.
            quick_recovery: QuickRecovery = "QuickRecovery" since "11.3",
        }
    }
}

open_enums! {
    /// The compression of backups.
    CompressionType {
        /// The cluster's setting applies.
        ClusterDefined = "CLUSTER_DEFINED",
        /// Zip compression.
        Zip = "ZIP",
        /// Zstandard compression.
        Zstandard = "ZSTANDARD",
    }

    /// How a partition recovers from partial data loss.
    QuickRecovery {
        /// `auto_restore_on_data_loss` applies.
        Disabled,
        /// The partition continues with the primary's data if it is not older than the backup; otherwise it waits for an
        /// operator.
        FromPrimary,
    }
}

impl Validate for BackupPolicyDescription {
    fn validate(&self, at: &ValidationPath<'_>) -> Result<(), BuildError> {
        self.checks(at).into_iter().collect()
    }

    fn entity(&self) -> Option<String> {
        Some(format!("policy {}", one_line(&self.name, 300)))
    }
}

impl BackupPolicyDescription {
    /// Why the policy cannot be sent with this version: one reason for the policy and one for each of its parts,
    /// possibly equal. A call that sends it fails with the first.
    pub fn problems(&self, version: ApiVersion) -> Vec<BuildError> {
        self.checks(&ValidationPath::new(version)).into_iter().filter_map(Result::err).collect()
    }

    fn checks(&self, at: &ValidationPath<'_>) -> [Result<(), BuildError>; 5] {
        [
            at.member("Name").rule(self.name.parse::<PolicyName>().is_ok(), NAME_RULE),
            self.validate_version(at),
            self.schedule.validate(&at.member("Schedule")),
            self.storage.validate(&at.member("Storage")),
            self.retention_policy.as_ref().map_or(Ok(()), |kept| kept.validate(&at.member("RetentionPolicy"))),
        ]
    }
}

const NAME_RULE: &str = "must not be blank, contain /, \\ or control characters, or be . or ..";
