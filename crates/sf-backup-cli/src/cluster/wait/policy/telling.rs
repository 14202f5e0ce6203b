//! What is told of a policy that takes effect.

use serde_json::json;

use crate::cluster::bulk::Word;
use crate::cluster::calls::names;
use crate::cluster::wait::ending::Ending;
use crate::cluster::wait::protection::{Protection, Standing};
use crate::cluster::wait::watch::Sight;
use crate::output::exit::Exit;
use crate::output::failure::Report;
use crate::output::render::table::Sheet;
use crate::output::written::Written;

pub(super) fn sight(policy: &str, first_backup: bool, protection: &Protection) -> Sight {
    let overridden = protection.named(|standing| matches!(standing, Standing::Overridden { .. }));
    let suspended = protection.named(is_suspended);
    let missing = protection.named(|standing| matches!(standing, Standing::Waiting | Standing::Awaiting));
    let ready = protection.count(|standing| *standing == Standing::Ready);
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
    Sight {
        sheet: Some(
            Sheet::default()
                .with("Policy", Some(policy))
                .with("Partitions", Some(all))
                .with(if first_backup { "Backed up" } else { "In effect" }, Some(ready))
                .prose("Missing", some(&missing))
                .prose(
                    "Under another policy",
                    some(&described(protection, |standing| match standing {
                        Standing::Overridden { by } => Some(by),
                        _ => None,
                    })),
                )
                .prose(
                    "Suspended",
                    some(&described(protection, |standing| match standing {
                        Standing::Suspended { on } => Some(on),
                        _ => None,
                    })),
                ),
        ),
        missing: (!missing.is_empty()).then(|| format!("not {what} yet: {}", names(&missing))),
        progress: Written::of(&progress),
        state,
        lsn: None,
        hint,
    }
}

/// Partitions, each with what is said of it.
fn described(protection: &Protection, said: impl Fn(&Standing) -> Option<&String>) -> Vec<String> {
    let partitions = protection.partitions();
    partitions.filter_map(|(partition, standing)| Some(format!("{partition} ({})", said(standing)?))).collect()
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
    Ending::new(Word::Failed, Exit::Conflict, Some(report))
}

fn is_suspended(standing: &Standing) -> bool {
    matches!(standing, Standing::Suspended { .. })
}
