//! `sf-backup restore …`

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use sf_backup_proto::{ApplicationId, PartitionId, PolicyName, ServiceId};

use super::duration;
use super::moment::Moment;
use super::output_file::OutputFile;
use crate::input::Source;

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Plans the restore of a service, an application or a partition, and prints the plan
    ///
    /// For each partition the newest backup is chosen that can be restored and is not younger than --at. Changes nothing. The
    /// plan is a file to be read before 'restore run' carries it out: which backup goes where, and what that loses. Partitions
    /// are as far apart as their backups are: backups are consistent within a partition only. A plan holds no secrets.
    #[command(after_help = "Examples:
  sf-backup restore plan --service fabric:/CalcApp/CalcService --latest -f plan.yaml
  sf-backup restore plan --app fabric:/CalcApp --at 2024-03-09T04:00:00Z -f plan.yaml
  sf-backup restore plan --app fabric:/CalcApp --at 'yesterday 04:00' -f plan.yaml
  sf-backup restore plan --service CalcApp/CalcService --latest --into fabric:/Scratch/Copy -f plan.yaml

What another cluster has backed up goes into this one, whose partitions have other ids and the same keys or names:
  sf-backup restore plan --service fabric:/CalcApp/CalcService --latest --from-storage share.yaml -f plan.yaml
  sf-backup restore plan --service fabric:/New/Calc --source-service fabric:/CalcApp/CalcService --latest \\
    --from-storage share.yaml -f plan.yaml

share.yaml, a BackupStorageDescription; secrets by reference stay in the plan, others are asked for again:
  StorageKind: AzureBlobStore
  ConnectionString: env:BACKUP_STORAGE     # or file:PATH, or cmd:PROGRAM ARGUMENTS
  ContainerName: backups")]
    Plan(Box<Plan>),

    /// Restores a service, an application or a partition in one step: plans, shows the plan, asks once, and carries it out
    ///
    /// What the partitions hold is lost. The plan and a journal are kept as files, so that a run that was interrupted is resumed
    /// with 'restore run'. Exits as 'restore run' does.
    #[command(after_help = "Examples:
  sf-backup restore now --service CalcApp/CalcService --latest
  sf-backup restore now --app CalcApp --at 'yesterday 04:00' --parallel 8
  sf-backup restore now --service CalcApp/CalcService --at 2h --into Scratch/Copy
  sf-backup restore now --service CalcApp/CalcService --latest --from-policy Nightly")]
    Now(Box<Now>),

    /// Carries out a plan: restores its partitions, some at a time, and waits for each
    ///
    /// What the partitions hold is lost. Before a restore is sent, that is written to a journal, so that the same command goes on
    /// where it was interrupted, and no partition is restored twice. Stops at the first failure; what is under way then is
    /// awaited. Exits with the worst of all partitions.
    #[command(after_help = "Examples:
  sf-backup restore run plan.yaml --dry-run
  sf-backup restore run plan.yaml
  sf-backup restore run plan.yaml --parallel 8 --keep-going --yes
  sf-backup restore run plan.yaml                  # again: goes on where it was interrupted
  sf-backup restore run plan.yaml --retry-failed   # again: what failed is restored once more")]
    Run(Run),
}

#[derive(Debug, Args)]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) choice: Choice,

    /// How many calls are made at the same time
    #[arg(long, value_name = "N", default_value = "16")]
    pub(crate) parallel: NonZeroUsize,

    #[command(flatten)]
    pub(crate) file: OutputFile,
}

/// What is restored, from which backups.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("which").required(true).args(["service", "app", "partition"]))]
#[command(group = ArgGroup::new("when").required(true).args(["latest", "at"]))]
pub(crate) struct Choice {
    /// All partitions of this service
    #[arg(long, value_name = "ID")]
    pub(crate) service: Option<ServiceId>,
    /// All partitions of all services of this application that keep state on disk
    #[arg(long, value_name = "ID")]
    pub(crate) app: Option<ApplicationId>,
    /// This partition
    #[arg(long, value_name = "ID")]
    pub(crate) partition: Option<PartitionId>,

    /// From the newest backups
    #[arg(long)]
    pub(crate) latest: bool,
    /// From the newest backups that were made at this time or before: 2024-03-09T04:00:00Z, 2024-03-09, 2h or 1d12h for
    /// how long ago, 'yesterday 04:00'; UTC unless an offset is given, by the cluster's clock
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<Moment>,

    /// Into another service, application or partition, as --service, --app or --partition is given. Partitions are matched by
    /// their keys or names, and services by what follows the application in their names
    #[arg(long, value_name = "ID")]
    pub(crate) into: Option<String>,

    /// From this storage, whichever cluster made the backups: JSON or YAML (BackupStorageDescription); - is standard input.
    /// Without it, from the storage of the policy in force
    #[arg(long, value_name = "FILE")]
    pub(crate) from_storage: Option<Source>,
    /// From the storage of this policy, if the cluster returns it without secrets
    #[arg(long, value_name = "NAME", conflicts_with = "from_storage")]
    pub(crate) from_policy: Option<PolicyName>,
    /// The service's name in the cluster that made the backups, if it was another
    #[arg(long, value_name = "NAME", conflicts_with_all = ["app", "source_app"])]
    pub(crate) source_service: Option<ServiceId>,
    /// The application's name in the cluster that made the backups, if it was another
    #[arg(long, value_name = "NAME", requires = "app", conflicts_with_all = ["into", "service", "partition"])]
    pub(crate) source_app: Option<ApplicationId>,

    /// Allow --into a service of another type
    #[arg(long, requires = "into")]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The plan, as 'restore plan' printed it; - is standard input
    #[arg(value_name = "PLAN")]
    pub(crate) plan: Source,

    #[command(flatten)]
    pub(crate) how: How,

    /// The storage's file, where the plan does not hold its secrets; the same storage as in the plan
    #[arg(long, value_name = "FILE")]
    pub(crate) from_storage: Option<Source>,

    /// Restore partitions again whose restore failed or timed out in an earlier run with this journal
    #[arg(long)]
    pub(crate) retry_failed: bool,
}

/// How a plan is carried out.
#[derive(Debug, Args)]
pub(crate) struct How {
    /// The journal; PLAN.journal if not given. It ties to the plan: another plan needs another one
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,

    /// How many partitions are restored at the same time
    #[arg(long, value_name = "N", default_value = "4")]
    pub(crate) parallel: NonZeroUsize,

    /// Goes on with further partitions after one has failed
    #[arg(long)]
    pub(crate) keep_going: bool,

    /// Restores what can be restored of a plan that lacks backups for some partitions
    #[arg(long)]
    pub(crate) partial: bool,

    /// Minutes that each restore may take; if not given, the server takes 10, or 30 in later releases
    #[arg(long, value_name = "MIN", value_parser = duration::minutes)]
    pub(crate) restore_timeout: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct Now {
    #[command(flatten)]
    pub(crate) choice: Choice,

    /// Where the plan is kept, to resume the run with 'restore run'; a new file in this folder if not given
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) how: How,
}
