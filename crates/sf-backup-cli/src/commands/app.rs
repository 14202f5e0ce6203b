//! `sf-backup app …`

use clap::Subcommand;
use sf_backup_proto::inventory::GetApplicationInfoList;
use sf_backup_proto::{
    ApplicationId, DisableApplicationBackup, EnableApplicationBackup, GetApplicationBackupConfigurationInfo,
    GetApplicationBackupList, PartitionId, PolicyName, ResumeApplicationBackup, SuspendApplicationBackup,
};

use crate::cluster::call::{self, Call};
use crate::cluster::context::CommandContext;
use crate::cluster::entity_verbs::{EntityCommand, Help, Level, help, level_calls};
use crate::cluster::ids::Ids;
use crate::cluster::input::Input;
use crate::options::listing::{Backups, Grouping, Paging, backups, flag, paged};
use crate::options::scope::Scope;
use crate::options::waiting::Waiting;
use crate::output::console::Terminal;
use crate::output::failure::Failure;

#[derive(Debug, Subcommand)]
pub(crate) enum AppCommand {
    /// List the applications of the cluster
    #[command(
        alias = "ls",
        after_help = "Examples:
  sf-backup app list
  sf-backup -o json app list"
    )]
    List,
    #[command(flatten)]
    Entity(EntityCommand<Applications>),
}

pub(crate) fn run(verb: AppCommand, context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    call::run(context, terminal, |input| match verb {
        AppCommand::List => Ok(GetApplicationInfoList::new().into()),
        AppCommand::Entity(verb) => verb.call(input),
    })
}

/// Whole applications.
#[derive(Debug, Clone)]
pub(crate) struct Applications;

impl Level for Applications {
    type Id = ApplicationId;
    type Typed = ApplicationId;
    type Config = Paging;

    const ARGUMENT: (&'static str, &'static str) =
        ("APP", "One or more applications (fabric:/App, or App), or - to read them from standard input, one per line");
    const ENABLE: Help = help!(
        "Enable periodic backups of all stateful partitions of an application",
        "Policies enabled on its services or partitions override it.",
        "  sf-backup app enable fabric:/CalcApp --policy Daily
  sf-backup app enable fabric:/CalcApp --policy Daily --wait"
    );
    const DISABLE: Help = help!(
        "Disable periodic backups that were enabled on this application",
        "Policies enabled on its services or partitions remain enabled. Existing backups are kept unless --clean-backup is given.",
        "  sf-backup app disable fabric:/CalcApp
  sf-backup app disable fabric:/CalcApp --clean-backup --yes"
    );
    const SUSPEND: Help = help!(
        "Suspend periodic backups of all stateful partitions of an application",
        "  sf-backup app suspend fabric:/CalcApp"
    );
    const RESUME: Help = help!(
        "Resume periodic backups that were suspended on this application",
        "  sf-backup app resume fabric:/CalcApp"
    );
    const CONFIG: Help = help!(
        "Show the effective policy of an application, and the services and partitions that differ",
        "  sf-backup app config fabric:/CalcApp
  sf-backup -o json app config fabric:/CalcApp"
    );
    const BACKUPS: Help = help!(
        "List the backups of all stateful partitions of an application",
        "  sf-backup app backups fabric:/CalcApp --latest
  sf-backup app backups fabric:/CalcApp --chains
  sf-backup app backups fabric:/CalcApp --from 2024-03-01 --to 2024-03-31T23:59:59Z"
    );

    const BACKUP: Help = help!(
        "Back up all stateful partitions of an application now (full backups)",
        "Each backup is written to the storage of the partition's effective policy, or to the one in --storage-file.",
        "  sf-backup app backup fabric:/CalcApp --wait --wait-timeout 2h"
    );

    fn partitions(ids: Ids<ApplicationId>, input: &mut Input<'_, '_>) -> Result<Ids<PartitionId>, Failure> {
        ids.partitions(Scope::Application, input)
    }

    level_calls!(
        EnableApplicationBackup,
        DisableApplicationBackup,
        SuspendApplicationBackup,
        ResumeApplicationBackup,
        GetApplicationBackupList
    );

    fn config(ids: Ids<ApplicationId>, options: &Paging) -> Call {
        ids.calls(|id| paged!(GetApplicationBackupConfigurationInfo::new(id), options)).into()
    }
}
