//! `sf-backup restore …`: plans for many partitions, and runs of them.

pub(crate) mod drill;
mod drive;
mod elsewhere;
mod journal_file;
mod kinds;
mod now;
mod plan;
mod question;
mod report;
mod run;
mod scope;
mod sources;
mod storage_file;
mod table;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use sf_backup_proto::{ApplicationId, PolicyName, ServiceId};

use crate::cluster::context::CommandContext;
use crate::options::duration;
use crate::options::files::{OutputFile, Source};
use crate::options::ids::PartitionRef;
use crate::options::moment::Moment;
use crate::output::console::Terminal;
use crate::output::failure::Failure;

#[derive(Debug, Subcommand)]
pub(crate) enum RestoreCommand {
    /// Plan the restore of a service, an application or a partition
    ///
    /// Chooses for each partition the newest restorable backup created at or before --at, and prints the plan. Changes
    /// nothing. Review the plan before running it with 'restore run': it lists the backup of each partition and the
    /// data that will be lost. Backups are consistent only within a partition: partitions are restored to different
    /// times. A plan contains no secrets.
    #[command(after_help = "Examples:
  sf-backup restore plan --service fabric:/CalcApp/CalcService --latest -f plan.yaml
  sf-backup restore plan --app fabric:/CalcApp --at 2024-03-09T04:00:00Z -f plan.yaml
  sf-backup restore plan --app fabric:/CalcApp --at 'yesterday 04:00' -f plan.yaml
  sf-backup restore plan --service CalcApp/CalcService --latest --into fabric:/Scratch/Copy -f plan.yaml

Restore backups of another cluster, whose partitions have other ids but the same keys or names:
  sf-backup restore plan --service fabric:/CalcApp/CalcService --latest --from-storage share.yaml -f plan.yaml
  sf-backup restore plan --service fabric:/New/Calc --source-service fabric:/CalcApp/CalcService --latest \\
    --from-storage share.yaml -f plan.yaml

share.yaml, a BackupStorageDescription; the plan keeps secrets given by reference; other secrets must be given again:
  StorageKind: AzureBlobStore
  ConnectionString: env:BACKUP_STORAGE     # or file:PATH, or cmd:PROGRAM ARGUMENTS
  ContainerName: backups")]
    Plan(Box<Plan>),

    /// Restore a service, an application or a partition in one step: show the plan, confirm, run it
    ///
    /// The partitions' current data is lost. The plan and a journal are kept as files, so that 'restore run' can resume
    /// an interrupted run. Exit codes are those of 'restore run'.
    #[command(after_help = "Examples:
  sf-backup restore now --service CalcApp/CalcService --latest
  sf-backup restore now --app CalcApp --at 'yesterday 04:00' --parallel 8
  sf-backup restore now --service CalcApp/CalcService --at 2h --into Scratch/Copy
  sf-backup restore now --service CalcApp/CalcService --latest --from-policy Nightly")]
    Now(Box<Now>),

    /// Run a plan: restore its partitions concurrently, and wait for completion
    ///
    /// The partitions' current data is lost. Each restore is recorded in a journal before it is requested: the same
    /// command resumes after an interruption and never restores a partition twice. After a failure, no new restores
    /// start, and running ones are awaited. The exit code is that of the worst partition.
    #[command(after_help = "Examples:
  sf-backup restore run plan.yaml --dry-run
  sf-backup restore run plan.yaml
  sf-backup restore run plan.yaml --parallel 8 --keep-going --yes
  sf-backup restore run plan.yaml                  # resume an interrupted run
  sf-backup restore run plan.yaml --retry-failed   # restore failed partitions again")]
    Run(Run),
}

pub(crate) fn run(
    verb: &RestoreCommand,
    context: CommandContext<'_>,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    match verb {
        RestoreCommand::Plan(plan) => plan::run(plan, context, terminal),
        RestoreCommand::Now(now) => now::run(now, context, terminal),
        RestoreCommand::Run(run) => run::run(run, context, terminal),
    }
}

#[derive(Debug, Args)]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) choice: Choice,

    /// Maximum concurrent requests
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
    /// This partition: its id, the first 8 digits or more, or a name such as Shop/Cart#3
    #[arg(long, value_name = "ID")]
    pub(crate) partition: Option<PartitionRef>,

    /// Restore the newest backups
    #[arg(long)]
    pub(crate) latest: bool,
    /// Restore the newest backups created at or before this time: 2024-03-09T04:00:00Z, 2024-03-09, 'yesterday
    /// 04:00', or an age such as 2h or 1d12h; UTC unless an offset is given, by the cluster's clock
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<Moment>,

    /// Restore into another service, application or partition (the same kind as --service, --app or --partition).
    /// Partitions are matched by key or name, services by their names below the application
    #[arg(long, value_name = "ID")]
    pub(crate) into: Option<String>,

    /// Restore from this storage, which may hold backups of another cluster: JSON or YAML (BackupStorageDescription); -
    /// is standard input. The default is the storage of the effective policy
    #[arg(long, value_name = "FILE")]
    pub(crate) from_storage: Option<Source>,
    /// Restore from the storage of this policy, which must not require secrets: the cluster does not return them
    #[arg(long, value_name = "NAME", conflicts_with = "from_storage")]
    pub(crate) from_policy: Option<PolicyName>,
    /// Name of the service in the cluster that made the backups, if different
    #[arg(long, hide_short_help = true, value_name = "NAME", conflicts_with_all = ["app", "source_app"])]
    pub(crate) source_service: Option<ServiceId>,
    /// Name of the application in the cluster that made the backups, if different
    #[arg(long, value_name = "NAME", requires = "app", conflicts_with_all = ["into", "service", "partition"])]
    pub(crate) source_app: Option<ApplicationId>,

    /// Allow --into a service of another type
    #[arg(long, requires = "into")]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The plan printed by 'restore plan'; - is standard input
    #[arg(value_name = "PLAN")]
    pub(crate) plan: Source,

    #[command(flatten)]
    pub(crate) how: How,

    /// The storage with its secrets, if the plan does not reference them; must be the storage of the plan
    #[arg(long, value_name = "FILE")]
    pub(crate) from_storage: Option<Source>,

    /// Retry partitions whose restore failed or timed out in an earlier run with this journal
    #[arg(long)]
    pub(crate) retry_failed: bool,
}

/// How a plan is carried out.
#[derive(Debug, Args)]
pub(crate) struct How {
    /// The journal file; the default is PLAN.journal. Each plan needs its own journal
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,

    /// Maximum partitions restored concurrently
    #[arg(long, value_name = "N", default_value = "4")]
    pub(crate) parallel: NonZeroUsize,

    /// Continue with the remaining partitions after a failure
    #[arg(long)]
    pub(crate) keep_going: bool,

    /// Run a plan that lacks backups for some partitions, and skip those partitions
    #[arg(long)]
    pub(crate) partial: bool,

    /// Time limit of each restore in minutes; if not given, the server uses 10, or 30 in later releases
    #[arg(long, value_name = "MIN", value_parser = duration::minutes)]
    pub(crate) restore_timeout: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct Now {
    #[command(flatten)]
    pub(crate) choice: Choice,

    /// File that stores the plan, for resuming with 'restore run'; the default is a new file in the current folder
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) how: How,
}
