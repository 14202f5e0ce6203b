//! The commands that applications, services and partitions share.

use std::fmt;
use std::hash::Hash;
use std::str::FromStr;

use clap::{Args, Subcommand};
use sf_backup_proto::{BackupPartition, PartitionId, PolicyName};

use crate::cluster::call::Call;
use crate::cluster::ids::Ids;
use crate::cluster::input::Input;
use crate::cluster::partitions::Typed;
use crate::options::duration;
use crate::options::files::Source;
use crate::options::ids::{BatchOptions, EntityArg};
use crate::options::listing::{Backups, Grouping};
use crate::options::waiting::{Wait, WaitForPolicy, Waiting};
use crate::output::failure::Failure;

/// The `--help` of a command.
#[derive(Debug)]
pub(crate) struct Help {
    pub(crate) about: &'static str,
    /// The summary with details, if there are any.
    pub(crate) long: Option<&'static str>,
    pub(crate) examples: &'static str,
}

/// [`Help`] from a summary, details if there are any, and the lines of the examples.
macro_rules! help {
    ($about:literal, $examples:literal) => {
        Help { about: $about, long: None, examples: concat!("Examples:\n", $examples) }
    };
    ($about:literal, $details:literal, $examples:literal) => {
        Help {
            about: $about,
            long: Some(concat!($about, "\n\n", $details)),
            examples: concat!("Examples:\n", $examples),
        }
    };
}

/// A level of entities, with the differences between the commands of the three.
pub(crate) trait Level: fmt::Debug + Clone + Send + Sync + 'static {
    type Id: fmt::Debug + Clone + Eq + Hash;
    /// An entity in an argument.
    type Typed: Typed<Id = Self::Id>;
    /// The options of `config`.
    type Config: Args + fmt::Debug;

    /// The name of the argument in a usage line, and its help.
    const ARGUMENT: (&'static str, &'static str);
    const ENABLE: Help;
    const DISABLE: Help;
    const SUSPEND: Help;
    const RESUME: Help;
    const CONFIG: Help;
    const BACKUPS: Help;
    const BACKUP: Help;

    /// The partitions to back up.
    fn partitions(ids: Ids<Self::Id>, input: &mut Input<'_, '_>) -> Result<Ids<PartitionId>, Failure>;
    fn enable(ids: Ids<Self::Id>, policy: &PolicyName, waiting: Option<Waiting>) -> Call;
    fn disable(ids: Ids<Self::Id>, clean_backup: bool) -> Call;
    fn suspend(ids: Ids<Self::Id>) -> Call;
    fn resume(ids: Ids<Self::Id>) -> Call;
    fn config(ids: Ids<Self::Id>, options: &Self::Config) -> Call;
    fn backups(ids: Ids<Self::Id>, options: &Backups, grouping: Option<Grouping>) -> Call;
}

#[derive(Debug, Subcommand)]
pub(crate) enum EntityCommand<L: Level> {
    #[command(about = L::ENABLE.about, long_about = L::ENABLE.long, after_help = L::ENABLE.examples)]
    Enable {
        #[command(flatten)]
        of: Entities<L>,
        /// The policy, which must exist
        #[arg(long, value_name = "NAME")]
        policy: PolicyName,
        #[command(flatten)]
        wait: WaitForPolicy,
    },
    #[command(about = L::DISABLE.about, long_about = L::DISABLE.long, after_help = L::DISABLE.examples)]
    Disable {
        #[command(flatten)]
        of: Entities<L>,
        /// Also delete all existing backups; requires runtime 6.4 or later
        #[arg(long)]
        clean_backup: bool,
    },
    #[command(about = L::SUSPEND.about, long_about = L::SUSPEND.long, after_help = L::SUSPEND.examples)]
    Suspend {
        #[command(flatten)]
        of: Entities<L>,
    },
    #[command(about = L::RESUME.about, long_about = L::RESUME.long, after_help = L::RESUME.examples)]
    Resume {
        #[command(flatten)]
        of: Entities<L>,
    },
    #[command(about = L::CONFIG.about, long_about = L::CONFIG.long, after_help = L::CONFIG.examples)]
    Config {
        #[command(flatten)]
        of: Entities<L>,
        #[command(flatten)]
        options: L::Config,
    },
    #[command(about = L::BACKUPS.about, long_about = L::BACKUPS.long, after_help = L::BACKUPS.examples)]
    Backups {
        #[command(flatten)]
        of: Entities<L>,
        #[command(flatten)]
        backups: Backups,
    },
    #[command(about = L::BACKUP.about, long_about = L::BACKUP.long, after_help = L::BACKUP.examples)]
    Backup {
        #[command(flatten)]
        of: Entities<L>,
        /// The storage to use, as JSON or YAML (BackupStorageDescription); - is standard input
        #[arg(long, value_name = "FILE")]
        storage_file: Option<Source>,
        /// Time limit of each backup in minutes; if not given, the server uses 10
        #[arg(long, value_name = "MIN", value_parser = duration::minutes)]
        backup_timeout: Option<u32>,
        #[command(flatten)]
        wait: Wait,
    },
}

/// The entities of a command, all of one level.
#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct Entities<L: Level> {
    #[arg(value_name = L::ARGUMENT.0, help = L::ARGUMENT.1, required = true, value_parser = entity::<L>)]
    ids: Vec<EntityArg<L::Typed>>,
    #[command(flatten)]
    batch: BatchOptions,
}

fn entity<L: Level>(text: &str) -> Result<EntityArg<L::Typed>, String> {
    text.parse().map_err(|error: <L::Typed as FromStr>::Err| error.to_string())
}

impl<L: Level> Entities<L> {
    pub(crate) fn read(self, input: &mut Input<'_, '_>) -> Result<Ids<L::Id>, Failure> {
        Ids::read(self.ids, self.batch, input)
    }
}

impl<L: Level> EntityCommand<L> {
    pub(crate) fn call(self, input: &mut Input<'_, '_>) -> Result<Call, Failure> {
        Ok(match self {
            Self::Enable { of, policy, wait } => L::enable(of.read(input)?, &policy, wait.waiting()),
            Self::Disable { of, clean_backup } => L::disable(of.read(input)?, clean_backup),
            Self::Suspend { of } => L::suspend(of.read(input)?),
            Self::Resume { of } => L::resume(of.read(input)?),
            Self::Config { of, options } => L::config(of.read(input)?, &options),
            Self::Backups { of, backups } => {
                let grouping = backups.window.grouping()?;
                L::backups(of.read(input)?, &backups, grouping)
            }
            Self::Backup { of, storage_file, backup_timeout, wait } => {
                let of = of.read(input)?;
                let storage = input.storage(storage_file.as_ref(), "BackupStorage")?;
                let ids = L::partitions(of, input)?;
                let call = |id| {
                    let mut call = BackupPartition::new(id);
                    call.storage.clone_from(&storage);
                    call.backup_timeout = backup_timeout;
                    call
                };
                ids.calls(call).wait(wait.waiting()).into()
            }
        })
    }
}

/// The operations of a level.
macro_rules! level_calls {
    ($Enable:ident, $Disable:ident, $Suspend:ident, $Resume:ident, $Backups:ident) => {
        fn enable(ids: Ids<Self::Id>, policy: &PolicyName, waiting: Option<Waiting>) -> Call {
            ids.calls(|id| $Enable::new(id, policy.clone())).wait(waiting).into()
        }

        fn disable(ids: Ids<Self::Id>, clean_backup: bool) -> Call {
            let call = |id| {
                let mut call = $Disable::new(id);
                call.clean_backup = flag(clean_backup);
                call
            };
            ids.calls(call).into()
        }

        fn suspend(ids: Ids<Self::Id>) -> Call {
            ids.calls($Suspend::new).into()
        }

        fn resume(ids: Ids<Self::Id>) -> Call {
            ids.calls($Resume::new).into()
        }

        fn backups(ids: Ids<Self::Id>, options: &Backups, grouping: Option<Grouping>) -> Call {
            ids.calls(|id| backups!($Backups::new(id), options)).group(grouping).into()
        }
    };
}
pub(crate) use {help, level_calls};
