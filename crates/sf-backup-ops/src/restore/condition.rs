//! The condition of a partition after its restore.

use sf_backup_proto::model::inventory::{HealthState, PartitionStatus, ServicePartitionInfo};

/// The condition of a partition after a successful restore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Ready, and not in error.
    Ready,
    /// Restored but not usable: the `PartitionStatus`, and the `HealthState` if it is worse than `Warning`.
    NotReady(String, Option<String>),
    /// Could not be read, for this reason.
    Unknown(String),
}

impl Condition {
    /// Reads an item of the cluster's list of partitions.
    pub fn of(info: &ServicePartitionInfo) -> Self {
        let status = info.partition_status.as_ref().filter(|status| **status != PartitionStatus::Invalid);
        let error = info.health_state.as_ref().filter(|state| **state == HealthState::Error);
        match status {
            None => Self::Unknown("the cluster does not report its status".to_owned()),
            Some(PartitionStatus::Unknown(status)) => {
                Self::Unknown(format!("the cluster reports an unknown status: {}", status.as_str()))
            }
            Some(PartitionStatus::Ready) if error.is_none() => Self::Ready,
            Some(status) => Self::NotReady(status.to_string(), error.map(ToString::to_string)),
        }
    }

    /// The `PartitionStatus`, if known.
    pub fn status(&self) -> Option<&str> {
        match self {
            Self::Ready => Some("Ready"),
            Self::NotReady(status, _) => Some(status),
            Self::Unknown(_) => None,
        }
    }

    /// What is wrong with the partition, if known.
    pub fn problem(&self) -> Option<String> {
        match self {
            Self::Ready | Self::Unknown(_) => None,
            Self::NotReady(status, health) => {
                let health = health.as_ref().map(|health| format!(", its health is {health}")).unwrap_or_default();
                Some(format!("restored, but not usable: its status is {status}{health}"))
            }
        }
    }
}
