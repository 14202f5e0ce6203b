//! Metrics about the readings of the cluster.

use std::fmt::Write;
use std::time::Duration;

use sf_backup_ops::report::label;
use sf_backup_proto::Timestamp;

/// The outcomes of the attempts to read the cluster.
#[derive(Debug)]
pub(super) struct Health {
    /// The interval, if it is read repeatedly.
    interval: Option<Duration>,
    /// The name of the cluster, for a label.
    cluster: String,
    /// The last successful attempt: its start and duration.
    good: Option<(Timestamp, Duration)>,
    /// Whether the last attempt succeeded.
    well: bool,
    failures: u64,
}

impl Health {
    pub(super) fn new(interval: Option<Duration>, cluster: String) -> Self {
        Self { interval, cluster, good: None, well: false, failures: 0 }
    }

    pub(super) fn succeeded(&mut self, at: Timestamp, took: Duration) {
        self.good = Some((at, took));
        self.well = true;
    }

    pub(super) fn failed(&mut self) {
        self.well = false;
        self.failures += 1;
    }

    /// Whether the last attempt succeeded, and if not, the message.
    pub(super) fn verdict(&self) -> Result<(), String> {
        match (self.well, self.good) {
            (true, _) => Ok(()),
            (false, Some((at, _))) => Err(format!("the cluster has not been read successfully since {at}")),
            (false, None) if self.failures > 0 => Err("the cluster has not been read successfully yet".to_owned()),
            (false, None) => Err("the cluster is being read for the first time".to_owned()),
        }
    }

    /// The metrics in the Prometheus text format.
    pub(super) fn text(&self, now: Timestamp) -> String {
        let mut text = String::new();
        let cluster = format!("cluster=\"{}\"", label(&self.cluster));
        let mut one = |name: &str, kind: &str, help: &str, value: f64| {
            let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name}{{{cluster}}} {value}\n");
        };
        let well = f64::from(u8::from(self.well));
        one("sfbackup_audit_success", "gauge", "Whether the last attempt to read the cluster succeeded.", well);
        #[allow(clippy::cast_precision_loss)] // nobody lives to see that many
        let failures = self.failures as f64;
        one("sfbackup_audit_failures_total", "counter", "Number of failed attempts to read the cluster.", failures);
        if let Some(interval) = self.interval {
            let help = "Interval between readings of the cluster; longer if a reading takes longer.";
            one("sfbackup_audit_interval_seconds", "gauge", help, interval.as_secs_f64());
        }
        if let Some((at, took)) = self.good {
            #[allow(clippy::cast_precision_loss)] // whole seconds of the next ten thousand years are exact
            let seconds = at.unix() as f64;
            let help = "Time of the reading that these metrics describe, in seconds since 1970.";
            one("sfbackup_audit_timestamp_seconds", "gauge", help, seconds);
            let age = now.since(at).as_secs_f64();
            one("sfbackup_audit_age_seconds", "gauge", "Age of that reading.", age);
            one("sfbackup_audit_duration_seconds", "gauge", "Duration of that reading.", took.as_secs_f64());
        }
        let version = env!("CARGO_PKG_VERSION");
        text.push_str("# HELP sfbackup_build_info The version of sf-backup, by label; the value is 1.\n");
        let _ = write!(
            text,
            "# TYPE sfbackup_build_info gauge\nsfbackup_build_info{{{cluster},version=\"{version}\"}} 1\n"
        );
        text
    }
}
