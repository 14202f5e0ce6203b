//! Backup policies.

mod normal;

use std::cell::RefCell;

use crate::cluster::ApiVersion;
use crate::model::object::models;
use crate::model::retention::RetentionPolicyDescription;
use crate::model::schedule::BackupScheduleDescription;
use crate::model::storage::BackupStorageDescription;
use crate::name::PolicyName;
use crate::text::one_line;
use crate::validation::{BuildError, Validate, ValidationPath, valid};
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
            name: String = "Name" check policy_name,
            /// Whether the cluster restores the latest backup automatically after data loss. Not recommended in
            /// production. Reads as `false` if absent, as the server does.
            auto_restore_on_data_loss: bool = "AutoRestoreOnDataLoss" or false,
            /// Maximum number of incremental backups between two full backups, 0 to 255. With 0, every backup is full.
            max_incremental_backups: u8 = "MaxIncrementalBackups",
            /// The schedule of periodic backups.
            schedule: BackupScheduleDescription = "Schedule" check valid,
            /// The storage of the backups.
            storage: BackupStorageDescription = "Storage" check valid,
        }
        optional {
            /// How long backups are kept. Without it, backups are kept forever.
            retention_policy: RetentionPolicyDescription = "RetentionPolicy" since "6.4" check valid,
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

impl BackupPolicyDescription {
    /// Every reason why the policy would not be sent as this version. A call that would send it fails with the first.
    pub fn problems(&self, version: ApiVersion) -> Vec<BuildError> {
        let problems = RefCell::default();
        self.validate(&ValidationPath::new(version, &problems));
        problems.into_inner()
    }

    /// The policy, for messages.
    pub(crate) fn entity(&self) -> Option<String> {
        Some(format!("policy {}", one_line(&self.name, 300)))
    }
}

fn policy_name(name: &str, at: &ValidationPath<'_>) {
    let rule = "must not be blank, contain /, \\ or control characters, or be . or ..";
    at.rule(name.parse::<PolicyName>().is_ok(), rule);
}
