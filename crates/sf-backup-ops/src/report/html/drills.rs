//! Whether drills have proved that the backups can be restored.

use maud::{Markup, html as markup};

use super::{Text, count};
use crate::drill::{DrillOutcome, DrillRecord, latest};

/// The last drill of each service; nothing without drills.
pub(super) fn drills(records: &[DrillRecord]) -> Markup {
    let latest = latest(records);
    markup! {
        @if !latest.is_empty() {
            section aria-labelledby="drills" {
                h2 id="drills" { "Restore drills" }
                @for (service, (last, success)) in latest { (drill(service, last, success)) }
            }
        }
    }
}

fn drill(service: &str, last: &DrillRecord, success: Option<&DrillRecord>) -> Markup {
    let (class, sign) = match last.outcome {
        DrillOutcome::Succeeded => ("protected", "✔"),
        DrillOutcome::Unfinished => ("unknown", "?"),
        DrillOutcome::RestoreFailed | DrillOutcome::ProbeFailed => ("failing", "✖"),
    };
    markup! {
        h3.name { (Text(service)) }
        p.states {
            span class=(format!("state {class}")) { span aria-hidden="true" { (sign) } " Drill " (last.outcome) }
            @if let Some(problem) = &last.problem { " " (Text(problem)) }
        }
        dl {
            dt { "Last drill" } dd { time datetime=(last.started_utc) { (last.started_utc) } }
            dt { "Last success" }
            dd { @if let Some(at) = success.map(|one| one.started_utc) { time datetime=(at) { (at) } } @else { "none" } }
            dt { "Restored into" } dd.name { (Text(&last.scratch_service_name)) }
            dt { "Recovery time" } dd { (seconds(last.recovery_seconds)) }
            dt { "Data age" } dd { (seconds(last.data_age_seconds)) }
            @if let Some(probe) = &last.probe {
                dt { "Probe" }
                dd {
                    @match probe.exit_code { Some(code) => { "exit code " (code) }, None => "did not finish" }
                    ", " (probe.seconds) " s"
                }
            }
        }
        details open[!last.outcome.is_success()] {
            summary { (count(last.partitions.len(), "partition")) }
            table {
                thead {
                    tr {
                        th scope="col" { "Partition" } th scope="col" { "Outcome" } th scope="col" { "Backup created" }
                        th scope="col" { "Data age" } th scope="col" { "Recovery time" }
                    }
                }
                tbody {
                    @for one in &last.partitions {
                        tr {
                            th scope="row" { span.id { (one.partition_id) } }
                            td { (Text(&one.outcome)) @if let Some(problem) = &one.problem { br; small { (Text(problem)) } } }
                            td {
                                span.label { "Backup created " }
                                @if let Some(at) = one.creation_time_utc { time datetime=(at) { (at) } } @else { "none" }
                            }
                            td { span.label { "Data age " } (seconds(one.data_age_seconds)) }
                            td { span.label { "Recovery time " } (seconds(one.recovery_seconds)) }
                        }
                    }
                }
            }
        }
    }
}

/// Formats seconds, or a dash.
fn seconds(seconds: Option<u64>) -> String {
    seconds.map_or_else(|| "–".to_owned(), |seconds| format!("{seconds} s"))
}
