//! The cluster's report about a partition: whether it is usable, and whether its periodic backups fail.

use std::fmt;

use sf_backup_proto::model::inventory::{
    HealthEvent, HealthState, PartitionHealth, PartitionStatus, ServicePartitionInfo,
};
use sf_backup_proto::{FabricErrorCode, Timestamp};

use crate::advice::CodeAdvice;

/// The condition of a partition, from the cluster's list of partitions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Condition {
    /// Whether it is usable.
    pub status: Option<PartitionStatus>,
    /// Its health state.
    pub health: Option<HealthState>,
    /// The data loss number of its current epoch.
    pub data_loss: Option<i64>,
    /// Whether it waits for a restore after data loss.
    pub waits_for_restore: bool,
}

/// A problem of a partition, apart from its backups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[non_exhaustive]
pub enum Trouble {
    /// Too many replicas are down: data may be lost.
    InQuorumLoss,
    /// Data was lost and must be restored.
    WaitingForRestore,
    /// Not enough replicas are up for writes.
    NotReady,
    /// Replicas are changing roles for longer than they should.
    ReconfiguringLong,
    /// Replicas are changing roles, as they do normally.
    Reconfiguring,
    /// It is being deleted.
    Deleting,
    /// The health store reports an error.
    Unhealthy,
}

/// The health event in which replicas report failed periodic backups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupEvent {
    /// The message, with the name of its HRESULT if known.
    pub message: String,
    /// The HRESULT in the message, as `explain` accepts it.
    pub code: Option<String>,
    /// The time of the report.
    pub at: Option<Timestamp>,
}

/// The source of reports about backups and restores.
const SOURCE: &str = "System.BackupRestoreManager";
/// The property of reports about periodic backups.
const BACKUP: &str = "Backup";

impl Condition {
    /// Reads an item of the cluster's list of partitions.
    pub fn of(info: &ServicePartitionInfo) -> Self {
        Self {
            status: info.partition_status.clone(),
            health: info.health_state.clone(),
            data_loss: info.current_configuration_epoch.as_ref().and_then(|epoch| epoch.data_loss_version),
            waits_for_restore: false,
        }
    }

    /// Adds the partition's health. A partition that is not ready and has a report about a restore is waiting for one.
    #[must_use]
    pub fn with(mut self, health: &PartitionHealth) -> Self {
        let waits = |event: &HealthEvent| {
            is_of_manager(event)
                && is_bad(event)
                && !event.property.as_deref().is_some_and(|property| property.eq_ignore_ascii_case(BACKUP))
                && [&event.property, &event.description]
                    .into_iter()
                    .flatten()
                    .any(|text| text.to_ascii_lowercase().contains("restore"))
        };
        self.waits_for_restore |= !self.is_up() && health.health_events.iter().flatten().any(waits);
        self
    }

    /// Adds the data loss number of the newest backup. A partition that is not ready, has lost data since that backup
    /// and is not being restored is waiting for a restore.
    #[must_use]
    pub fn with_backups(mut self, data_loss: Option<i64>, restoring: bool) -> Self {
        let lost = self.data_loss.zip(data_loss).is_some_and(|(now, then)| now > then);
        self.waits_for_restore = (self.waits_for_restore || (lost && !self.is_up())) && !restoring;
        self
    }

    fn is_up(&self) -> bool {
        matches!(self.status, None | Some(PartitionStatus::Ready))
    }

    /// Whether its health must be read to find the cause.
    pub fn is_unwell(&self) -> bool {
        matches!(self.health, Some(HealthState::Warning | HealthState::Error)) || self.trouble().is_some()
    }

    /// The problem of the partition, if there is one.
    pub fn trouble(&self) -> Option<Trouble> {
        let unwell = matches!(self.health, Some(HealthState::Warning | HealthState::Error));
        match &self.status {
            Some(PartitionStatus::InQuorumLoss) => Some(Trouble::InQuorumLoss),
            _ if self.waits_for_restore => Some(Trouble::WaitingForRestore),
            Some(PartitionStatus::NotReady) => Some(Trouble::NotReady),
            // The cluster warns when it takes too long.
            Some(PartitionStatus::Reconfiguring) if unwell => Some(Trouble::ReconfiguringLong),
            Some(PartitionStatus::Reconfiguring) => Some(Trouble::Reconfiguring),
            Some(PartitionStatus::Deleting) => Some(Trouble::Deleting),
            _ => (self.health == Some(HealthState::Error)).then_some(Trouble::Unhealthy),
        }
    }
}

impl Trouble {
    /// Whether the partition is unusable.
    pub fn is_unavailable(self) -> bool {
        matches!(self, Self::InQuorumLoss | Self::WaitingForRestore | Self::NotReady | Self::ReconfiguringLong)
    }

    /// The name, for programs.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InQuorumLoss => "the partition is in quorum loss: too many of its replicas are down",
            Self::WaitingForRestore => "the partition has lost data and waits for a restore",
            Self::NotReady => "the partition is not ready: too few of its replicas are up to write",
            Self::ReconfiguringLong => {
                "the partition has been reconfiguring for too long, or waits for a restore after data loss"
            }
            Self::Reconfiguring => "the partition is reconfiguring",
            Self::Deleting => "the partition is being deleted",
            Self::Unhealthy => "the cluster reports an error in the health of the partition",
        })
    }
}

impl BackupEvent {
    /// Returns the event of a failed backup, if there is one.
    pub fn of(health: &PartitionHealth) -> Option<Self> {
        let events = health.health_events.iter().flatten();
        let failed = events.filter(|event| is_of_manager(event) && is_bad(event));
        let event = failed.max_by_key(|event| event.source_utc_timestamp)?;
        let details = event.description.clone().filter(|details| !details.trim().is_empty());
        let details = details.unwrap_or_else(|| format!("{SOURCE} reports a problem without details"));
        let code = hresult(&details);
        let message = match code.as_ref().and_then(|(_, code)| CodeAdvice::of(code)) {
            Some(advice) => format!("{details} ({}: {})", advice.name, advice.meaning),
            None => details,
        };
        let code = code.map(|(hresult, _)| format!("0x{hresult:08X}"));
        Some(Self { message, code, at: event.source_utc_timestamp })
    }
}

/// The first HRESULT in a text, such as `0x80071C7D` or `-2147017603`.
fn hresult(text: &str) -> Option<(u32, FabricErrorCode)> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let mut numbers = words.filter_map(|word| {
        let hex = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X"));
        match hex {
            Some(digits) => u32::from_str_radix(digits, 16).ok(),
            // The form in which .NET prints it.
            None => word.parse::<i32>().ok().filter(|number| *number < 0).map(i32::cast_unsigned),
        }
    });
    let failure = numbers.find(|number| *number >= 0x8000_0000)?;
    Some((failure, FabricErrorCode::from_hresult(failure)))
}

fn is_of_manager(event: &HealthEvent) -> bool {
    event.source_id.as_deref().is_some_and(|source| source.eq_ignore_ascii_case(SOURCE))
}

fn is_bad(event: &HealthEvent) -> bool {
    matches!(event.health_state, Some(HealthState::Warning | HealthState::Error))
}
