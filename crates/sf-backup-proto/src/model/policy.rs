//! Backup policies.

mod normal;
mod unknown;

use crate::cluster::ApiVersion;
use crate::error::BuildError;
use crate::model::retention::RetentionPolicyDescription;
use crate::model::schedule::BackupScheduleDescription;
use crate::model::storage::BackupStorageDescription;
use crate::name::PolicyName;
use crate::operation::check::{Check, Checked};
use crate::operation::reply::reply;
use crate::text::one_line;
use crate::wire::model::model;
use crate::wire::open_enum::open_enum;

model! {
    /// A policy: when to back up, whereto, and how long to keep it.
    ///
    /// As read from a server its secrets are `****`, whether they were set or not. Such a value cannot be sent back until
    /// each of them is replaced, or set to `None`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-backuppolicydescription)
    BackupPolicyDescription {
        required {
            /// The name, unique in the cluster. Kept as text, for a cluster may hold names that [`PolicyName`] refuses.
            name: String = "Name",
            /// Whether the newest backup is restored by itself after data loss. Advised against in production.
            auto_restore_on_data_loss: bool = "AutoRestoreOnDataLoss",
            /// The most incremental backups between two full ones, 0 to 255; 0 makes every backup a full one.
            max_incremental_backups: u8 = "MaxIncrementalBackups",
            /// When backups run.
            schedule: BackupScheduleDescription = "Schedule",
            /// Where they go.
            storage: BackupStorageDescription = "Storage",
        }
        optional {
            /// How long they are kept; for ever if absent.
            retention_policy: RetentionPolicyDescription = "RetentionPolicy" since "6.4",
            /// How they are compressed.
            compression_type: CompressionType = "CompressionType" since "11.3",
            /// Whether a partition may go on from its primary after partial data loss.
            quick_recovery: QuickRecovery = "QuickRecovery" since "11.3",
        }
    }
}

reply!(BackupPolicyDescription);

open_enum! {
    /// How backups are compressed.
    CompressionType {
        /// As the cluster is configured.
        ClusterDefined = "CLUSTER_DEFINED",
        /// Zip.
        Zip = "ZIP",
        /// Zstandard.
        Zstandard = "ZSTANDARD",
    }
}

open_enum! {
    /// What happens after partial data loss.
    QuickRecovery {
        /// The policy decides.
        Disabled,
        /// The partition goes on from the primary if that is not behind the backup; else a person must decide.
        FromPrimary,
    }
}

impl Checked for BackupPolicyDescription {
    fn check(&self, at: &Check<'_>) -> Result<(), BuildError> {
        self.checks(at).into_iter().collect()
    }

    fn entity(&self) -> Option<String> {
        Some(format!("policy {}", one_line(&self.name, 300)))
    }
}

impl BackupPolicyDescription {
    /// Why the policy would not be sent as this version, one reason for each of its parts. A call that would send it fails
    /// with the first.
    pub fn problems(&self, version: ApiVersion) -> Vec<BuildError> {
        let mut problems: Vec<BuildError> = Vec::new();
        for problem in self.checks(&Check::new(version)).into_iter().filter_map(Result::err) {
            // A member that came later is found by the whole and by its part.
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
        problems
    }

    fn checks(&self, at: &Check<'_>) -> [Result<(), BuildError>; 5] {
        [
            at.member("Name").rule(self.name.parse::<PolicyName>().is_ok(), NAME_RULE),
            self.sendable(at),
            self.schedule.check(&at.member("Schedule")),
            self.storage.check(&at.member("Storage")),
            self.retention_policy.as_ref().map_or(Ok(()), |kept| kept.check(&at.member("RetentionPolicy"))),
        ]
    }
}

const NAME_RULE: &str = "must not be blank, hold /, \\ or control characters, or be . or ..";
