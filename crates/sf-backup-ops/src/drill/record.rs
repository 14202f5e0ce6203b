//! The result of a drill, as a line of the history.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sf_backup_proto::Timestamp;
use uuid::Uuid;

use super::Drill;
use crate::restore::{Condition, Line, Outcome, Plan};

/// A drill that has run. Serializes as one object of the history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DrillRecord {
    /// When it began, by the plan's clock.
    pub started_utc: Timestamp,
    /// When it was over, the probe included.
    pub ended_utc: Timestamp,
    /// The service whose backups were restored.
    pub service_name: String,
    /// The service that they were restored into.
    pub scratch_service_name: String,
    /// The requested time; `None` for the newest backups.
    pub at_utc: Option<Timestamp>,
    /// How it ended.
    pub outcome: DrillOutcome,
    /// Why it did not succeed.
    pub problem: Option<String>,
    /// Time from the first restore that was sent to the end of the last one.
    pub recovery_seconds: Option<u64>,
    /// The oldest of the restored data, as of the requested time.
    pub data_age_seconds: Option<u64>,
    /// The probe, if it ran.
    pub probe: Option<ProbeRecord>,
    /// The fingerprint of the plan: a drill that was interrupted keeps it.
    pub plan: String,
    /// Each partition of the scratch service.
    pub partitions: Vec<PartitionRecord>,
}

/// How a drill ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::IntoStaticStr)]
pub enum DrillOutcome {
    /// Everything was restored, and the probe, if there is one, has found nothing wrong.
    Succeeded,
    /// A partition has no backup, or its restore failed.
    RestoreFailed,
    /// Everything was restored, and the probe failed.
    ProbeFailed,
    /// A restore is still running, or its outcome is unknown: the next run resumes it.
    Unfinished,
}

/// A partition in a drill.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PartitionRecord {
    /// The partition of the scratch service.
    pub partition_id: Uuid,
    /// The partition that the backup was made of; `None` without a backup.
    pub source_partition_id: Option<Uuid>,
    /// The backup.
    pub backup_id: Option<Uuid>,
    /// When it was made.
    pub creation_time_utc: Option<Timestamp>,
    /// How much older its data is than the requested time, or than the drill.
    pub data_age_seconds: Option<u64>,
    /// How long its restore took.
    pub recovery_seconds: Option<u64>,
    /// The outcome of its restore, as `restore run` names it.
    pub outcome: String,
    /// What went wrong.
    pub problem: Option<String>,
}

/// How a probe ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ProbeRecord {
    /// Its exit code; `None` if it did not end by itself.
    pub exit_code: Option<i32>,
    /// How long it took.
    pub seconds: u64,
}

impl DrillRecord {
    /// What the restores came to, before the probe.
    pub fn of(drill: &Drill, plan: &Plan, lines: &[Line], ended: Timestamp) -> Self {
        let sources: BTreeMap<_, _> =
            plan.restores.iter().map(|one| (one.partition.id, one.point.partition())).collect();
        let asked = plan.at.unwrap_or(plan.created);
        let partition = |line: &Line| PartitionRecord {
            partition_id: line.partition.uuid(),
            source_partition_id: sources.get(&line.partition).map(|source| source.uuid()),
            backup_id: line.backup,
            creation_time_utc: line.created,
            data_age_seconds: line.created.map(|created| asked.since(created).as_secs()),
            recovery_seconds: line.started.zip(line.ended).map(|(from, to)| to.since(from).as_secs()),
            outcome: line.outcome.name().to_owned(),
            problem: line.problem(),
        };
        let partitions: Vec<PartitionRecord> = lines.iter().map(partition).collect();
        let times = |time: fn(&Line) -> Option<Timestamp>| lines.iter().filter_map(time);
        let span = times(|line| line.started).min().zip(times(|line| line.ended).max());
        let outcome = outcome(lines);
        let problem = match lines.iter().filter(|line| !is_good(line)).count() {
            0 => None,
            bad => Some(format!("{bad} of {} partitions were not restored", lines.len())),
        };
        Self {
            started_utc: plan.created,
            ended_utc: ended,
            service_name: drill.service.to_string(),
            scratch_service_name: drill.scratch.to_string(),
            at_utc: plan.at,
            outcome,
            problem,
            recovery_seconds: span.map(|(from, to)| to.since(from).as_secs()),
            data_age_seconds: partitions.iter().filter_map(|one| one.data_age_seconds).max(),
            probe: None,
            plan: plan.fingerprint(),
            partitions,
        }
    }

    /// The same with what a probe has found: `problem` if it did not succeed.
    #[must_use]
    pub fn probed(self, probe: ProbeRecord, problem: Option<String>, ended: Timestamp) -> Self {
        let outcome = if problem.is_some() { DrillOutcome::ProbeFailed } else { self.outcome };
        Self { outcome, problem, probe: Some(probe), ended_utc: ended, ..self }
    }

    /// How long it took altogether.
    pub fn duration(&self) -> Duration {
        self.ended_utc.since(self.started_utc)
    }
}

impl DrillOutcome {
    /// Its name, for programs.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether the drill has proved that the backups can be restored.
    pub fn is_success(self) -> bool {
        self == Self::Succeeded
    }
}

impl std::fmt::Display for DrillOutcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Succeeded => "succeeded",
            Self::RestoreFailed => "restore failed",
            Self::ProbeFailed => "probe failed",
            Self::Unfinished => "unfinished",
        })
    }
}

/// Reads a history: its records in order, and the numbers of the lines that are none, such as one that was cut off.
pub fn read_history(text: &str) -> (Vec<DrillRecord>, Vec<usize>) {
    let (mut records, mut damaged) = (Vec::new(), Vec::new());
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str(line) {
            Ok(record) => records.push(record),
            Err(_) => damaged.push(index + 1),
        }
    }
    (records, damaged)
}

/// The last record of each service, with the last one that succeeded.
pub fn latest(records: &[DrillRecord]) -> BTreeMap<&str, (&DrillRecord, Option<&DrillRecord>)> {
    let mut latest: BTreeMap<&str, (&DrillRecord, Option<&DrillRecord>)> = BTreeMap::new();
    for record in records {
        let before = latest.get(record.service_name.as_str()).and_then(|(_, success)| *success);
        let success = if record.outcome.is_success() { Some(record) } else { before };
        latest.insert(&record.service_name, (record, success));
    }
    latest
}

fn is_good(line: &Line) -> bool {
    line.outcome == Outcome::Restored && !matches!(line.condition, Some(Condition::NotReady(..)))
}

fn outcome(lines: &[Line]) -> DrillOutcome {
    let is_open = |line: &Line| matches!(line.outcome, Outcome::Unknown(_) | Outcome::UnderWay | Outcome::Stuck);
    if lines.iter().any(is_open) {
        DrillOutcome::Unfinished
    } else if lines.iter().all(is_good) {
        DrillOutcome::Succeeded
    } else {
        DrillOutcome::RestoreFailed
    }
}
