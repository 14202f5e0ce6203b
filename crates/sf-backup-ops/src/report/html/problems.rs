//! The problems: each cause once, with its partitions.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html as markup};

use super::{Text, badge, count, last};
use crate::audit::{Assessment, Audit, Reason, State};

/// Up to this many partitions are listed; more are collapsed.
const OPEN: usize = 3;

pub(super) fn problems(audit: &Audit) -> Markup {
    let causes = by_cause(audit);
    let mut gaps: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for gap in &audit.gaps {
        gaps.entry(&gap.unread.message).or_default().push(gap.name());
    }
    markup! {
        section aria-labelledby="problems" {
            h2 id="problems" { "Needs attention" }
            @if causes.is_empty() && gaps.is_empty() { p { "Nothing." } }
            ul.causes {
                @for (state, cause, partitions) in causes {
                    li { p.cause { (badge(state)) " " (Text(cause)) } (members(&partitions)) }
                }
                @for (message, entities) in gaps {
                    li {
                        p.cause { (badge(State::Unknown)) " " (Text(message)) }
                        details open[entities.len() <= OPEN] {
                            summary { (count(entities.len(), "part")) " of the cluster" }
                            ul { @for entity in entities { li.name { (Text(entity)) } } }
                        }
                    }
                }
            }
        }
    }
}

/// The partitions of each cause, in the order of the worst of them. A partition can have a cause of its own.
fn by_cause(audit: &Audit) -> Vec<(State, String, Vec<&Assessment>)> {
    let mut causes: Vec<(State, String, Vec<&Assessment>)> = Vec::new();
    let mut places: BTreeMap<(State, String), usize> = BTreeMap::new();
    for one in audit.partitions.iter().filter(|one| one.state < State::Protected) {
        let cause = cause(&one.reason);
        let place = *places.entry((one.state, cause.clone())).or_insert(causes.len());
        match causes.get_mut(place) {
            Some((_, _, partitions)) => partitions.push(one),
            None => causes.push((one.state, cause, vec![one])),
        }
    }
    causes
}

pub(super) fn findings(audit: &Audit) -> Markup {
    let mut findings: BTreeMap<(&str, String), Vec<&Assessment>> = BTreeMap::new();
    for one in &audit.partitions {
        for finding in &one.findings {
            findings.entry((finding.name(), finding.to_string())).or_default().push(one);
        }
    }
    markup! {
        section aria-labelledby="findings" {
            h2 id="findings" { "Other findings" }
            @if findings.is_empty() { p { "None." } }
            ul.causes {
                @for ((kind, message), partitions) in findings {
                    li { p.cause { b { (kind) } " " (Text(message)) } (members(&partitions)) }
                }
            }
        }
    }
}

/// Lists partitions with the same problem.
fn members(partitions: &[&Assessment]) -> Markup {
    let services: BTreeSet<String> = partitions.iter().map(|one| one.partition.service.to_string()).collect();
    markup! {
        details open[partitions.len() <= OPEN] {
            summary {
                (count(partitions.len(), "partition")) " of "
                @match services.first() {
                    Some(only) if services.len() == 1 => span.name { (Text(only)) },
                    _ => (count(services.len(), "service")),
                }
            }
            ul.members {
                @for one in partitions {
                    @let id = one.partition.id;
                    li {
                        @if services.len() > 1 { span.name { (Text(&one.partition.service)) } " " }
                        span.key { (Text(&one.partition.key)) } " "
                        a.id href=(format!("#p-{id}")) { (id) } " "
                        span.when { "last backup " (last(one)) }
                        @if let Some(due) = one.evidence.due.filter(|_| one.state < State::Protected) {
                            " " span.when { "due by " time datetime=(due) { (due) } }
                        }
                    }
                }
            }
        }
    }
}

/// A reason without its time, which differs between partitions, so that equal causes are combined.
fn cause(reason: &Reason) -> String {
    match reason {
        Reason::Overdue { .. } => "The next backup is overdue".to_owned(),
        Reason::ScheduleChanged { .. } => {
            "The schedule was probably changed; the next backup is not due yet".to_owned()
        }
        Reason::NoBackupYet { expected: Some(_), storage: None } => {
            "No backup yet; the first is not due yet".to_owned()
        }
        Reason::NoBackupYet { expected: Some(_), storage: Some(message) } => {
            format!("No backup yet; if backups should exist, the share is unreadable: {message}")
        }
        Reason::NotRestorable(Some(_)) => "Backups are made, but the newest cannot be restored".to_owned(),
        reason => reason.to_string(),
    }
}
