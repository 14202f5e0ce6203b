//! `sf-backup app …`

use clap::Subcommand;
use sf_backup_proto::{
    ApplicationId, DisableApplicationBackup, EnableApplicationBackup, GetApplicationBackupConfigurationInfo,
    GetApplicationBackupList, PolicyName, ResumeApplicationBackup, SuspendApplicationBackup,
};

use super::listing::{Backups, Grouping, Paging, backups, flag, paged};
use crate::command::Call;

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Begins periodic backups of all stateful partitions of an application
    ///
    /// Policies enabled on its services or partitions go before it.
    #[command(after_help = "Examples:
  sf-backup app enable fabric:/CalcApp --policy Daily")]
    Enable {
        /// The application: fabric:/App, or App
        #[arg(value_name = "APP")]
        id: ApplicationId,
        /// The policy, which must exist
        #[arg(long, value_name = "NAME")]
        policy: PolicyName,
    },

    /// Ends periodic backups that were enabled on this application
    ///
    /// What is enabled on its services or partitions stays. Backups stay unless --clean-backup is given.
    #[command(after_help = "Examples:
  sf-backup app disable fabric:/CalcApp
  sf-backup app disable fabric:/CalcApp --clean-backup --yes")]
    Disable {
        /// The application: fabric:/App, or App
        #[arg(value_name = "APP")]
        id: ApplicationId,
        /// Deletes the backups made so far as well; needs a runtime of 6.4 or later
        #[arg(long)]
        clean_backup: bool,
    },

    /// Suspends periodic backups of all stateful partitions of an application
    #[command(after_help = "Examples:
  sf-backup app suspend fabric:/CalcApp")]
    Suspend {
        /// The application: fabric:/App, or App
        #[arg(value_name = "APP")]
        id: ApplicationId,
    },

    /// Resumes periodic backups that were suspended on this application
    #[command(after_help = "Examples:
  sf-backup app resume fabric:/CalcApp")]
    Resume {
        /// The application: fabric:/App, or App
        #[arg(value_name = "APP")]
        id: ApplicationId,
    },

    /// Tells which policy is in force for an application, and which of its services and partitions differ
    #[command(after_help = "Examples:
  sf-backup app config fabric:/CalcApp
  sf-backup -o json app config fabric:/CalcApp")]
    Config {
        /// The application: fabric:/App, or App
        #[arg(value_name = "APP")]
        id: ApplicationId,
        #[command(flatten)]
        paging: Paging,
    },

    /// Lists the backups of all stateful partitions of an application
    #[command(after_help = "Examples:
  sf-backup app backups fabric:/CalcApp --latest
  sf-backup app backups fabric:/CalcApp --chains
  sf-backup app backups fabric:/CalcApp --from 2024-03-01 --to 2024-03-31T23:59:59Z")]
    Backups {
        /// The application: fabric:/App, or App
        #[arg(value_name = "APP")]
        id: ApplicationId,
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
            Self::Enable { id, policy } => EnableApplicationBackup::new(id, policy).into(),
            Self::Disable { id, clean_backup } => {
                let mut call = DisableApplicationBackup::new(id);
                call.clean_backup = flag(clean_backup);
                call.into()
            }
            Self::Suspend { id } => SuspendApplicationBackup::new(id).into(),
            Self::Resume { id } => ResumeApplicationBackup::new(id).into(),
            Self::Config { id, paging } => paged!(GetApplicationBackupConfigurationInfo::new(id), paging).into(),
            Self::Backups { id, backups } => backups!(GetApplicationBackupList::new(id), backups).into(),
        }
    }
}
