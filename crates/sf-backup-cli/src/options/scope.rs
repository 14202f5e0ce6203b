//! The part of a cluster that a command covers, and its concurrency.

use std::fmt;
use std::num::NonZeroUsize;

use clap::Args;
use sf_backup_ops::audit::Rules;
use sf_backup_proto::{ApplicationId, PartitionId, ServiceId};

use crate::options::duration::DurationArg;
use crate::options::ids::PartitionRef;

/// A part of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    Cluster,
    Application(ApplicationId),
    Service(ServiceId),
    Partition(PartitionId),
}

/// Concurrency of commands that read or change a configuration.
#[derive(Debug, Args)]
pub(crate) struct Pace {
    /// Maximum concurrent requests; policies are always written one at a time
    #[arg(long, value_name = "N", default_value = "16")]
    pub(crate) parallel: NonZeroUsize,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cluster => f.write_str("the cluster"),
            Self::Application(id) => id.fmt(f),
            Self::Service(id) => id.fmt(f),
            Self::Partition(id) => write!(f, "partition {id}"),
        }
    }
}

/// Scope and thresholds of the audit.
#[derive(Debug, Clone, Args)]
pub(crate) struct AuditScope {
    /// Only this application
    #[arg(long, value_name = "NAME", conflicts_with_all = ["service", "partition"])]
    pub(crate) app: Option<ApplicationId>,

    /// Only this service
    #[arg(long, value_name = "NAME", conflicts_with = "partition")]
    pub(crate) service: Option<ServiceId>,

    /// Only this partition: its id, the first 8 digits or more, or a name such as Shop/Cart#3
    #[arg(long, value_name = "ID")]
    pub(crate) partition: Option<PartitionRef>,

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

impl AuditScope {
    /// The scope; `partition` is the given one, if any.
    pub(crate) fn scope(&self, partition: Option<PartitionId>) -> Scope {
        match (&self.app, &self.service, partition) {
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
