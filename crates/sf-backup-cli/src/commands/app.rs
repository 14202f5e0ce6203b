//! `sf-backup app …`

use clap::{Args, Subcommand};
use sf_backup_proto::inventory::GetApplicationInfoList;
use sf_backup_proto::{
    ApplicationId, DisableApplicationBackup, EnableApplicationBackup, GetApplicationBackupConfigurationInfo,
    GetApplicationBackupList, PolicyName, ResumeApplicationBackup, SuspendApplicationBackup,
};

use crate::cluster::call::Call;
use crate::cluster::input::Input;
use crate::options::ids::{Given, Ids, Several};
use crate::options::listing::{Backups, Grouping, Paging, backups, flag, paged};
use crate::options::waiting::WaitForPolicy;
use crate::output::failure::Failure;

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List the applications of the cluster
    #[command(after_help = "Examples:
  sf-backup app list
  sf-backup -o json app list")]
    List,

    /// Enable periodic backups of all stateful partitions of an application
    ///
    /// Policies enabled on its services or partitions override it.
    #[command(after_help = "Examples:
  sf-backup app enable fabric:/CalcApp --policy Daily
  sf-backup app enable fabric:/CalcApp --policy Daily --wait")]
    Enable {
        #[command(flatten)]
        of: Applications,
        /// The policy, which must exist
        #[arg(long, value_name = "NAME")]
        policy: PolicyName,
        #[command(flatten)]
        wait: WaitForPolicy,
    },

    /// Disable periodic backups that were enabled on this application
    ///
    /// Policies enabled on its services or partitions remain enabled. Existing backups are kept unless --clean-backup
    /// is given.
    #[command(after_help = "Examples:
  sf-backup app disable fabric:/CalcApp
  sf-backup app disable fabric:/CalcApp --clean-backup --yes")]
    Disable {
        #[command(flatten)]
        of: Applications,
        /// Also delete all existing backups; requires runtime 6.4 or later
        #[arg(long)]
        clean_backup: bool,
    },

    /// Suspend periodic backups of all stateful partitions of an application
    #[command(after_help = "Examples:
  sf-backup app suspend fabric:/CalcApp")]
    Suspend {
        #[command(flatten)]
        of: Applications,
    },

    /// Resume periodic backups that were suspended on this application
    #[command(after_help = "Examples:
  sf-backup app resume fabric:/CalcApp")]
    Resume {
        #[command(flatten)]
        of: Applications,
    },

    /// Show the effective policy of an application, and the services and partitions that differ
    #[command(after_help = "Examples:
  sf-backup app config fabric:/CalcApp
  sf-backup -o json app config fabric:/CalcApp")]
    Config {
        #[command(flatten)]
        of: Applications,
        #[command(flatten)]
        paging: Paging,
    },

    /// List the backups of all stateful partitions of an application
    #[command(after_help = "Examples:
  sf-backup app backups fabric:/CalcApp --latest
  sf-backup app backups fabric:/CalcApp --chains
  sf-backup app backups fabric:/CalcApp --from 2024-03-01 --to 2024-03-31T23:59:59Z")]
    Backups {
        #[command(flatten)]
        of: Applications,
        #[command(flatten)]
        backups: Backups,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Applications {
    /// One or more applications (fabric:/App, or App), or - to read them from standard input, one per line
    #[arg(value_name = "APP", required = true)]
    ids: Vec<Given<ApplicationId>>,
    #[command(flatten)]
    several: Several,
}

impl Applications {
    fn read(self, input: &mut Input<'_, '_>) -> Result<Ids<ApplicationId>, Failure> {
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
            Self::List => GetApplicationInfoList::new().into(),
            Self::Enable { of, policy, wait } => {
                let enable = |id| EnableApplicationBackup::new(id, policy.clone());
                of.read(input)?.calls(enable).wait(wait.waiting()).into()
            }
            Self::Disable { of, clean_backup } => {
                let call = |id| {
                    let mut call = DisableApplicationBackup::new(id);
                    call.clean_backup = flag(clean_backup);
                    call
                };
                of.read(input)?.calls(call).into()
            }
            Self::Suspend { of } => of.read(input)?.calls(SuspendApplicationBackup::new).into(),
            Self::Resume { of } => of.read(input)?.calls(ResumeApplicationBackup::new).into(),
            Self::Config { of, paging } => {
                of.read(input)?.calls(|id| paged!(GetApplicationBackupConfigurationInfo::new(id), paging)).into()
            }
            Self::Backups { of, backups } => {
                of.read(input)?.calls(|id| backups!(GetApplicationBackupList::new(id), backups)).into()
            }
        })
    }
}
