//! The result of a drill, as a line of the history file.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sf_backup_proto::Timestamp;
use uuid::Uuid;

use super::Drill;
use crate::restore::{Condition, Line, Outcome, Plan};

/// The record of a drill. Serializes as one object of the history file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DrillRecord {
    /// When it started, by the plan's clock.
    pub started_utc: Timestamp,
    /// When it ended, including the probe.
    pub ended_utc: Timestamp,
    /// The service whose backups were restored.
    pub service_name: String,
    /// The service that was overwritten.
    pub scratch_service_name: String,
    /// The requested time; `None` for the newest backups.
    pub at_utc: Option<Timestamp>,
    /// How it ended.
    pub outcome: DrillOutcome,
    /// Why it did not succeed.
    pub problem: Option<String>,
    /// Time from the first restore to the end of the last one, in seconds.
    pub recovery_seconds: Option<u64>,
    /// Age of the oldest restored data at the requested time, in seconds.
    pub data_age_seconds: Option<u64>,
    /// The probe, if it ran.
    pub probe: Option<ProbeRecord>,
    /// The fingerprint of the plan, which an interrupted drill keeps.
    pub plan: String,
    /// The partitions of the scratch service.
    pub partitions: Vec<PartitionRecord>,
}

/// How a drill ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::IntoStaticStr)]
pub enum DrillOutcome {
    /// Everything was restored, and the probe, if there is one, found no problem.
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
    /// The partition whose backup was restored; `None` without a backup.
    pub source_partition_id: Option<Uuid>,
    /// The id of the backup.
    pub backup_id: Option<Uuid>,
    /// The creation time of the backup.
    pub creation_time_utc: Option<Timestamp>,
    /// Age of its data at the requested time, or at the time of the drill, in seconds.
    pub data_age_seconds: Option<u64>,
    /// Duration of its restore, in seconds.
    pub recovery_seconds: Option<u64>,
    /// The outcome of its restore, as `restore run` names it.
    pub outcome: String,
    /// The error.
    pub problem: Option<String>,
}

/// The result of a probe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ProbeRecord {
    /// The exit code; `None` if it was killed.
    pub exit_code: Option<i32>,
    /// Its duration in seconds.
    pub seconds: u64,
}

impl DrillRecord {
    /// Creates the record after the restores, before the probe.
    pub fn of(drill: &Drill, plan: &Plan, lines: &[Line], ended: Timestamp) -> Self {
        let sources: BTreeMap<_, _> =
            plan.restores.iter().map(|one| (one.partition.id, one.point.partition())).collect();
        let as_of = plan.at.unwrap_or(plan.created);
        let partition = |line: &Line| PartitionRecord {
            partition_id: line.partition.uuid(),
            source_partition_id: sources.get(&line.partition).map(|source| source.uuid()),
            backup_id: line.backup,
            creation_time_utc: line.created,
            data_age_seconds: line.created.map(|created| as_of.since(created).as_secs()),
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

    /// Adds the result of the probe: `problem` if it did not succeed.
    #[must_use]
    pub fn probed(self, probe: ProbeRecord, problem: Option<String>, ended: Timestamp) -> Self {
        let outcome = if problem.is_some() { DrillOutcome::ProbeFailed } else { self.outcome };
        Self { outcome, problem, probe: Some(probe), ended_utc: ended, ..self }
    }

    /// The duration of the whole drill.
    pub fn duration(&self) -> Duration {
        self.ended_utc.since(self.started_utc)
    }
}

impl DrillOutcome {
    /// The name, for programs.
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

/// Reads a history: its records in order, and the numbers of invalid lines, such as a truncated one.
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

/// The last record of each service, and the last successful one.
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
