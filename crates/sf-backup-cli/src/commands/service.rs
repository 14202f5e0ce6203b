//! `sf-backup service …`

use clap::Subcommand;
use sf_backup_proto::inventory::GetServiceInfoList;
use sf_backup_proto::{
    DisableServiceBackup, EnableServiceBackup, GetServiceBackupConfigurationInfo, GetServiceBackupList, PartitionId,
    PolicyName, ResumeServiceBackup, ServiceId, SuspendServiceBackup,
};

use crate::cluster::call::{self, Call};
use crate::cluster::context::CommandContext;
use crate::cluster::entity_verbs::{EntityCommand, Help, Level, help, level_calls};
use crate::cluster::ids::Ids;
use crate::cluster::input::Input;
use crate::options::ids::{BatchOptions, EntityArg};
use crate::options::listing::{Backups, Grouping, Paging, backups, flag, paged};
use crate::options::scope::Scope;
use crate::options::waiting::Waiting;
use crate::output::console::Terminal;
use crate::output::failure::Failure;
use sf_backup_proto::ApplicationId;

#[derive(Debug, Subcommand)]
pub(crate) enum ServiceCommand {
    /// List the services of applications, and whether they support backup
    #[command(
        alias = "ls",
        after_help = "Examples:
  sf-backup service list fabric:/CalcApp"
    )]
    List {
        /// One or more applications (fabric:/App, or App), or - to read them from standard input, one per line
        #[arg(value_name = "APP", required = true)]
        apps: Vec<EntityArg<ApplicationId>>,
        #[command(flatten)]
        batch: BatchOptions,
    },
    #[command(flatten)]
    Entity(EntityCommand<Services>),
}

pub(crate) fn run(
    verb: ServiceCommand,
    context: CommandContext<'_>,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    call::run(context, terminal, |input| match verb {
        ServiceCommand::List { apps, batch } => {
            Ok(Ids::read(apps, batch, input)?.calls(GetServiceInfoList::new).into())
        }
        ServiceCommand::Entity(verb) => verb.call(input),
    })
}

/// Services.
#[derive(Debug, Clone)]
pub(crate) struct Services;

impl Level for Services {
    type Id = ServiceId;
    type Typed = ServiceId;
    type Config = Paging;

    const ARGUMENT: (&'static str, &'static str) = (
        "SERVICE",
        "One or more services (fabric:/App/Service, or App/Service), or - to read them from standard input, one per line",
    );
    const ENABLE: Help = help!(
        "Enable periodic backups of all partitions of a stateful service",
        "The policy overrides that of the application; policies enabled on its partitions override it.",
        "  sf-backup service enable fabric:/CalcApp/CalcService --policy Daily
  sf-backup service enable fabric:/CalcApp/CalcService --policy Daily --first-backup --wait-timeout 7200
  sf-backup service enable CalcApp/CalcService --policy Daily --dry-run"
    );
    const DISABLE: Help = help!(
        "Disable periodic backups that were enabled on this service",
        "If the application has a policy, it takes effect. Existing backups are kept unless --clean-backup is given.",
        "  sf-backup service disable fabric:/CalcApp/CalcService
  sf-backup service disable fabric:/CalcApp/CalcService --clean-backup --yes"
    );
    const SUSPEND: Help = help!(
        "Suspend periodic backups of all partitions of a stateful service",
        "  sf-backup service suspend fabric:/CalcApp/CalcService"
    );
    const RESUME: Help = help!(
        "Resume periodic backups that were suspended on this service",
        "A suspension of the application or of a partition remains in effect.",
        "  sf-backup service resume fabric:/CalcApp/CalcService
  sf-backup service resume CalcApp/CalcService --timeout 60"
    );
    const CONFIG: Help = help!(
        "Show the effective policy of a service, and the partitions that differ",
        "  sf-backup service config fabric:/CalcApp/CalcService
  sf-backup -o json service config fabric:/CalcApp/CalcService"
    );
    const BACKUPS: Help = help!(
        "List the backups of all partitions of a stateful service",
        "  sf-backup service backups fabric:/CalcApp/CalcService --latest
  sf-backup service backups fabric:/CalcApp/CalcService --chains
  sf-backup service backups fabric:/CalcApp/CalcService --from 2024-03-01"
    );

    const BACKUP: Help = help!(
        "Back up all partitions of stateful services now (full backups)",
        "Each backup is written to the storage of the partition's effective policy, or to the one in --storage-file.",
        "  sf-backup service backup fabric:/CalcApp/CalcService --wait
  sf-backup service backup CalcApp/CalcService Shop/Orders --wait --parallel 4"
    );

    fn partitions(ids: Ids<ServiceId>, input: &mut Input<'_, '_>) -> Result<Ids<PartitionId>, Failure> {
        ids.partitions(Scope::Service, input)
    }

    level_calls!(
        EnableServiceBackup,
        DisableServiceBackup,
        SuspendServiceBackup,
        ResumeServiceBackup,
        GetServiceBackupList
    );

    fn config(ids: Ids<ServiceId>, options: &Paging) -> Call {
        ids.calls(|id| paged!(GetServiceBackupConfigurationInfo::new(id), options)).into()
    }
}
