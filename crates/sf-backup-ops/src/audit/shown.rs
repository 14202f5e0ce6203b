//! An audit as programs read it.

use serde::Serialize;

use super::{Assessment, Finding, Gap, State};

/// One object of the array that stands for an audit: a partition, or a part of the cluster whose partitions could not be read,
/// which has no `PartitionId`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Shown {
    application_name: Option<String>,
    service_name: Option<String>,
    partition_id: Option<String>,
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
    age_seconds: Option<u64>,
    expected_age_seconds: Option<u64>,
    backups: Option<usize>,
    chain_length: Option<usize>,
    findings: Vec<ShownFinding>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ShownFinding {
    finding: &'static str,
    message: String,
}

impl From<&Assessment> for Shown {
    fn from(assessed: &Assessment) -> Self {
        let Assessment { partition, state, reason, evidence, findings } = assessed;
        Self {
            application_name: Some(partition.application.to_string()),
            service_name: Some(partition.service.to_string()),
            partition_id: Some(partition.id.to_string()),
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
            age_seconds: evidence.age.map(|age| age.as_secs()),
            expected_age_seconds: evidence.expected_age.map(|age| age.as_secs()),
            backups: evidence.backups,
            chain_length: evidence.chain_length,
            findings: findings.iter().map(ShownFinding::from).collect(),
        }
    }
}

impl From<&Gap> for Shown {
    fn from(gap: &Gap) -> Self {
        Self {
            application_name: None,
            service_name: gap.entity.clone(),
            partition_id: None,
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
            age_seconds: None,
            expected_age_seconds: None,
            backups: None,
            chain_length: None,
            findings: Vec::new(),
        }
    }
}

impl From<&Finding> for ShownFinding {
    fn from(finding: &Finding) -> Self {
        Self { finding: finding.name(), message: finding.to_string() }
    }
}
