//! `sf-backup audit`

use std::num::NonZeroUsize;

use clap::{Args, ValueEnum};
use sf_backup_ops::audit::{Rules, State};
use sf_backup_proto::{ApplicationId, PartitionId, ServiceId};

use crate::cluster::inventory::Scope;
use crate::options::duration::DurationArg;
use crate::options::output_file::OutputFile;

/// Report the backup status of every partition, worst first
///
/// Reads the effective policy and the backups of every partition, and compares the age of the newest backup with the policy's schedule, by
/// the cluster's clock. Each partition is Failing, Stale, NotCovered, Suspended, Unavailable (in quorum loss, waiting for a restore, or
/// reconfiguring for long), Unknown (something could not be read), Pending (the first backup is not due yet, or the schedule was
/// changed), Protected or NotApplicable (no state on disk). The exit code is 0 if everything that can be backed up is protected, 20 if
/// something is not, and 21 if something is Unknown or Pending.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sf-backup audit
  sf-backup audit --app fabric:/CalcApp --max-age 26h
  sf-backup audit --state Stale --state Failing
  sf-backup -o json audit --service fabric:/CalcApp/CalcService
  sf-backup audit --report html -f audit.html")]
pub(crate) struct Audit {
    #[command(flatten)]
    pub(crate) part: Part,

    /// Show only partitions in this state; may be repeated. The exit code still reflects all partitions
    #[arg(long = "state", value_name = "STATE", ignore_case = true)]
    pub(crate) states: Vec<State>,

    /// Print a report instead of the -o format
    #[arg(long, value_name = "FORM", conflicts_with = "states")]
    pub(crate) report: Option<Report>,

    #[command(flatten)]
    pub(crate) file: OutputFile,
}

/// Formats of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Report {
    /// JUnit XML, one test case per partition
    Junit,
    /// Nagios plugin output with performance data; the exit code is 0, 1 (pending), 2 or 3, also if the cluster cannot
    /// be reached
    Nagios,
    /// Markdown, for tickets
    Markdown,
    /// One HTML page with a timeline of every partition's backups
    Html,
}

/// Scope and thresholds of the audit.
#[derive(Debug, Clone, Args)]
pub(crate) struct Part {
    /// Only this application
    #[arg(long, value_name = "NAME", conflicts_with_all = ["service", "partition"])]
    pub(crate) app: Option<ApplicationId>,

    /// Only this service
    #[arg(long, value_name = "NAME", conflicts_with = "partition")]
    pub(crate) service: Option<ServiceId>,

    /// Only this partition
    #[arg(long, value_name = "GUID")]
    pub(crate) partition: Option<PartitionId>,

    /// Maximum age of the newest backup, instead of the age derived from the policy's schedule: 26h, 90m, 1d12h or
    /// PT26H
    #[arg(long, value_name = "DURATION")]
    pub(crate) max_age: Option<DurationArg>,

    /// How late a scheduled backup may be; if not given, a tenth of the time between runs (from 15 minutes to 2 hours)
    /// plus the time that backups have taken so far
    #[arg(long, value_name = "DURATION", conflicts_with = "max_age")]
    pub(crate) grace: Option<DurationArg>,

    /// Maximum concurrent requests
    #[arg(long, value_name = "N", default_value = "16")]
    pub(crate) parallel: NonZeroUsize,
}

impl Part {
    pub(crate) fn scope(&self) -> Scope {
        match (&self.app, &self.service, self.partition) {
            (_, _, Some(partition)) => Scope::Partition(partition),
            (_, Some(service), None) => Scope::Service(service.clone()),
            (Some(application), None, None) => Scope::Application(application.clone()),
            (None, None, None) => Scope::Cluster,
        }
    }

    pub(crate) fn rules(&self) -> Rules {
        Rules { grace: self.grace.map(DurationArg::length), max_age: self.max_age.map(DurationArg::length) }
    }
}
