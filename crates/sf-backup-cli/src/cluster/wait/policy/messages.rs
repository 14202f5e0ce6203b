//! Messages about a policy that is taking effect.

use serde_json::json;

use crate::cluster::bulk::OutcomeName;
use crate::cluster::calls::names;
use crate::cluster::wait::ending::Ending;
use crate::cluster::wait::protection::{Protection, RolloutStatus};
use crate::cluster::wait::wait_target::ProgressSnapshot;
use crate::output::exit::Exit;
use crate::output::failure::Report;
use crate::output::ordered_json::OrderedJson;
use crate::output::render::table::Record;

pub(super) fn sight(policy: &str, first_backup: bool, protection: &Protection) -> ProgressSnapshot {
    let overridden = protection.named(|effective| matches!(effective, RolloutStatus::Overridden { .. }));
    let suspended = protection.named(is_suspended);
    let missing = protection.named(|effective| matches!(effective, RolloutStatus::Waiting | RolloutStatus::Awaiting));
    let ready = protection.count(|effective| *effective == RolloutStatus::Ready);
    let all = protection.partitions().count();
    let what = if first_backup { "backed up" } else { "in effect" };
    let mut state = format!("{ready} of {all} {what}");
    for (some, word) in [(&overridden, "under another policy"), (&suspended, "suspended")] {
        if !some.is_empty() {
            state.push_str(&format!(", {} {word}", some.len()));
        }
    }
    let progress = json!({ "PolicyName": policy, "Partitions": all, "Ready": ready, "Missing": missing,
        "Overridden": overridden, "Suspended": suspended });
    let some = |names_of: &[String]| (!names_of.is_empty()).then(|| format!("{}: {}", names_of.len(), names(names_of)));
    let hint = (!suspended.is_empty()).then(|| no_backup_comes(&suspended));
    ProgressSnapshot {
        record: Some(
            Record::default()
                .with("Policy", Some(policy))
                .with("Partitions", Some(all))
                .with(if first_backup { "Backed up" } else { "In effect" }, Some(ready))
                .prose("Missing", some(&missing))
                .prose(
                    "Under another policy",
                    some(&described(protection, |effective| match effective {
                        RolloutStatus::Overridden { by } => Some(by),
                        _ => None,
                    })),
                )
                .prose(
                    "Suspended",
                    some(&described(protection, |effective| match effective {
                        RolloutStatus::Suspended { on } => Some(on),
                        _ => None,
                    })),
                ),
        ),
        missing: (!missing.is_empty()).then(|| format!("not {what} yet: {}", names(&missing))),
        progress: OrderedJson::of(&progress).ok(),
        state,
        lsn: None,
        hint,
    }
}

/// Partitions, each with a remark.
fn described(protection: &Protection, remark: impl Fn(&RolloutStatus) -> Option<&String>) -> Vec<String> {
    let partitions = protection.partitions();
    partitions.filter_map(|(partition, effective)| Some(format!("{partition} ({})", remark(effective)?))).collect()
}

fn no_backup_comes(suspended: &[String]) -> String {
    format!("backups are suspended: {}; 'partition config' shows where, 'resume' there resumes them", names(suspended))
}

pub(super) fn ending(entity: &str, protection: &Protection) -> Ending {
    let suspended = protection.named(is_suspended);
    if suspended.is_empty() {
        return Ending::done();
    }
    let problem = format!("{entity}: the policy is enabled, but backups of partitions are suspended");
    let report = Report::about("suspended", entity, problem, Some(no_backup_comes(&suspended)));
    Ending::new(OutcomeName::Failed, Exit::Conflict, Some(report))
}

fn is_suspended(effective: &RolloutStatus) -> bool {
    matches!(effective, RolloutStatus::Suspended { .. })
}
