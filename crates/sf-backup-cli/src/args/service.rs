//! `sf-backup service …`

use clap::{Args, Subcommand};
use sf_backup_proto::inventory::GetServiceInfoList;
use sf_backup_proto::{
    ApplicationId, DisableServiceBackup, EnableServiceBackup, GetServiceBackupConfigurationInfo, GetServiceBackupList,
    PolicyName, ResumeServiceBackup, ServiceId, SuspendServiceBackup,
};

use super::ids::{Given, Ids, Several};
use super::listing::{Backups, Grouping, Paging, backups, flag, paged};
use super::waiting::WaitForPolicy;
use crate::command::Call;
use crate::failure::Failure;
use crate::input::Input;

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Lists the services of applications, and whether they have anything to back up
    #[command(after_help = "Examples:
  sf-backup service list fabric:/CalcApp")]
    List {
        /// The application: fabric:/App, or App; several, or - for a list on standard input, one on each line
        #[arg(value_name = "APP", required = true)]
        apps: Vec<Given<ApplicationId>>,
        #[command(flatten)]
        several: Several,
    },

    /// Begins periodic backups of all partitions of a stateful service
    ///
    /// It goes before the application's policy; policies enabled on its partitions go before it.
    #[command(after_help = "Examples:
  sf-backup service enable fabric:/CalcApp/CalcService --policy Daily
  sf-backup service enable fabric:/CalcApp/CalcService --policy Daily --first-backup --wait-timeout 7200
  sf-backup service enable CalcApp/CalcService --policy Daily --dry-run")]
    Enable {
        #[command(flatten)]
        of: Services,
        /// The policy, which must exist
        #[arg(long, value_name = "NAME")]
        policy: PolicyName,
        #[command(flatten)]
        wait: WaitForPolicy,
    },

    /// Ends periodic backups that were enabled on this service
    ///
    /// Where the application has a policy, that one takes over. Backups stay unless --clean-backup is given.
    #[command(after_help = "Examples:
  sf-backup service disable fabric:/CalcApp/CalcService
  sf-backup service disable fabric:/CalcApp/CalcService --clean-backup --yes")]
    Disable {
        #[command(flatten)]
        of: Services,
        /// Deletes the backups made so far as well; needs a runtime of 6.4 or later
        #[arg(long)]
        clean_backup: bool,
    },

    /// Suspends periodic backups of all partitions of a stateful service
    #[command(after_help = "Examples:
  sf-backup service suspend fabric:/CalcApp/CalcService")]
    Suspend {
        #[command(flatten)]
        of: Services,
    },

    /// Resumes periodic backups that were suspended on this service
    ///
    /// A suspension of the application or of a partition stays.
    #[command(after_help = "Examples:
  sf-backup service resume fabric:/CalcApp/CalcService
  sf-backup service resume CalcApp/CalcService --timeout 60")]
    Resume {
        #[command(flatten)]
        of: Services,
    },

    /// Tells which policy is in force for a service, and which of its partitions differ
    #[command(after_help = "Examples:
  sf-backup service config fabric:/CalcApp/CalcService
  sf-backup -o json service config fabric:/CalcApp/CalcService")]
    Config {
        #[command(flatten)]
        of: Services,
        #[command(flatten)]
        paging: Paging,
    },

    /// Lists the backups of all partitions of a stateful service
    #[command(after_help = "Examples:
  sf-backup service backups fabric:/CalcApp/CalcService --latest
  sf-backup service backups fabric:/CalcApp/CalcService --chains
  sf-backup service backups fabric:/CalcApp/CalcService --from 2024-03-01")]
    Backups {
        #[command(flatten)]
        of: Services,
        #[command(flatten)]
        backups: Backups,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Services {
    /// The service: fabric:/App/Service, or App/Service; several, or - for a list on standard input, one on each line
    #[arg(value_name = "SERVICE", required = true)]
    ids: Vec<Given<ServiceId>>,
    #[command(flatten)]
    several: Several,
}

impl Services {
    fn read(self, input: &mut Input<'_, '_>) -> Result<Ids<ServiceId>, Failure> {
        Ids::read(self.ids, self.several, input)
    }
}

impl Verb {
    /// How a list of backups is grouped, if it is.
    pub(crate) fn grouping(&self) -> Option<Grouping> {
        match self {
            Self::Backups { backups, .. } => backups.window.grouping(),
            _ => None,
        }
    }

    pub(crate) fn call(self, input: &mut Input<'_, '_>) -> Result<Call, Failure> {
        Ok(match self {
            Self::List { apps, several } => Ids::read(apps, several, input)?.calls(GetServiceInfoList::new).into(),
            Self::Enable { of, policy, wait } => {
                let enable = |id| EnableServiceBackup::new(id, policy.clone());
                of.read(input)?.calls(enable).wait(wait.waiting()).into()
            }
            Self::Disable { of, clean_backup } => {
                let call = |id| {
                    let mut call = DisableServiceBackup::new(id);
                    call.clean_backup = flag(clean_backup);
                    call
                };
                of.read(input)?.calls(call).into()
            }
            Self::Suspend { of } => of.read(input)?.calls(SuspendServiceBackup::new).into(),
            Self::Resume { of } => of.read(input)?.calls(ResumeServiceBackup::new).into(),
            Self::Config { of, paging } => {
                of.read(input)?.calls(|id| paged!(GetServiceBackupConfigurationInfo::new(id), paging)).into()
            }
            Self::Backups { of, backups } => {
                of.read(input)?.calls(|id| backups!(GetServiceBackupList::new(id), backups)).into()
            }
        })
    }
}
