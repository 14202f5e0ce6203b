use crate::model::policy::BackupPolicyDescription;
use crate::name::{ApplicationId, PartitionId, PolicyName, ServiceId};

/// The state after a change that must not be repeated. It is verified if the response is lost.
#[derive(Debug, Clone, PartialEq)]
pub enum ExpectedState {
    /// A policy is stored, and equals this one.
    Stored(Box<BackupPolicyDescription>, Option<PolicyName>),
    /// A policy is deleted.
    Deleted(PolicyName),
    /// Backup is not enabled directly on this application.
    DisabledApplication(ApplicationId),
    /// Backup is not enabled directly on this service.
    DisabledService(ServiceId),
    /// Backup is not enabled directly on this partition.
    DisabledPartition(PartitionId),
    /// A backup of the partition was started since the baseline.
    BackedUp(PartitionId),
    /// A restore of the partition was started since the baseline.
    Restored(PartitionId),
    /// No response of the API shows the state.
    Unobservable,
}
