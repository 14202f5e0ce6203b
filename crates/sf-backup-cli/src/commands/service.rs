//! `sf-backup service …`

use clap::{Args, Subcommand};
use sf_backup_proto::inventory::GetServiceInfoList;
use sf_backup_proto::{
    ApplicationId, DisableServiceBackup, EnableServiceBackup, GetServiceBackupConfigurationInfo, GetServiceBackupList,
    PolicyName, ResumeServiceBackup, ServiceId, SuspendServiceBackup,
};

use crate::cluster::call::Call;
use crate::cluster::input::Input;
use crate::options::ids::{Given, Ids, Several};
use crate::options::listing::{Backups, Grouping, Paging, backups, flag, paged};
use crate::options::waiting::WaitForPolicy;
use crate::output::failure::Failure;

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List the services of applications, and whether they support backup
    #[command(after_help = "Examples:
  sf-backup service list fabric:/CalcApp")]
    List {
        /// One or more applications (fabric:/App, or App), or - to read them from standard input, one per line
        #[arg(value_name = "APP", required = true)]
        apps: Vec<Given<ApplicationId>>,
        #[command(flatten)]
        several: Several,
    },

    /// Enable periodic backups of all partitions of a stateful service
    ///
    /// The policy overrides that of the application; policies enabled on its partitions override it.
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

    /// Disable periodic backups that were enabled on this service
    ///
    /// If the application has a policy, it takes effect. Existing backups are kept unless --clean-backup is given.
    #[command(after_help = "Examples:
  sf-backup service disable fabric:/CalcApp/CalcService
  sf-backup service disable fabric:/CalcApp/CalcService --clean-backup --yes")]
    Disable {
        #[command(flatten)]
        of: Services,
        /// Also delete all existing backups; requires runtime 6.4 or later
        #[arg(long)]
        clean_backup: bool,
    },

    /// Suspend periodic backups of all partitions of a stateful service
    #[command(after_help = "Examples:
  sf-backup service suspend fabric:/CalcApp/CalcService")]
    Suspend {
        #[command(flatten)]
        of: Services,
    },

    /// Resume periodic backups that were suspended on this service
    ///
    /// A suspension of the application or of a partition remains in effect.
    #[command(after_help = "Examples:
  sf-backup service resume fabric:/CalcApp/CalcService
  sf-backup service resume CalcApp/CalcService --timeout 60")]
    Resume {
        #[command(flatten)]
        of: Services,
    },

    /// Show the effective policy of a service, and the partitions that differ
    #[command(after_help = "Examples:
  sf-backup service config fabric:/CalcApp/CalcService
  sf-backup -o json service config fabric:/CalcApp/CalcService")]
    Config {
        #[command(flatten)]
        of: Services,
        #[command(flatten)]
        paging: Paging,
    },

    /// List the backups of all partitions of a stateful service
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
    /// One or more services (fabric:/App/Service, or App/Service), or - to read them from standard input, one per line
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
    pub(crate) fn grouping(&self) -> Result<Option<Grouping>, Failure> {
        match self {
            Self::Backups { backups, .. } => backups.window.grouping(),
            _ => Ok(None),
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
