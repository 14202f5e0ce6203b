//! What became of a change whose answer was lost: found out by reading, never by sending it again.

use http::{Request, Response};

use crate::cluster::Target;
use crate::error::{Error, ErrorKind};
use crate::flow::progress::{self, Progressed};
use crate::model::configuration::{BackupConfigurationInfo, BackupPolicyScope};
use crate::model::page::Page;
use crate::model::policy::BackupPolicyDescription;
use crate::model::progress::{BackupProgressInfo, RestoreProgressInfo};
use crate::name::{ApplicationId, PartitionId, PolicyName, ServiceId};
use crate::operation::Operation;
use crate::operations::{
    BackupPartition, CreateBackupPolicy, DeleteBackupPolicy, DisableApplicationBackup, DisablePartitionBackup,
    DisableServiceBackup, GetApplicationBackupConfigurationInfo, GetBackupPolicyByName,
    GetPartitionBackupConfigurationInfo, GetPartitionBackupProgress, GetPartitionRestoreProgress,
    GetServiceBackupConfigurationInfo, RestorePartition, SkipRestorePartition,
};
use crate::wire::body::Body;

mod same;

#[allow(unnameable_types)] // for the table only
/// What a change that must not be sent twice wants to be true afterwards.
#[derive(Debug, Clone, PartialEq)]
pub enum Goal {
    /// A policy is stored, and equals this one.
    Stored(Box<BackupPolicyDescription>, Option<PolicyName>),
    /// A policy is gone.
    Gone(PolicyName),
    /// Backup is not enabled on this very entity.
    DisabledApplication(ApplicationId),
    /// As above.
    DisabledService(ServiceId),
    /// As above.
    DisabledPartition(PartitionId),
    /// A backup of the partition was begun since the baseline.
    BackedUp(PartitionId),
    /// A restore of the partition was begun since the baseline.
    Restored(PartitionId),
    /// No reply of the API tells.
    Untold,
}

pub(crate) fn stored(call: &CreateBackupPolicy) -> Goal {
    Goal::Stored(Box::new(call.policy.clone()), call.policy.name.parse().ok())
}
pub(crate) fn gone(call: &DeleteBackupPolicy) -> Goal {
    Goal::Gone(call.policy.clone())
}
pub(crate) fn disabled_application(call: &DisableApplicationBackup) -> Goal {
    Goal::DisabledApplication(call.application.clone())
}
pub(crate) fn disabled_service(call: &DisableServiceBackup) -> Goal {
    Goal::DisabledService(call.service.clone())
}
pub(crate) fn disabled_partition(call: &DisablePartitionBackup) -> Goal {
    Goal::DisabledPartition(call.partition)
}
pub(crate) fn backed_up(call: &BackupPartition) -> Goal {
    Goal::BackedUp(call.partition)
}
pub(crate) fn restored(call: &RestorePartition) -> Goal {
    Goal::Restored(call.partition)
}
pub(crate) fn untold(_: &SkipRestorePartition) -> Goal {
    Goal::Untold
}

/// What a read showed.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Reading {
    Policy(Option<Box<BackupPolicyDescription>>),
    Enabled(bool),
    Backup(Option<BackupProgressInfo>),
    Restore(Option<RestoreProgressInfo>),
}

/// What a reading says about the goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is reached.
    Done,
    /// Something stands in its way for good: it was not done, and will not be.
    Never,
    /// It is not reached, so far.
    NotYet,
    /// It cannot be told from this.
    Untold,
}

impl Goal {
    /// Whether the state has to be read before the change is sent, to tell what was there from what came.
    pub(super) fn needs_baseline(&self) -> bool {
        matches!(self, Self::BackedUp(_) | Self::Restored(_))
    }

    /// What to look at by hand where nothing tells.
    pub(super) fn check(&self) -> &'static str {
        match self {
            Self::Stored(..) | Self::Gone(_) => "the policy (policy show)",
            Self::DisabledApplication(_) | Self::DisabledService(_) | Self::DisabledPartition(_) => {
                "the entity's backup configuration (config)"
            }
            Self::BackedUp(_) => "the partition's progress (partition backup-progress) and its list of backups",
            Self::Restored(_) => "the partition's progress (partition restore-progress)",
            Self::Untold => "the partition's health, and whether it takes writes again",
        }
    }

    /// The read that tells; `None` where none does.
    pub(super) fn request(&self, target: &Target) -> Option<Result<Request<Body>, Error>> {
        Some(match self.clone() {
            Self::Stored(_, name) => GetBackupPolicyByName::new(name?).to_request(target),
            Self::Gone(policy) => GetBackupPolicyByName::new(policy).to_request(target),
            Self::DisabledApplication(id) => GetApplicationBackupConfigurationInfo::new(id).to_request(target),
            Self::DisabledService(id) => GetServiceBackupConfigurationInfo::new(id).to_request(target),
            Self::DisabledPartition(id) => GetPartitionBackupConfigurationInfo::new(id).to_request(target),
            Self::BackedUp(id) => GetPartitionBackupProgress::new(id).to_request(target),
            Self::Restored(id) => GetPartitionRestoreProgress::new(id).to_request(target),
            Self::Untold => return None,
        })
    }

    /// Reads the answer to [`Self::request`].
    pub(super) fn read(&self, answer: &Response<bytes::Bytes>) -> Result<Reading, Error> {
        match self.clone() {
            Self::Stored(_, Some(policy)) | Self::Gone(policy) => {
                let policy = absent(GetBackupPolicyByName::new(policy).parse(answer), ErrorKind::PolicyNotFound)?;
                Ok(Reading::Policy(policy.map(Box::new)))
            }
            Self::Stored(_, None) | Self::Untold => Ok(Reading::Policy(None)),
            Self::DisabledApplication(id) => {
                page_enabled(GetApplicationBackupConfigurationInfo::new(id.clone()).parse(answer), &id.to_string())
            }
            Self::DisabledService(id) => {
                page_enabled(GetServiceBackupConfigurationInfo::new(id.clone()).parse(answer), &id.to_string())
            }
            Self::DisabledPartition(id) => {
                let reply = GetPartitionBackupConfigurationInfo::new(id).parse(answer);
                let info = absent(reply, ErrorKind::BackupNotEnabled)?.flatten();
                Ok(Reading::Enabled(info.as_ref().is_some_and(has_its_own)))
            }
            Self::BackedUp(id) => GetPartitionBackupProgress::new(id).parse(answer).map(Reading::Backup),
            Self::Restored(id) => GetPartitionRestoreProgress::new(id).parse(answer).map(Reading::Restore),
        }
    }

    /// What `reading` says, given the reading from before the change was sent.
    pub(super) fn verdict(&self, baseline: Option<&Reading>, reading: &Reading) -> Verdict {
        match (self, reading) {
            (Self::Stored(ours, _), Reading::Policy(Some(theirs))) if same::policies(ours, theirs) => Verdict::Done,
            // Somebody else's policy of that name: ours was refused.
            (Self::Stored(..), Reading::Policy(Some(_))) => Verdict::Never,
            (Self::Gone(_), Reading::Policy(None)) => Verdict::Done,
            (Self::Stored(..) | Self::Gone(_), Reading::Policy(_)) => Verdict::NotYet,
            (_, Reading::Enabled(enabled)) => {
                if *enabled {
                    Verdict::NotYet
                } else {
                    Verdict::Done
                }
            }
            (_, Reading::Backup(now)) => match baseline {
                Some(Reading::Backup(before)) => begun(before.as_ref(), now.as_ref()),
                _ => Verdict::Untold,
            },
            (_, Reading::Restore(now)) => match baseline {
                Some(Reading::Restore(before)) => begun(before.as_ref(), now.as_ref()),
                _ => Verdict::Untold,
            },
            _ => Verdict::Untold,
        }
    }
}

fn begun<P: Progressed>(before: Option<&P>, now: Option<&P>) -> Verdict {
    match progress::begun(before, now) {
        Some(true) => Verdict::Done,
        Some(false) => Verdict::NotYet,
        None => Verdict::Untold,
    }
}

fn absent<R>(result: Result<R, Error>, kind: ErrorKind) -> Result<Option<R>, Error> {
    match result {
        Ok(reply) => Ok(Some(reply)),
        Err(error) if error.kind() == kind => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether an application or a service has a policy of its own. The server finds the items by how their names begin, so
/// that those of `fabric:/App10` stand in the list of `fabric:/App1` as well.
fn page_enabled(result: Result<Page<BackupConfigurationInfo>, Error>, name: &str) -> Result<Reading, Error> {
    let is_ours = |info: &BackupConfigurationInfo| {
        let theirs = match info {
            BackupConfigurationInfo::Application(info) => info.application_name.as_ref(),
            BackupConfigurationInfo::Service(info) => info.service_name.as_ref(),
            _ => return false,
        };
        theirs.is_none_or(|theirs| theirs.replace('~', "/") == name)
    };
    let page = absent(result, ErrorKind::BackupNotEnabled)?;
    Ok(Reading::Enabled(page.is_some_and(|page| page.items.iter().any(|info| is_ours(info) && has_its_own(info)))))
}

/// Whether the policy in force was enabled on the very entity.
fn has_its_own(info: &BackupConfigurationInfo) -> bool {
    let (scope, own) = match info {
        BackupConfigurationInfo::Application(info) => (&info.policy_inherited_from, BackupPolicyScope::Application),
        BackupConfigurationInfo::Service(info) => (&info.policy_inherited_from, BackupPolicyScope::Service),
        BackupConfigurationInfo::Partition(info) => (&info.policy_inherited_from, BackupPolicyScope::Partition),
        BackupConfigurationInfo::Unknown(_) => return false,
    };
    scope.as_ref() == Some(&own)
}
