//! Problems of a partition in addition to its state.

use std::fmt;

use sf_backup_proto::model::backup::BackupInfo;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::{FabricErrorCode, Timestamp};

use super::condition::Trouble;
use crate::chain::{Chain, Flaw, Link};
use crate::lint::PolicyRisk;

/// A problem of a partition that an operator should know, whatever the state.
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr)]
#[non_exhaustive]
pub enum Finding {
    /// A chain lacks its full backup: none of its backups can be restored.
    MissingFull {
        /// The creation time of its first remaining backup.
        began: Option<Timestamp>,
    },
    /// A defect of a backup or a chain.
    BrokenChain {
        /// The creation time of the backup, or the start of the chain.
        at: Option<Timestamp>,
        /// The defect.
        flaw: String,
    },
    /// The list contains an item that reports a failure instead of a backup.
    FailureItem(String),
    /// This many backups are dated in the future and are ignored.
    #[strum(serialize = "DatedAhead")]
    Ahead(usize),
    /// The last on-demand backup did not succeed.
    #[strum(serialize = "OnDemandFailed")]
    OnDemand(String),
    /// Periodic backups fail, according to the partition's health.
    BackupFailed(String),
    /// The partition is unusable or unhealthy.
    Trouble(Trouble),
    /// Every partition under this policy is overdue, without a known cause.
    PolicyStopped(String),
    /// The storage could not be read.
    StorageUnreadable(String),
    /// A risk of the effective policy.
    Policy(PolicyRisk),
}

impl Finding {
    /// The name, for programs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Trouble(trouble) => trouble.name(),
            Self::Policy(risk) => risk.into(),
            other => other.into(),
        }
    }

    /// Findings about a policy that endanger existing backups, for every partition that it applies to. [`lint`](crate::lint)
    /// reports the others.
    pub fn of_policy(policy: &BackupPolicyDescription) -> Vec<Self> {
        PolicyRisk::of(policy).into_iter().map(Self::Policy).collect()
    }

    pub(super) fn of_failure(item: &BackupInfo) -> Self {
        let error = item.failure_error.as_ref();
        let code = error.and_then(|error| error.code.as_ref()).map(FabricErrorCode::with_hresult);
        let message = error.and_then(|error| error.message.clone());
        let parts: Vec<String> = [code, message].into_iter().flatten().collect();
        Self::FailureItem(if parts.is_empty() { "an item without a partition".to_owned() } else { parts.join(": ") })
    }

    pub(super) fn of_chain(chain: &Chain, flaw: &Flaw) -> Self {
        match flaw {
            Flaw::MissingFull => Self::MissingFull { began: chain.began() },
            flaw => Self::BrokenChain { at: chain.began(), flaw: flaw.to_string() },
        }
    }

    pub(super) fn of_link(link: &Link, flaw: &Flaw) -> Self {
        Self::BrokenChain { at: link.backup.creation_time_utc, flaw: flaw.to_string() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |at: &Option<Timestamp>| at.map(|at| format!(" of {at}")).unwrap_or_default();
        match self {
            Self::MissingFull { began } => {
                write!(f, "the chain{} has no full backup and cannot be restored", of(began))
            }
            Self::BrokenChain { at, flaw } => write!(f, "the backup{} {flaw}", of(at)),
            Self::FailureItem(reported) => write!(f, "the list of backups reports a failure: {reported}"),
            Self::Ahead(1) => f.write_str("1 backup is dated in the future and is ignored"),
            Self::Ahead(count) => write!(f, "{count} backups are dated in the future and are ignored"),
            Self::OnDemand(how) => write!(f, "the last on-demand backup {how}"),
            Self::BackupFailed(reported) => write!(f, "periodic backups fail: {reported}"),
            Self::Trouble(trouble) => trouble.fmt(f),
            Self::PolicyStopped(policy) => write!(
                f,
                "all partitions under policy {policy} are overdue; if the storage works, save the policy again with the \
                 same values and secrets"
            ),
            Self::StorageUnreadable(reported) => f.write_str(reported),
            Self::Policy(warning) => warning.fmt(f),
        }
    }
}
