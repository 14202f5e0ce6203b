//! What was read of a partition, and what could not be.

use std::fmt;

use sf_backup_proto::model::backup::BackupInfo;
use sf_backup_proto::model::configuration::{BackupConfigurationInfo, BackupPolicyScope, BackupSuspensionScope};
use sf_backup_proto::model::progress::{BackupProgressInfo, BackupState};
use sf_backup_proto::{ApplicationId, Error, ErrorKind, FabricErrorCode, PartitionId, ServiceId, Timestamp};

use super::backup_summary::BackupSummary;
use super::condition::{BackupEvent, Condition};
use crate::chain::Backups;
use crate::inventory::{PartitionKey, ServiceState};

/// A partition and what was read of it.
#[derive(Debug, Clone)]
pub struct Reading {
    /// Which one.
    pub partition: Partition,
    /// What is in force for it; `Ok(None)` if no policy is.
    pub coverage: Result<Option<Coverage>, Unread>,
    /// Its backups. Not wanted where no policy is in effect: then no call lists any.
    pub backups: Result<BackupSummary, Unread>,
    /// What the last backup on demand came to. Wanted only of what [needs a cause](super::Assessment::needs_cause) without it.
    pub on_demand: Option<OnDemand>,
    /// What its health says of periodic backups, if they fail. Wanted as `on_demand`, and of what is
    /// [not well](Condition::is_unwell).
    pub failing: Option<BackupEvent>,
    /// Whether a restore of it is running. Wanted only of what [waits for one](Condition::waits_for_restore) without it.
    pub restoring: bool,
}

/// A partition with its service and application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// Its application.
    pub application: ApplicationId,
    /// Its service.
    pub service: ServiceId,
    /// Its id.
    pub id: PartitionId,
    /// What people call it: see [`partition_names`](crate::inventory::partition_names).
    pub name: String,
    /// Its share of the service's keys.
    pub key: PartitionKey,
    /// Whether it has anything to back up.
    pub holds: ServiceState,
    /// What the cluster says of it.
    pub condition: Condition,
}

/// What is in force for a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The policy's name.
    pub policy: String,
    /// The level at which it was enabled.
    pub inherited_from: Option<BackupPolicyScope>,
    /// The level at which backups are suspended, if they are.
    pub suspended: Option<BackupSuspensionScope>,
}

/// What the last backup on demand came to, if that matters. The cluster does not report the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnDemand {
    /// It failed: how, in a sentence.
    Failed(String),
    /// It runs, or will within the minute.
    Running,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// What, and why not.
    pub message: String,
    /// Whether the storage is to blame, as far as the response shows.
    pub storage: bool,
    /// The server's message, if it returns the same error when nothing was ever backed up.
    pub perhaps_empty: Option<String>,
}

impl Reading {
    /// A partition of which nothing has to be read: it has nothing to back up.
    pub fn not_applicable(partition: Partition) -> Self {
        Self::of(partition, Ok(None), Ok(BackupSummary::default()))
    }

    /// A partition of which nothing could be read.
    pub fn unread(partition: Partition, unread: Unread) -> Self {
        Self::of(partition, Err(unread), Ok(BackupSummary::default()))
    }

    /// What is read first.
    pub fn of(
        partition: Partition,
        coverage: Result<Option<Coverage>, Unread>,
        backups: Result<BackupSummary, Unread>,
    ) -> Self {
        Self { partition, coverage, backups, on_demand: None, failing: None, restoring: false }
    }
}

impl Coverage {
    /// Reads the response about one partition. That backup is not enabled is a valid response; an object without a policy is
    /// none.
    ///
    /// # Errors
    /// If the response is another error, or cannot be understood.
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
    /// Reads the list of one partition's backups, made after `since` if that is given.
    /// For a share without backups, the cluster returns the same error as for a storage that cannot be reached:
    /// the two cannot be distinguished.
    ///
    /// # Errors
    /// If there is no list.
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
    /// What the progress of the last backup on demand shows; `None` if it succeeded, or there was none.
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
    /// With these words.
    pub fn of(message: impl Into<String>) -> Self {
        Self { message: message.into(), storage: false, perhaps_empty: None }
    }

    /// What was not read, because of this error.
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

/// The backup service trips over an empty list both where a share has no folder yet and where a storage fails.
fn is_nothing_or_no_storage<T>(error: &Error<T>) -> bool {
    let message = error.fabric().and_then(|response| response.message.as_deref()).unwrap_or_default();
    message.contains("Index was out of range")
}

/// What the server said, or else the whole error.
fn message_of<T>(error: &Error<T>) -> String
where
    Error<T>: fmt::Display,
{
    let Some(response) = error.fabric() else { return error.to_string() };
    let code = response.code.as_ref().map(|code| format!(" {}", code.with_hresult())).unwrap_or_default();
    let message = response.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
    format!("HTTP {}{code}{message}", response.status.as_u16())
}
