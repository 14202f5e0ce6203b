//! Makes a call and classifies its result.

use sf_backup_proto::error::{Error, LostOutcome};
use sf_backup_proto::model::backup::BackupInfo;
use sf_backup_proto::model::restore::RestorePartitionDescription;
use sf_backup_proto::{
    BackupPartition, CreateBackupPolicy, DeleteBackupPolicy, DisablePartitionBackup, EnablePartitionBackup,
    GetBackupPolicyByName, GetPartitionBackupList, Paged, Pager, RestorePartition, ResumePartitionBackup,
    SuspendPartitionBackup, UpdateBackupPolicy,
};
use sf_backup_transport::HttpError;

use super::caller::Caller;
use super::script::{Act, Call, storage};

/// The result that a call reports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CallResult {
    Done,
    NotDone,
    /// The result is unknown.
    Unknown,
    /// The future was dropped before it completed.
    Dropped,
    /// A response that the cluster did not send, or an error that cannot be printed.
    Wrong(String),
}

/// Makes the call. `ready` contains the backups of its partition.
pub(crate) async fn perform<C: Caller>(caller: &C, call: Call, ready: &[BackupInfo]) -> CallResult {
    let (partition, policy) = (call.partition(), call.policy());
    match call.act {
        Act::Create => change(caller.send(CreateBackupPolicy::new(call.description())).await),
        Act::Delete => change(caller.send(DeleteBackupPolicy::new(policy)).await),
        Act::Disable => change(caller.send(DisablePartitionBackup::new(partition)).await),
        Act::Backup => change(caller.send(BackupPartition::new(partition).storage(storage())).await),
        Act::Restore => match ready.first().map(restoring) {
            Some(from) => change(caller.send(RestorePartition::new(partition).restore(from)).await),
            None => CallResult::Wrong("there is no backup".to_owned()),
        },
        Act::Suspend => change(caller.send(SuspendPartitionBackup::new(partition)).await),
        Act::Resume => change(caller.send(ResumePartitionBackup::new(partition)).await),
        Act::Update => change(caller.send(UpdateBackupPolicy::new(policy, call.description())).await),
        Act::Enable => change(caller.send(EnablePartitionBackup::new(partition, policy)).await),
        Act::ReadPolicy => match caller.send(GetBackupPolicyByName::new(policy)).await {
            Ok(read) => right(read.name == call.policy().as_str(), &read),
            Err(error) => read_failed(&error),
        },
        Act::ListBackups => match list(caller, GetPartitionBackupList::new(partition).max_results(2_u32)).await {
            Ok(mut read) => {
                let mut expected: Vec<_> = ready.iter().map(|backup| backup.backup_id).collect();
                expected.sort();
                read.sort_by_key(|backup| backup.backup_id);
                // A list may also contain backups that the schedule made in the meantime.
                let has = |id: &Option<_>| read.iter().any(|backup| backup.backup_id == *id);
                right(expected.iter().all(has), &read)
            }
            Err(error) => read_failed(&error),
        },
    }
}

fn restoring(backup: &BackupInfo) -> RestorePartitionDescription {
    let location = backup.backup_location.clone().unwrap_or_default();
    RestorePartitionDescription::new(backup.backup_id.unwrap_or_default(), location).backup_storage(storage())
}

/// Reads a list page by page.
async fn list<C: Caller, O: Paged>(caller: &C, operation: O) -> Result<Vec<O::Item>, Error<HttpError>> {
    let mut pages = Pager::new(operation);
    let mut items = Vec::new();
    while let Some(call) = pages.next_call() {
        let response = caller.send(call).await;
        items.extend(pages.accept(response)?);
    }
    Ok(items)
}

fn change(result: Result<(), Error<HttpError>>) -> CallResult {
    match result {
        Ok(()) => CallResult::Done,
        Err(error) => presentable(&error).unwrap_or_else(|| match error.lost_outcome() {
            Some(LostOutcome::Unknown(_)) => CallResult::Unknown,
            _ if error.may_have_changed() => CallResult::Unknown,
            _ => CallResult::NotDone,
        }),
    }
}

fn right(is_right: bool, read: &impl std::fmt::Debug) -> CallResult {
    if is_right { CallResult::Done } else { CallResult::Wrong(format!("read {read:?}")) }
}

/// Classifies a failed read, which must not report that anything may have changed.
fn read_failed(error: &Error<HttpError>) -> CallResult {
    if error.may_have_changed() {
        return CallResult::Wrong(format!("a read that may have changed something: {error}"));
    }
    presentable(error).unwrap_or(CallResult::NotDone)
}

/// Checks that an error is one printable line.
fn presentable(error: &Error<HttpError>) -> Option<CallResult> {
    let text = error.to_string();
    let _ = (error.kind(), sf_backup_ops::advice::hint(error));
    let wrong = text.is_empty() || text.len() > 20_000 || text.chars().any(char::is_control);
    wrong.then(|| CallResult::Wrong(format!("an error that says {text:?}")))
}
