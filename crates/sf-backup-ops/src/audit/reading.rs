//! What was read about a partition, and what could not be read.

use std::fmt;

use sf_backup_proto::model::backup::BackupInfo;
use sf_backup_proto::model::configuration::{BackupConfigurationInfo, BackupPolicyScope, BackupSuspensionScope};
use sf_backup_proto::model::progress::{BackupProgressInfo, BackupState};
use sf_backup_proto::{ApplicationId, Error, ErrorKind, FabricErrorCode, PartitionId, ServiceId, Timestamp};

use super::backup_summary::BackupSummary;
use super::condition::{BackupEvent, Condition};
use crate::chain::Backups;
use crate::inventory::{PartitionKey, ServiceState};

/// A partition and what was read about it.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The partition.
    pub partition: Partition,
    /// The effective policy; `Ok(None)` if there is none.
    pub coverage: Result<Option<Coverage>, Unread>,
    /// Its backups. Not needed without an effective policy, because no call lists backups then.
    pub backups: Result<BackupSummary, Unread>,
    /// The result of the last on-demand backup. Only needed if the assessment without it [needs a
    /// cause](super::Assessment::needs_cause).
    pub on_demand: Option<OnDemand>,
    /// What its health reports about periodic backups, if they fail. Needed like `on_demand`, and if the partition is
    /// [unwell](Condition::is_unwell).
    pub failing: Option<BackupEvent>,
    /// Whether it is being restored. Only needed if it otherwise [waits for a restore](Condition::waits_for_restore).
    pub restoring: bool,
}

/// A partition with its service and application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// The application.
    pub application: ApplicationId,
    /// The service.
    pub service: ServiceId,
    /// The id.
    pub id: PartitionId,
    /// The readable name: see [`partition_names`](crate::inventory::partition_names).
    pub name: String,
    /// The key range or name.
    pub key: PartitionKey,
    /// Whether it has anything to back up.
    pub holds: ServiceState,
    /// The cluster's report about it.
    pub condition: Condition,
}

/// The effective policy of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The policy's name.
    pub policy: String,
    /// The level at which the policy is enabled.
    pub inherited_from: Option<BackupPolicyScope>,
    /// The level at which backups are suspended, if they are.
    pub suspended: Option<BackupSuspensionScope>,
}

/// The result of the last on-demand backup, if it matters. The cluster does not return its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnDemand {
    /// It failed, for this reason.
    Failed(String),
    /// It is running, or will be within a minute.
    Running,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// What could not be read, and why.
    pub message: String,
    /// Whether the storage is the cause, as far as the response shows.
    pub storage: bool,
    /// The server's message, if it is the same for a storage without backups.
    pub perhaps_empty: Option<String>,
}

impl Reading {
    /// Creates the reading of a partition that has nothing to back up.
    pub fn not_applicable(partition: Partition) -> Self {
        Self::of(partition, Ok(None), Ok(BackupSummary::default()))
    }

    /// Creates the reading of a partition that could not be read.
    pub fn unread(partition: Partition, unread: Unread) -> Self {
        Self::of(partition, Err(unread), Ok(BackupSummary::default()))
    }

    /// Creates a reading from what is always read.
    pub fn of(
        partition: Partition,
        coverage: Result<Option<Coverage>, Unread>,
        backups: Result<BackupSummary, Unread>,
    ) -> Self {
        Self { partition, coverage, backups, on_demand: None, failing: None, restoring: false }
    }
}

impl Coverage {
    /// Reads the response about one partition. "Not enabled" is a valid response, and so is an object without a policy.
    ///
    /// # Errors
    /// If the response is another error, or is invalid.
    pub fn read<T: fmt::Display>(
        response: Result<Option<BackupConfigurationInfo>, Error<T>>,
    ) -> Result<Option<Self>, Unread>
    where
        Error<T>: fmt::Display,
    {
        match response {
            Ok(None) => Ok(None),
            Ok(Some(info)) => {
                let Some(policy) = info.policy_name().map(str::to_owned) else {
                    return Err(Unread::of("the configuration names no policy"));
                };
                let suspension = info.suspension_info();
                let suspended = match suspension.map(|info| (info.is_suspended, &info.suspension_inherited_from)) {
                    Some((Some(false), _)) => None,
                    Some((Some(true), level)) => Some(level.clone().unwrap_or(BackupSuspensionScope::Invalid)),
                    // Backups may be suspended: that must not pass for fine.
                    Some((None, _)) | None => {
                        return Err(Unread::of("the configuration does not report whether backups are suspended"));
                    }
                };
                Ok(Some(Self { policy, inherited_from: info.policy_inherited_from().cloned(), suspended }))
            }
            Err(error) if error.kind() == ErrorKind::BackupNotEnabled => Ok(None),
            Err(error) => Err(Unread::because("the configuration could not be read", &error)),
        }
    }
}

impl BackupSummary {
    /// Reads the list of one partition's backups, created after `since` if given. The cluster returns the same error
    /// for a share without backups and for an unreachable storage, so the two cannot be distinguished.
    ///
    /// # Errors
    /// If the response is an error.
    pub fn read<T>(
        partition: PartitionId,
        response: Result<Vec<BackupInfo>, Error<T>>,
        since: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Self, Unread>
    where
        Error<T>: fmt::Display,
    {
        match response {
            Ok(list) => Ok(Self::of(&Backups::of(list), partition, since, now)),
            Err(error) => Err(Unread::of_backups(&error)),
        }
    }
}

impl OnDemand {
    /// Reads the progress of the last on-demand backup; `None` if it succeeded, or there was none.
    pub fn read(progress: Option<&BackupProgressInfo>) -> Option<Self> {
        let progress = progress?;
        let how = match progress.backup_state {
            Some(BackupState::Failure) => "failed",
            Some(BackupState::Timeout) => "timed out",
            Some(BackupState::Accepted | BackupState::BackupInProgress) => return Some(Self::Running),
            _ => return None,
        };
        let message_of = progress.failure_error.as_ref().map(|error| {
            let code = error.code.as_ref().map(FabricErrorCode::with_hresult);
            let parts = [code, error.message.clone()].into_iter().flatten().collect::<Vec<_>>();
            parts.join(": ")
        });
        let message_of = message_of
            .filter(|message_of| !message_of.is_empty())
            .map(|message_of| format!(": {message_of}"))
            .unwrap_or_default();
        Some(Self::Failed(format!("{how}{message_of}")))
    }
}

impl Unread {
    /// Creates it with this message.
    pub fn of(message: impl Into<String>) -> Self {
        Self { message: message.into(), storage: false, perhaps_empty: None }
    }

    /// Creates it for `what`, which could not be read because of this error.
    pub fn because<T>(what: &str, error: &Error<T>) -> Self
    where
        Error<T>: fmt::Display,
    {
        Self::of(format!("{what}: {}", message_of(error)))
    }

    fn of_backups<T>(error: &Error<T>) -> Self
    where
        Error<T>: fmt::Display,
    {
        let message_of = message_of(error);
        let what = "the backups could not be listed";
        if is_nothing_or_no_storage(error) {
            let message = format!("{what}: the share is empty or the storage fails ({message_of})");
            return Self { message, storage: true, perhaps_empty: Some(message_of) };
        }
        Self { storage: error.kind() == ErrorKind::Storage, ..Self::of(format!("{what}: {message_of}")) }
    }
}

/// Whether the error is the backup service's for an empty list, which it returns for a share without a folder and for a
/// failing storage.
fn is_nothing_or_no_storage<T>(error: &Error<T>) -> bool {
    let message = error.fabric().and_then(|response| response.message.as_deref()).unwrap_or_default();
    message.contains("Index was out of range")
}

/// The server's message, or the whole error.
fn message_of<T>(error: &Error<T>) -> String
where
    Error<T>: fmt::Display,
{
    let Some(response) = error.fabric() else { return error.to_string() };
    let code = response.code.as_ref().map(|code| format!(" {}", code.with_hresult())).unwrap_or_default();
    let message = response.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
    format!("HTTP {}{code}{message}", response.status.as_u16())
}
