//! `sf-backup audit`

use std::num::NonZeroUsize;

use clap::{Args, ValueEnum};
use sf_backup_ops::audit::{Rules, State};
use sf_backup_proto::{ApplicationId, PartitionId, ServiceId};

use super::duration::DurationArg;
use super::output_file::OutputFile;
use crate::inventory::Scope;

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

    /// Shows only partitions in this state; may be repeated. What the command exits with tells of all of them
    #[arg(long = "state", value_name = "STATE", ignore_case = true)]
    pub(crate) states: Vec<State>,

    /// Prints a report in place of what -o says
    #[arg(long, value_name = "FORM", conflicts_with = "states")]
    pub(crate) report: Option<Report>,

    #[command(flatten)]
    pub(crate) file: OutputFile,
}

/// An audit for other eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Report {
    /// XML as test reports have it: a test for each partition
    Junit,
    /// A line with performance data; the exit code is 0, 1 (pending), 2 or 3, also if the cluster cannot be reached
    Nagios,
    /// Tables for tickets
    Markdown,
    /// One page for browsers and print, with a timeline of every partition's backups
    Html,
}

/// What is looked at, and how it is judged.
#[derive(Debug, Clone, Args)]
pub(crate) struct Part {
    /// Looks at this application only
    #[arg(long, value_name = "NAME", conflicts_with_all = ["service", "partition"])]
    pub(crate) app: Option<ApplicationId>,

    /// Looks at this service only
    #[arg(long, value_name = "NAME", conflicts_with = "partition")]
    pub(crate) service: Option<ServiceId>,

    /// Looks at this partition only
    #[arg(long, value_name = "GUID")]
    pub(crate) partition: Option<PartitionId>,

    /// How old the newest backup may be, in place of what its policy's schedule says: 26h, 90m, 1d12h or PT26H
    #[arg(long, value_name = "DURATION")]
    pub(crate) max_age: Option<DurationArg>,

    /// How late a backup may be by its schedule; if not given, a tenth of the time between runs, from 15 minutes to 2 hours, and
    /// the time that backups have taken so far
    #[arg(long, value_name = "DURATION", conflicts_with = "max_age")]
    pub(crate) grace: Option<DurationArg>,

    /// How many calls are made at the same time
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
