use crate::model::policy::BackupPolicyDescription;
use crate::name::{ApplicationId, PartitionId, PolicyName, ServiceId};

#[allow(unnameable_types)] // for the table only
/// The state that a change which must not be sent twice leads to.
#[derive(Debug, Clone, PartialEq)]
pub enum ExpectedState {
    /// A policy is stored, and equals this one.
    Stored(Box<BackupPolicyDescription>, Option<PolicyName>),
    /// A policy is deleted.
    Deleted(PolicyName),
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
    /// No response of the API shows it.
    Unobservable,
}
