//! `sf-backup partition …`

mod restore;

use clap::{Args, Subcommand};
use sf_backup_proto::inventory::GetPartitionInfoList;
use sf_backup_proto::{
    DisablePartitionBackup, EnablePartitionBackup, GetPartitionBackupConfigurationInfo, GetPartitionBackupList,
    GetPartitionBackupProgress, GetPartitionRestoreProgress, PartitionId, PolicyName, ResumePartitionBackup, ServiceId,
    SkipRestorePartition, SuspendPartitionBackup,
};

use crate::cluster::call::{self, Call};
use crate::cluster::context::CommandContext;
use crate::cluster::entity_verbs::{Entities, EntityCommand, Help, Level, help, level_calls};
use crate::cluster::ids::Ids;
use crate::cluster::input::Input;
use crate::options::duration;
use crate::options::ids::{BatchOptions, EntityArg, PartitionRef};
use crate::options::listing::{Backups, Grouping, backups, flag};
use crate::options::waiting::{Wait, Waiting};
use crate::output::console::Terminal;
use crate::output::failure::Failure;
use restore::Restore;

#[derive(Debug, Subcommand)]
pub(crate) enum PartitionCommand {
    /// List the partitions of services, with their keys
    #[command(
        alias = "ls",
        after_help = "Examples:
  sf-backup partition list fabric:/CalcApp/CalcService"
    )]
    List {
        /// One or more services (fabric:/App/Service, or App/Service), or - to read them from standard input, one per
        /// line
        #[arg(value_name = "SERVICE", required = true)]
        services: Vec<EntityArg<ServiceId>>,
        #[command(flatten)]
        batch: BatchOptions,
    },

    #[command(flatten)]
    Entity(EntityCommand<Partitions>),

    /// Show the latest on-demand backup of a partition
    ///
    /// Scheduled backups are not shown. The exit code is 8 if the backup failed, and 6 if it timed out.
    #[command(after_help = "Examples:
  sf-backup partition backup-progress 6b1c2f7e-0000-4000-8000-000000000001
  sf-backup partition backup-progress 6b1c2f7e-0000-4000-8000-000000000001 --wait")]
    BackupProgress {
        #[command(flatten)]
        of: Entities<Partitions>,
        #[command(flatten)]
        wait: Wait,
    },

    /// Restore a partition from a backup; its current data is lost
    #[command(after_help = "Examples:
  sf-backup partition restore 6b1c2f7e-0000-4000-8000-000000000001 --latest --wait
  sf-backup partition restore 6b1c2f7e-0000-4000-8000-000000000001 --yes \\
    --backup-id 0f5a3b1c-0000-4000-8000-00000000000a --location 'App\\Service\\PARTITION\\2024-03-09 04.10.22.zip'

'partition backups' lists ids and locations.")]
    Restore(Restore),

    /// Show the latest restore of a partition
    ///
    /// The exit code is 8 if the restore failed, and 6 if it timed out.
    #[command(after_help = "Examples:
  sf-backup partition restore-progress 6b1c2f7e-0000-4000-8000-000000000001
  sf-backup partition restore-progress 6b1c2f7e-0000-4000-8000-000000000001 --wait")]
    RestoreProgress {
        #[command(flatten)]
        of: Entities<Partitions>,
        #[command(flatten)]
        wait: Wait,
    },

    /// Cancel the pending restore after data loss and continue with the replica's own data
    ///
    /// Requires runtime 9.1 or later.
    #[command(after_help = "Examples:
  sf-backup partition skip-restore 6b1c2f7e-0000-4000-8000-000000000001 --yes")]
    SkipRestore {
        #[command(flatten)]
        of: Entities<Partitions>,
        /// Time limit of the cancellation in minutes; if not given, the server's default
        #[arg(long, value_name = "MIN", value_parser = duration::minutes)]
        restore_timeout: Option<u32>,
    },
}

/// Partitions.
#[derive(Debug, Clone)]
pub(crate) struct Partitions;

/// No options.
#[derive(Debug, Args)]
pub(crate) struct NoOptions {}

impl Level for Partitions {
    type Id = PartitionId;
    type Typed = PartitionRef;
    type Config = NoOptions;

    const ARGUMENT: (&'static str, &'static str) = (
        "PARTITION",
        "One or more partitions: an id, its first 8 digits or more, or a name such as Shop/Cart#3; - reads them from \
            standard \
         input, one per line",
    );
    const ENABLE: Help = help!(
        "Enable periodic backups of a partition",
        "The policy overrides those of the service and the application.",
        "  sf-backup partition enable 6b1c2f7e-0000-4000-8000-000000000001 --policy Hourly"
    );
    const DISABLE: Help = help!(
        "Disable periodic backups that were enabled on this partition",
        "If the service or the application has a policy, it takes effect. Existing backups are kept unless \
            --clean-backup is given.",
        "  sf-backup partition disable 6b1c2f7e-0000-4000-8000-000000000001
  sf-backup partition disable 6b1c2f7e-0000-4000-8000-000000000001 --clean-backup --yes"
    );
    const SUSPEND: Help = help!(
        "Suspend periodic backups of a partition",
        "  sf-backup partition suspend 6b1c2f7e-0000-4000-8000-000000000001"
    );
    const RESUME: Help = help!(
        "Resume periodic backups that were suspended on this partition",
        "  sf-backup partition resume 6b1c2f7e-0000-4000-8000-000000000001"
    );
    const CONFIG: Help = help!(
        "Show the effective policy of a partition",
        "  sf-backup partition config 6b1c2f7e-0000-4000-8000-000000000001"
    );
    const BACKUPS: Help = help!(
        "List the backups of a partition",
        "  sf-backup partition backups 6b1c2f7e-0000-4000-8000-000000000001 --latest
  sf-backup partition backups 6b1c2f7e-0000-4000-8000-000000000001 --chains"
    );

    const BACKUP: Help = help!(
        "Back up partitions now (full backups)",
        "The backup is written to the storage of the effective policy, or to the one in --storage-file.",
        "  sf-backup partition backup 6b1c2f7e-0000-4000-8000-000000000001 --wait
  sf-backup partition backup CalcApp/CalcService#0 --wait
  sf-backup partition backup --wait --wait-timeout 3600 - < partitions.txt
  sf-backup partition backup 6b1c2f7e-0000-4000-8000-000000000001 --storage-file share.json --backup-timeout 30"
    );

    fn partitions(ids: Ids<PartitionId>, _: &mut Input<'_, '_>) -> Result<Ids<PartitionId>, Failure> {
        Ok(ids)
    }

    level_calls!(
        EnablePartitionBackup,
        DisablePartitionBackup,
        SuspendPartitionBackup,
        ResumePartitionBackup,
        GetPartitionBackupList
    );

    fn config(ids: Ids<PartitionId>, _: &NoOptions) -> Call {
        ids.calls(GetPartitionBackupConfigurationInfo::new).into()
    }
}

pub(crate) fn run(
    verb: PartitionCommand,
    context: CommandContext<'_>,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    match verb {
        PartitionCommand::Restore(restore) => restore::run(restore, context, terminal),
        verb => call::run(context, terminal, |input| verb.call(input)),
    }
}

impl PartitionCommand {
    fn call(self, input: &mut Input<'_, '_>) -> Result<Call, Failure> {
        Ok(match self {
            Self::List { services, batch } => {
                Ids::read(services, batch, input)?.calls(GetPartitionInfoList::new).into()
            }
            Self::Entity(verb) => verb.call(input)?,
            Self::BackupProgress { of, wait } => {
                of.read(input)?.calls(GetPartitionBackupProgress::new).wait(wait.waiting()).into()
            }
            // Only `restore::run` knows a backup that must be looked up.
            Self::Restore(restore) => restore.calls(input)?.0.into(),
            Self::RestoreProgress { of, wait } => {
                of.read(input)?.calls(GetPartitionRestoreProgress::new).wait(wait.waiting()).into()
            }
            Self::SkipRestore { of, restore_timeout } => {
                let call = |id| {
                    let mut call = SkipRestorePartition::new(id);
                    call.restore_timeout = restore_timeout;
                    call
                };
                of.read(input)?.calls(call).into()
            }
        })
    }
}
