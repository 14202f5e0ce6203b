//! `sf-backup service …`

use clap::Subcommand;
use sf_backup_proto::{
    DisableServiceBackup, EnableServiceBackup, GetServiceBackupConfigurationInfo, GetServiceBackupList, PolicyName,
    ResumeServiceBackup, ServiceId, SuspendServiceBackup,
};

use super::listing::{Backups, Grouping, Paging, backups, flag, paged};
use crate::command::Call;

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Begins periodic backups of all partitions of a stateful service
    ///
    /// It goes before the application's policy; policies enabled on its partitions go before it.
    #[command(after_help = "Examples:
  sf-backup service enable fabric:/CalcApp/CalcService --policy Daily
  sf-backup service enable CalcApp/CalcService --policy Daily --dry-run")]
    Enable {
        /// The service: fabric:/App/Service, or App/Service
        #[arg(value_name = "SERVICE")]
        id: ServiceId,
        /// The policy, which must exist
        #[arg(long, value_name = "NAME")]
        policy: PolicyName,
    },

    /// Ends periodic backups that were enabled on this service
    ///
    /// Where the application has a policy, that one takes over. Backups stay unless --clean-backup is given.
    #[command(after_help = "Examples:
  sf-backup service disable fabric:/CalcApp/CalcService
  sf-backup service disable fabric:/CalcApp/CalcService --clean-backup --yes")]
    Disable {
        /// The service: fabric:/App/Service, or App/Service
        #[arg(value_name = "SERVICE")]
        id: ServiceId,
        /// Deletes the backups made so far as well; needs a runtime of 6.4 or later
        #[arg(long)]
        clean_backup: bool,
    },

    /// Suspends periodic backups of all partitions of a stateful service
    #[command(after_help = "Examples:
  sf-backup service suspend fabric:/CalcApp/CalcService")]
    Suspend {
        /// The service: fabric:/App/Service, or App/Service
        #[arg(value_name = "SERVICE")]
        id: ServiceId,
    },

    /// Resumes periodic backups that were suspended on this service
    ///
    /// A suspension of the application or of a partition stays.
    #[command(after_help = "Examples:
  sf-backup service resume fabric:/CalcApp/CalcService
  sf-backup service resume CalcApp/CalcService --timeout 60")]
    Resume {
        /// The service: fabric:/App/Service, or App/Service
        #[arg(value_name = "SERVICE")]
        id: ServiceId,
    },

    /// Tells which policy is in force for a service, and which of its partitions differ
    #[command(after_help = "Examples:
  sf-backup service config fabric:/CalcApp/CalcService
  sf-backup -o json service config fabric:/CalcApp/CalcService")]
    Config {
        /// The service: fabric:/App/Service, or App/Service
        #[arg(value_name = "SERVICE")]
        id: ServiceId,
        #[command(flatten)]
        paging: Paging,
    },

    /// Lists the backups of all partitions of a stateful service
    #[command(after_help = "Examples:
  sf-backup service backups fabric:/CalcApp/CalcService --latest
  sf-backup service backups fabric:/CalcApp/CalcService --chains
  sf-backup service backups fabric:/CalcApp/CalcService --from 2024-03-01")]
    Backups {
        /// The service: fabric:/App/Service, or App/Service
        #[arg(value_name = "SERVICE")]
        id: ServiceId,
        #[command(flatten)]
        backups: Backups,
    },
}

impl Verb {
    /// How a list of backups is grouped, if it is.
    pub(crate) fn grouping(&self) -> Option<Grouping> {
        match self {
            Self::Backups { backups, .. } => backups.window.grouping(),
            _ => None,
        }
    }

    pub(crate) fn call(self) -> Call {
        match self {
            Self::Enable { id, policy } => EnableServiceBackup::new(id, policy).into(),
            Self::Disable { id, clean_backup } => {
                let mut call = DisableServiceBackup::new(id);
                call.clean_backup = flag(clean_backup);
                call.into()
            }
            Self::Suspend { id } => SuspendServiceBackup::new(id).into(),
            Self::Resume { id } => ResumeServiceBackup::new(id).into(),
            Self::Config { id, paging } => paged!(GetServiceBackupConfigurationInfo::new(id), paging).into(),
            Self::Backups { id, backups } => backups!(GetServiceBackupList::new(id), backups).into(),
        }
    }
}
