//! The JSON form of an audit.

use serde::Serialize;

use super::{Assessment, Audit, BackupEvent, Clock, Finding, Gap, State};

/// One object of the JSON array for an audit: a partition, or, without `PartitionId`, a part of the cluster that could
/// not be read.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PartitionView {
    application_name: Option<String>,
    service_name: Option<String>,
    partition_id: Option<String>,
    partition_name: Option<String>,
    partition_key: Option<String>,
    state: &'static str,
    reason: String,
    reason_code: &'static str,
    policy_name: Option<String>,
    policy_inherited_from: Option<String>,
    suspension_inherited_from: Option<String>,
    last_success_utc: Option<String>,
    newest_restore_point_utc: Option<String>,
    due_utc: Option<String>,
    /// When it was assessed, and by which clock.
    seen_utc: Option<String>,
    clock: &'static str,
    clock_offset_seconds: Option<i64>,
    age_seconds: Option<u64>,
    expected_age_seconds: Option<u64>,
    backups: Option<usize>,
    backups_since_utc: Option<String>,
    chain_length: Option<usize>,
    partition_status: Option<String>,
    health_state: Option<String>,
    /// Why periodic backups fail, according to the partition's health.
    cause: Option<CauseView>,
    findings: Vec<FindingView>,
}

/// The JSON form of the reason why periodic backups fail.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CauseView {
    message: String,
    code: Option<String>,
    reported_utc: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct FindingView {
    finding: &'static str,
    message: String,
}

impl PartitionView {
    /// Creates the objects: one per partition, then one per part that could not be read.
    pub fn of(audit: &Audit) -> impl Iterator<Item = (State, Self)> {
        let partitions = audit.partitions.iter().map(|one| (one.state, Self::partition(one, audit.clock)));
        partitions.chain(audit.gaps.iter().map(|gap| (State::Unknown, Self::gap(gap, audit))))
    }

    fn partition(assessed: &Assessment, clock: Clock) -> Self {
        let Assessment { partition, state, reason, evidence, findings } = assessed;
        Self {
            application_name: Some(partition.application.to_string()),
            service_name: Some(partition.service.to_string()),
            partition_id: Some(partition.id.to_string()),
            partition_name: Some(partition.name.clone()),
            partition_key: Some(partition.key.to_string()),
            state: state.name(),
            reason: reason.to_string(),
            reason_code: reason.name(),
            policy_name: evidence.policy.clone(),
            policy_inherited_from: evidence.inherited_from.as_ref().map(ToString::to_string),
            suspension_inherited_from: evidence.suspended.as_ref().map(ToString::to_string),
            last_success_utc: evidence.last_success.map(|at| at.to_string()),
            newest_restore_point_utc: evidence.newest_point.map(|at| at.to_string()),
            due_utc: evidence.due.map(|at| at.to_string()),
            seen_utc: evidence.seen.map(|at| at.to_string()),
            clock: clock.name(),
            clock_offset_seconds: clock.ahead(),
            age_seconds: evidence.age.map(|age| age.as_secs()),
            expected_age_seconds: evidence.expected_age.map(|age| age.as_secs()),
            backups: evidence.backups,
            backups_since_utc: evidence.since.map(|at| at.to_string()),
            chain_length: evidence.chain_length,
            partition_status: partition.condition.status.as_ref().map(ToString::to_string),
            health_state: partition.condition.health.as_ref().map(ToString::to_string),
            cause: evidence.failing.as_ref().map(CauseView::from),
            findings: findings.iter().map(FindingView::from).collect(),
        }
    }

    fn gap(gap: &Gap, audit: &Audit) -> Self {
        Self {
            application_name: None,
            service_name: gap.entity.clone(),
            partition_id: None,
            partition_name: None,
            partition_key: None,
            state: State::Unknown.name(),
            reason: gap.unread.message.clone(),
            reason_code: "Unread",
            policy_name: None,
            policy_inherited_from: None,
            suspension_inherited_from: None,
            last_success_utc: None,
            newest_restore_point_utc: None,
            due_utc: None,
            seen_utc: Some(audit.now.to_string()),
            clock: audit.clock.name(),
            clock_offset_seconds: audit.clock.ahead(),
            age_seconds: None,
            expected_age_seconds: None,
            backups: None,
            backups_since_utc: None,
            chain_length: None,
            partition_status: None,
            health_state: None,
            cause: None,
            findings: Vec::new(),
        }
    }
}

impl Clock {
    /// The name, for programs.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Seconds that the cluster is ahead; `None` if it returns no time.
    pub fn ahead(self) -> Option<i64> {
        match self {
            Self::Local => None,
            Self::Cluster { ahead } => Some(ahead),
        }
    }
}

impl From<&BackupEvent> for CauseView {
    fn from(event: &BackupEvent) -> Self {
        Self {
            message: event.message.clone(),
            code: event.code.clone(),
            reported_utc: event.at.map(|at| at.to_string()),
        }
    }
}

impl From<&Finding> for FindingView {
    fn from(finding: &Finding) -> Self {
        Self { finding: finding.name(), message: finding.to_string() }
    }
}
