//! Restore drills in the Prometheus text format.

use std::fmt::Write;

use super::escape::label;
use super::metrics::head;
use crate::drill::{DrillRecord, latest};

/// A gauge of a service's last drill, or last successful one: its name, its help text, and its value.
type Gauge = (&'static str, &'static str, fn(&DrillRecord, Option<&DrillRecord>) -> Option<f64>);

#[allow(clippy::cast_precision_loss)] // whole seconds of the next ten thousand years are exact
const GAUGES: &[Gauge] = &[
    (
        "sfbackup_drill_last_success_timestamp_seconds",
        "Time of the last restore drill that succeeded, in seconds since 1970; absent if none has.",
        |_, success| Some(success?.started_utc.unix() as f64),
    ),
    ("sfbackup_drill_timestamp_seconds", "Time of the last restore drill, in seconds since 1970.", |last, _| {
        Some(last.started_utc.unix() as f64)
    }),
    ("sfbackup_drill_success", "Whether the last restore drill succeeded.", |last, _| {
        Some(f64::from(u8::from(last.outcome.is_success())))
    }),
    ("sfbackup_drill_duration_seconds", "Duration of the last restore drill, including its probe.", |last, _| {
        Some(last.duration().as_secs_f64())
    }),
    ("sfbackup_drill_recovery_seconds", "Duration of the restores of the last restore drill.", |last, _| {
        Some(last.recovery_seconds? as f64)
    }),
    ("sfbackup_drill_data_age_seconds", "Age of the oldest data that the last restore drill restored.", |last, _| {
        Some(last.data_age_seconds? as f64)
    }),
];

/// The last drill of each service in the Prometheus text format, with the labels of [`metrics`](super::metrics()).
pub fn drill_metrics(records: &[DrillRecord], cluster: &str) -> String {
    let latest = latest(records);
    let mut text = String::new();
    if latest.is_empty() {
        return text;
    }
    for (name, help, value) in GAUGES {
        head(&mut text, name, help);
        for (service, (last, success)) in &latest {
            if let Some(value) = value(last, *success) {
                let labels = format!("cluster=\"{}\",service=\"{}\"", label(cluster), label(service));
                let _ = writeln!(text, "{name}{{{labels}}} {value}");
            }
        }
    }
    text
}
