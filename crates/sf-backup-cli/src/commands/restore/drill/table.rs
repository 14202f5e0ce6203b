//! Tables of drills.

use std::time::Duration;

use anstyle::{AnsiColor, Style};
use sf_backup_ops::drill::{DrillOutcome, DrillRecord, ProbeRecord};
use sf_backup_ops::duration;

use crate::output::render::age::minute;
use crate::output::render::table::Table;
use crate::output::render::table::cell::Cell;
use crate::output::render::table::describe::short;

/// The columns of the partitions of a drill.
pub(super) const PARTITION_COLUMNS: &[&str] =
    &["PARTITION", "BACKUP CREATED", "DATA AGE", "RECOVERY", "OUTCOME", "PROBLEM"];

/// The partitions of a drill.
pub(super) fn partitions(record: &DrillRecord) -> Table {
    let mut table = Table::new(PARTITION_COLUMNS).wrapping(&["PROBLEM"]).ids(&["PARTITION"]);
    for one in &record.partitions {
        table.row([
            one.partition_id.to_string().into(),
            one.creation_time_utc.map(minute).unwrap_or_default().into(),
            seconds(one.data_age_seconds),
            seconds(one.recovery_seconds),
            one.outcome.clone().into(),
            one.problem.clone().unwrap_or_default().into(),
        ]);
    }
    table
}

/// A line for each drill.
pub(super) fn drills(records: &[DrillRecord]) -> Table {
    let header = &["STARTED", "SERVICE", "OUTCOME", "PARTITIONS", "RECOVERY", "DATA AGE", "PROBE", "PROBLEM"];
    let mut table = Table::new(header).wrapping(&["PROBLEM"]).painted("OUTCOME", style).named(&["SERVICE"]);
    for record in records {
        table.row([
            minute(record.started_utc).into(),
            bare(&record.service_name).into(),
            record.outcome.to_string().into(),
            record.partitions.len().to_string().into(),
            seconds(record.recovery_seconds),
            seconds(record.data_age_seconds),
            record.probe.as_ref().map(probe).unwrap_or_default().into(),
            record.problem.clone().unwrap_or_default().into(),
        ]);
    }
    table
}

/// `Drill of Shop/Cart into Drill/Cart succeeded: 3 partitions restored in 12s, data up to 59m 8s old, probe passed.`
pub(super) fn summary(record: &DrillRecord) -> String {
    let mut text = format!(
        "Drill of {} into {} {}",
        bare(&record.service_name),
        bare(&record.scratch_service_name),
        match record.outcome {
            DrillOutcome::Succeeded => "succeeded",
            DrillOutcome::Unfinished => "is not finished",
            DrillOutcome::RestoreFailed | DrillOutcome::ProbeFailed => "failed",
        }
    );
    let count = match record.partitions.len() {
        1 => "1 partition".to_owned(),
        count => format!("{count} partitions"),
    };
    match &record.problem {
        Some(problem) => text.push_str(&format!(": {problem}")),
        None => text.push_str(&format!(": {count} restored")),
    }
    if let Some(took) = record.recovery_seconds {
        text.push_str(&format!(", recovery took {}", duration::measured(Duration::from_secs(took))));
    }
    if let Some(age) = record.data_age_seconds {
        text.push_str(&format!(", data up to {} old", duration::measured(Duration::from_secs(age))));
    }
    text
}

fn probe(probe: &ProbeRecord) -> String {
    match probe.exit_code {
        Some(0) => "passed".to_owned(),
        Some(code) => format!("exit code {code}"),
        None => "did not finish".to_owned(),
    }
}

/// A name from a history, which anyone may have written.
fn bare(name: &str) -> String {
    name.parse().map_or_else(|_| name.to_owned(), |service| short(&service))
}

fn seconds(seconds: Option<u64>) -> Cell {
    seconds.map(|seconds| Cell::duration(Duration::from_secs(seconds))).unwrap_or_default()
}

fn style(outcome: &str) -> Style {
    match outcome {
        "succeeded" => AnsiColor::Green.on_default(),
        "unfinished" => AnsiColor::Yellow.on_default(),
        _ => AnsiColor::Red.on_default().bold(),
    }
}
