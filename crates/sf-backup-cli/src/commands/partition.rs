//! `sf-backup partition …`

use clap::{ArgGroup, Args, Subcommand};
use sf_backup_proto::inventory::GetPartitionInfoList;
use sf_backup_proto::model::restore::RestorePartitionDescription;
use sf_backup_proto::{
    BackupPartition, DisablePartitionBackup, EnablePartitionBackup, GetPartitionBackupConfigurationInfo,
    GetPartitionBackupList, GetPartitionBackupProgress, GetPartitionRestoreProgress, PartitionId, PolicyName,
    RestorePartition, ResumePartitionBackup, ServiceId, SkipRestorePartition, SuspendPartitionBackup,
};
use uuid::Uuid;

use crate::cluster::call::Call;
use crate::cluster::input::{Input, Source};
use crate::options::duration;
use crate::options::ids::{Given, Ids, Several};
use crate::options::listing::{Backups, Grouping, backups, flag};
use crate::options::waiting::{Wait, WaitForPolicy};
use crate::output::failure::Failure;

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List the partitions of services, with their keys
    #[command(after_help = "Examples:
  sf-backup partition list fabric:/CalcApp/CalcService")]
    List {
        /// One or more services (fabric:/App/Service, or App/Service), or - to read them from standard input, one per
        /// line
        #[arg(value_name = "SERVICE", required = true)]
        services: Vec<Given<ServiceId>>,
        #[command(flatten)]
        several: Several,
    },

    /// Enable periodic backups of one partition
    ///
    /// The policy overrides those of the service and the application.
    #[command(after_help = "Examples:
  sf-backup partition enable 6b1c2f7e-0000-4000-8000-000000000001 --policy Hourly")]
    Enable {
        #[command(flatten)]
        of: Partitions,
        /// The policy, which must exist
        #[arg(long, value_name = "NAME")]
        policy: PolicyName,
        #[command(flatten)]
        wait: WaitForPolicy,
    },

    /// Disable periodic backups that were enabled on this partition
    ///
    /// If the service or the application has a policy, it takes effect. Existing backups are kept unless --clean-backup
    /// is given.
    #[command(after_help = "Examples:
  sf-backup partition disable 6b1c2f7e-0000-4000-8000-000000000001
  sf-backup partition disable 6b1c2f7e-0000-4000-8000-000000000001 --clean-backup --yes")]
    Disable {
        #[command(flatten)]
        of: Partitions,
        /// Also delete all existing backups; requires runtime 6.4 or later
        #[arg(long)]
        clean_backup: bool,
    },

    /// Suspend periodic backups of one partition
    #[command(after_help = "Examples:
  sf-backup partition suspend 6b1c2f7e-0000-4000-8000-000000000001")]
    Suspend {
        #[command(flatten)]
        of: Partitions,
    },

    /// Resume periodic backups that were suspended on this partition
    #[command(after_help = "Examples:
  sf-backup partition resume 6b1c2f7e-0000-4000-8000-000000000001")]
    Resume {
        #[command(flatten)]
        of: Partitions,
    },

    /// Show the effective policy of a partition
    #[command(after_help = "Examples:
  sf-backup partition config 6b1c2f7e-0000-4000-8000-000000000001")]
    Config {
        #[command(flatten)]
        of: Partitions,
    },

    /// List the backups of one partition
    #[command(after_help = "Examples:
  sf-backup partition backups 6b1c2f7e-0000-4000-8000-000000000001 --latest
  sf-backup partition backups 6b1c2f7e-0000-4000-8000-000000000001 --chains")]
    Backups {
        #[command(flatten)]
        of: Partitions,
        #[command(flatten)]
        backups: Backups,
    },

    /// Back up one partition now (full backup)
    ///
    /// The backup is written to the storage of the effective policy, or to the one in --storage-file.
    #[command(after_help = "Examples:
  sf-backup partition backup 6b1c2f7e-0000-4000-8000-000000000001 --wait
  sf-backup partition backup --wait --wait-timeout 3600 - < partitions.txt
  sf-backup partition backup 6b1c2f7e-0000-4000-8000-000000000001 --storage-file share.json --backup-timeout 30")]
    Backup {
        #[command(flatten)]
        of: Partitions,
        /// The storage to use, as JSON or YAML (BackupStorageDescription); - is standard input
        #[arg(long, value_name = "FILE")]
        storage_file: Option<Source>,
        /// Time limit of the backup in minutes; if not given, the server uses 10
        #[arg(long, value_name = "MIN", value_parser = duration::minutes)]
        backup_timeout: Option<u32>,
        #[command(flatten)]
        wait: Wait,
    },

    /// Show the latest on-demand backup of a partition
    ///
    /// Scheduled backups are not shown. The exit code is 8 if the backup failed, and 6 if it timed out.
    #[command(after_help = "Examples:
  sf-backup partition backup-progress 6b1c2f7e-0000-4000-8000-000000000001
  sf-backup partition backup-progress 6b1c2f7e-0000-4000-8000-000000000001 --wait")]
    BackupProgress {
        #[command(flatten)]
        of: Partitions,
        #[command(flatten)]
        wait: Wait,
    },

    /// Restore one partition from a backup; its current data is lost
    #[command(after_help = "Examples:
  sf-backup partition restore 6b1c2f7e-0000-4000-8000-000000000001 --latest --wait
  sf-backup partition restore 6b1c2f7e-0000-4000-8000-000000000001 --yes \\
    --backup-id 0f5a3b1c-0000-4000-8000-00000000000a --location 'App\\Service\\…\\2024-03-09 04.10.22.zip'

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
        of: Partitions,
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
        of: Partitions,
        /// Time limit in minutes
        #[arg(long, value_name = "MIN", value_parser = duration::minutes)]
        restore_timeout: Option<u32>,
    },
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("which").required(true).args(["backup_id", "latest"]))]
pub(crate) struct Restore {
    #[command(flatten)]
    of: Partitions,
    /// The backup's id, a GUID
    #[arg(long, value_name = "GUID", requires = "location")]
    backup_id: Option<Uuid>,
    /// The backup's location, as a list shows it
    #[arg(long, value_name = "TEXT", requires = "backup_id")]
    location: Option<String>,
    /// Restore the newest backup that can be restored
    #[arg(long, conflicts_with = "location")]
    latest: bool,
    /// The storage that holds the backup, if not the policy's, as JSON or YAML (BackupStorageDescription); - is
    /// standard input
    #[arg(long, value_name = "FILE", requires = "backup_id")]
    storage_file: Option<Source>,
    /// Time limit of the restore in minutes; if not given, the server uses 10, or 30 in later releases
    #[arg(long, value_name = "MIN", value_parser = duration::minutes)]
    restore_timeout: Option<u32>,
    /// Read metadata from the backup files; ignored by runtimes before 11.3
    #[arg(long)]
    metadata_from_blob: bool,
    #[command(flatten)]
    wait: Wait,
}

impl Restore {
    fn call(self, input: &mut Input<'_, '_>) -> Result<Call, Failure> {
        let ids = self.of.read(input)?;
        let mut restore = None;
        if let (Some(backup_id), Some(location)) = (self.backup_id, self.location) {
            if ids.are_several() {
                return Err(Failure::usage("--backup-id <GUID>: applies to one partition; use --latest for several"));
            }
            let mut backup = RestorePartitionDescription::new(backup_id, location);
            backup.backup_storage = input.storage(self.storage_file.as_ref(), "BackupStorage")?;
            restore = Some(backup);
        }
        let call = |id| {
            let mut call = RestorePartition::new(id);
            call.restore.clone_from(&restore);
            call.latest = flag(self.latest);
            call.restore_timeout = self.restore_timeout;
            call.metadata_from_blob = flag(self.metadata_from_blob);
            call
        };
        Ok(ids.calls(call).wait(self.wait.waiting()).into())
    }
}

#[derive(Debug, Args)]
pub(crate) struct Partitions {
    /// One or more partition ids (GUIDs), or - to read them from standard input, one per line
    #[arg(value_name = "PARTITION", required = true)]
    ids: Vec<Given<PartitionId>>,
    #[command(flatten)]
    several: Several,
}

impl Partitions {
    fn read(self, input: &mut Input<'_, '_>) -> Result<Ids<PartitionId>, Failure> {
        Ids::read(self.ids, self.several, input)
    }
}

impl Verb {
    /// How a list of backups is grouped, if it is.
    pub(crate) fn grouping(&self) -> Result<Option<Grouping>, Failure> {
        match self {
            Self::Backups { backups, .. } => backups.window.grouping(),
            _ => Ok(None),
        }
    }

    pub(crate) fn call(self, input: &mut Input<'_, '_>) -> Result<Call, Failure> {
        Ok(match self {
            Self::List { services, several } => {
                Ids::read(services, several, input)?.calls(GetPartitionInfoList::new).into()
            }
            Self::Enable { of, policy, wait } => {
                let enable = |id| EnablePartitionBackup::new(id, policy.clone());
                of.read(input)?.calls(enable).wait(wait.waiting()).into()
            }
            Self::Disable { of, clean_backup } => {
                let call = |id| {
                    let mut call = DisablePartitionBackup::new(id);
                    call.clean_backup = flag(clean_backup);
                    call
                };
                of.read(input)?.calls(call).into()
            }
            Self::Suspend { of } => of.read(input)?.calls(SuspendPartitionBackup::new).into(),
            Self::Resume { of } => of.read(input)?.calls(ResumePartitionBackup::new).into(),
            Self::Config { of } => of.read(input)?.calls(GetPartitionBackupConfigurationInfo::new).into(),
            Self::Backups { of, backups } => {
                of.read(input)?.calls(|id| backups!(GetPartitionBackupList::new(id), backups)).into()
            }
            Self::Backup { of, storage_file, backup_timeout, wait } => {
                let ids = of.read(input)?;
                let storage = input.storage(storage_file.as_ref(), "BackupStorage")?;
                let call = |id| {
                    let mut call = BackupPartition::new(id);
                    call.storage.clone_from(&storage);
                    call.backup_timeout = backup_timeout;
                    call
                };
                ids.calls(call).wait(wait.waiting()).into()
            }
            Self::BackupProgress { of, wait } => {
                of.read(input)?.calls(GetPartitionBackupProgress::new).wait(wait.waiting()).into()
            }
            Self::Restore(restore) => restore.call(input)?,
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
