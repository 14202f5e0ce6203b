//! Every partition below its service and application.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, PreEscaped, html as markup};

use super::{Text, badge, count, last};
use crate::audit::{Assessment, Audit, State};
use crate::report::timeline::Window;

pub(super) fn coverage(audit: &Audit) -> Markup {
    let mut applications: BTreeMap<String, BTreeMap<String, Vec<&Assessment>>> = BTreeMap::new();
    for one in &audit.partitions {
        let services = applications.entry(one.partition.application.to_string()).or_default();
        services.entry(one.partition.service.to_string()).or_default().push(one);
    }
    let window = Window::of(audit);
    markup! {
        section aria-labelledby="coverage" {
            h2 id="coverage" { "Coverage" }
            @if let Some(from) = window.from() {
                p {
                    "Timelines show " time datetime=(from) { (from) } " to " time datetime=(audit.now) { (audit.now) }
                    ": a square is a full backup, a circle an incremental one, a cross one that cannot be restored; a dashed line "
                    "marks the time during which a backup was overdue."
                }
            }
            @for (application, services) in applications {
                h3.name { (Text(application)) }
                @for (name, partitions) in services { (service(&name, &partitions, window)) }
            }
        }
    }
}

fn service(name: &str, partitions: &[&Assessment], window: Window) -> Markup {
    let mut states: BTreeMap<State, usize> = BTreeMap::new();
    partitions.iter().for_each(|one| *states.entry(one.state).or_default() += 1);
    let is_well = states.keys().all(|state| *state >= State::Protected);
    let policies: BTreeSet<String> = partitions.iter().map(|one| policy(one)).collect();
    // If there is only one policy, it is named once for all partitions.
    let common = policies.first().filter(|_| policies.len() == 1);
    markup! {
        h4.name { (Text(name)) }
        p.states {
            @for (state, number) in states { (badge(state)) " " (number) " " }
            @if let Some(policy) = common { " · policy: " span.name { (Text(policy)) } }
        }
        details open[!is_well] {
            summary { (count(partitions.len(), "partition")) }
            table {
                thead {
                    tr {
                        th scope="col" { "Partition" } th scope="col" { "State" }
                        @if common.is_none() { th scope="col" { "Policy" } }
                        th scope="col" { "Last backup" }
                        th.axis scope="col" { span { "Backups" } (PreEscaped(window.axis())) }
                    }
                }
                tbody { @for one in partitions { (partition(one, common.is_none(), window)) } }
            }
        }
    }
}

fn partition(one: &Assessment, with_policy: bool, window: Window) -> Markup {
    let id = one.partition.id;
    markup! {
        tr id=(format!("p-{id}")) {
            th scope="row" { span.key { (Text(&one.partition.key)) } br; span.id { (id) } }
            td { (badge(one.state)) br; small { (Text(&one.reason)) } }
            @if with_policy { td.name { (Text(policy(one))) } }
            td { span.label { "Last backup " } (last(one)) }
            td { @if one.evidence.backups.is_some() { (PreEscaped(window.svg(one))) } @else { span.label { "Backups " } "not listed" } }
        }
    }
}

/// The effective policy, and the level at which it is enabled.
fn policy(one: &Assessment) -> String {
    match (&one.evidence.policy, &one.evidence.inherited_from) {
        (None, _) => "none".to_owned(),
        (Some(policy), None) => policy.clone(),
        (Some(policy), Some(level)) => format!("{policy} ({level})"),
    }
}
