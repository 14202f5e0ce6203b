//! The Prometheus text format.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::escape::label;
use crate::audit::{Assessment, Audit, State};

/// A gauge of each partition: its name, its help text, and its value.
type Gauge = (&'static str, &'static str, fn(&Assessment) -> Option<f64>);

const GAUGES: &[Gauge] = &[
    (
        "sfbackup_last_success_timestamp_seconds",
        "Time of the newest backup, in seconds since 1970.",
        #[allow(clippy::cast_precision_loss)] // whole seconds of the next ten thousand years are exact
        |one| Some(one.evidence.last_success?.unix() as f64),
    ),
    (
        "sfbackup_expected_age_seconds",
        "Maximum age of the newest backup by its policy's schedule, including the grace period.",
        |one| Some(one.evidence.expected_age?.as_secs_f64()),
    ),
    ("sfbackup_age_seconds", "Age of the newest backup when the cluster was read.", |one| {
        Some(one.evidence.age?.as_secs_f64())
    }),
    ("sfbackup_suspended", "Whether backups are suspended; absent where no policy is in effect.", |one| {
        one.evidence.policy.as_ref().map(|_| f64::from(u8::from(one.evidence.suspended.is_some())))
    }),
    (
        "sfbackup_chain_length",
        "Number of backups in the newest chain.",
        #[allow(clippy::cast_precision_loss)]
        |one| Some(one.evidence.chain_length? as f64),
    ),
    (
        "sfbackup_backups",
        "Number of backups.",
        #[allow(clippy::cast_precision_loss)]
        |one| Some(one.evidence.backups? as f64),
    ),
];

/// Renders an audit in the Prometheus text format. Every series has the name of the cluster as its label `cluster`. The
/// state of a partition is one series with the value 1.
pub fn metrics(audit: &Audit, cluster: &str) -> String {
    let mut text = String::new();
    let cluster = format!("cluster=\"{}\"", label(cluster));
    let labels: Vec<String> = audit.partitions.iter().map(|one| format!("{cluster},{}", labels(one))).collect();
    for (name, help, value) in GAUGES {
        head(&mut text, name, help);
        for (one, labels) in audit.partitions.iter().zip(&labels) {
            if let Some(value) = value(one) {
                let _ = writeln!(text, "{name}{{{labels}}} {value}");
            }
        }
    }
    head(&mut text, "sfbackup_state", "The state of a partition, by label; the value is 1.");
    for (one, labels) in audit.partitions.iter().zip(&labels) {
        let _ = writeln!(text, "sfbackup_state{{{labels},state=\"{}\"}} 1", one.state);
    }
    head(&mut text, "sfbackup_partitions", "Number of partitions in each state.");
    let summary = audit.summary();
    for state in State::ALL {
        let _ = writeln!(text, "sfbackup_partitions{{{cluster},state=\"{state}\"}} {}", summary.count(state));
    }
    head(&mut text, "sfbackup_unread_parts", "Number of parts of the cluster that could not be read.");
    let _ = writeln!(text, "sfbackup_unread_parts{{{cluster}}} {}", audit.gaps.len());
    head(&mut text, "sfbackup_findings", "Number of other findings, by kind.");
    let mut findings: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in audit.partitions.iter().flat_map(|one| &one.findings) {
        *findings.entry(finding.name()).or_default() += 1;
    }
    for (finding, count) in findings {
        let _ = writeln!(text, "sfbackup_findings{{{cluster},finding=\"{finding}\"}} {count}");
    }
    text
}

pub(super) fn head(text: &mut String, name: &str, help: &str) {
    let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n");
}

fn labels(one: &Assessment) -> String {
    let partition = &one.partition;
    let (application, service) = (partition.application.to_string(), partition.service.to_string());
    format!("app=\"{}\",service=\"{}\",partition=\"{}\"", label(&application), label(&service), partition.id)
}
