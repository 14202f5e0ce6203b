//! The states that changes which must not be sent twice lead to.

use super::{
    BackupPartition, CreateBackupPolicy, DeleteBackupPolicy, DisableApplicationBackup, DisablePartitionBackup,
    DisableServiceBackup, RestorePartition, SkipRestorePartition,
};
use crate::operation::ExpectedState;

pub(crate) fn stored(call: &CreateBackupPolicy) -> ExpectedState {
    ExpectedState::Stored(Box::new(call.policy.clone()), call.policy.name.parse().ok())
}
pub(crate) fn deleted(call: &DeleteBackupPolicy) -> ExpectedState {
    ExpectedState::Deleted(call.policy.clone())
}
pub(crate) fn disabled_application(call: &DisableApplicationBackup) -> ExpectedState {
    ExpectedState::DisabledApplication(call.application.clone())
}
pub(crate) fn disabled_service(call: &DisableServiceBackup) -> ExpectedState {
    ExpectedState::DisabledService(call.service.clone())
}
pub(crate) fn disabled_partition(call: &DisablePartitionBackup) -> ExpectedState {
    ExpectedState::DisabledPartition(call.partition)
}
pub(crate) fn backed_up(call: &BackupPartition) -> ExpectedState {
    ExpectedState::BackedUp(call.partition)
}
pub(crate) fn restored(call: &RestorePartition) -> ExpectedState {
    ExpectedState::Restored(call.partition)
}
pub(crate) fn unobservable(_: &SkipRestorePartition) -> ExpectedState {
    ExpectedState::Unobservable
}
