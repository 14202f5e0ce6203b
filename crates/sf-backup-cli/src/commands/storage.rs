//! `sf-backup storage …`

use clap::{ArgGroup, Args, Subcommand};
use sf_backup_proto::model::entity::BackupEntity;
use sf_backup_proto::model::query::GetBackupByStorageQueryDescription;
use sf_backup_proto::{ApplicationId, GetBackupsFromBackupLocation, PartitionId, ServiceId};

use crate::cluster::call::{self, Call};
use crate::cluster::calls::Calls;
use crate::cluster::context::CommandContext;
use crate::cluster::input::Input;
use crate::options::files::Source;
use crate::options::listing::{Paging, Window, flag, paged};
use crate::output::console::Terminal;
use crate::output::failure::Failure;

#[derive(Debug, Subcommand)]
pub(crate) enum StorageCommand {
    /// List the backups on a storage
    ///
    /// The storage may hold backups of another cluster; they can be restored here. If the storage cannot be read, the
    /// list has one item with the reason. Requires the Admin role.
    #[command(after_help = "Examples:
  sf-backup storage backups --storage-file share.json --service fabric:/CalcApp/CalcService --latest
  sf-backup storage backups --storage-file - --app fabric:/CalcApp < blob.yaml
  sf-backup storage backups --storage-file share.json --service fabric:/CalcApp/CalcService \\
    --partition 6b1c2f7e-0000-4000-8000-000000000001")]
    Backups(StorageBackups),
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("entity").required(true).args(["app", "service"]))]
pub(crate) struct StorageBackups {
    /// The storage, as JSON or YAML (BackupStorageDescription); - is standard input
    #[arg(long, value_name = "FILE")]
    storage_file: Source,
    /// Backups of all services of this application
    #[arg(long, value_name = "NAME")]
    app: Option<ApplicationId>,
    /// Backups of all partitions of this service
    #[arg(long, value_name = "NAME")]
    service: Option<ServiceId>,
    /// Backups of this partition of the service only, which may belong to another cluster
    #[arg(long, value_name = "GUID", requires = "service", conflicts_with = "app")]
    partition: Option<PartitionId>,
    #[command(flatten)]
    window: Window,
    #[command(flatten)]
    paging: Paging,
}

impl StorageBackups {
    fn entity(&self) -> Option<BackupEntity> {
        match (&self.app, &self.service, self.partition) {
            (_, Some(service), Some(partition)) => Some((service, partition).into()),
            (_, Some(service), None) => Some(service.into()),
            (Some(app), None, _) => Some(app.into()),
            (None, None, _) => None,
        }
    }
}

pub(crate) fn run(
    verb: StorageCommand,
    context: CommandContext<'_>,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let StorageCommand::Backups(args) = verb;
    call::run(context, terminal, |input| args.call(input))
}

impl StorageBackups {
    fn call(self, input: &mut Input<'_, '_>) -> Result<Call, Failure> {
        let grouping = self.window.grouping()?;
        let entity = self.entity().ok_or_else(|| Failure::usage("storage backups: --app or --service is required"))?;
        let storage = input.read_storage(&self.storage_file, "Storage")?;
        let mut query = GetBackupByStorageQueryDescription::new(storage, entity);
        query.start_date_time_filter = self.window.begin();
        query.end_date_time_filter = self.window.to;
        query.latest = flag(self.window.latest);
        let call = paged!(GetBackupsFromBackupLocation::new(query), self.paging);
        Ok(Calls::from(call).group(grouping).into())
    }
}
