//! `sf-backup drill …`: restores into a scratch service, to prove that the backups can be restored.

mod init;
mod list;
mod probe;
mod run;
mod state;
mod table;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use sf_backup_ops::drill::DrillRefusal;
use sf_backup_ops::inventory::Service;
use sf_backup_proto::{PolicyName, ServiceId};

use crate::cluster::client::Client;
use crate::cluster::context::CommandContext;
use crate::cluster::inventory;
use crate::options::duration::{self, DurationArg};
use crate::options::files::{OutputFile, Source};
use crate::options::moment::Moment;
use crate::options::scope::Scope;
use crate::output::console::Terminal;
use crate::output::failure::Failure;

#[derive(Debug, Subcommand)]
pub(crate) enum DrillCommand {
    /// Print a drill file for a service and a scratch service
    ///
    /// The scratch service must exist, with the same partitions as the service. The file names all of them: a drill
    /// refuses to run if the scratch service has any others. A drill replaces the data of the scratch service, so the file
    /// must mark it as scratch: --yes sets the mark, otherwise set overwriteScratch to true in the file. Changes
    /// nothing in the cluster.
    #[command(after_help = "Examples:
  sf-backup drill init --service CalcApp/CalcService --scratch Drill/CalcService -f drill.yaml
  sf-backup drill init --service CalcApp/CalcService --scratch Drill/CalcService --yes \\
    --probe '/usr/local/bin/check-calc --deep' -f drill.yaml")]
    Init(Init),

    /// Restore the newest backups into the scratch service, run the probe, and record the result
    ///
    /// Checks the scratch service before anything is restored: it must be marked as scratch, must not be the service itself,
    /// and must have the same partitions, all of which the file names. Restores as 'restore now --into' does, and continues
    /// with the other partitions after a failure. Then runs the file's probe, which reads the result as JSON from standard
    /// input, and appends the result to the history. An interrupted drill is resumed by the same command and never restores
    /// a partition twice. The exit code is that of the worst partition, or 24 if the probe fails.
    #[command(after_help = "Examples:
  sf-backup drill run -f drill.yaml
  sf-backup drill run -f drill.yaml --at 'yesterday 04:00' --yes
  sf-backup drill run -f drill.yaml --from-storage share.yaml --yes
  sf-backup metrics --drill-history drill.yaml.history
  sf-backup audit --report html --drill-history drill.yaml.history -f audit.html")]
    Run(Box<Run>),

    /// List the drills so far: outcome, recovery time and age of the data
    ///
    /// Reads the history, oldest drill first, without contacting a cluster.
    #[command(after_help = "Examples:
  sf-backup drill history -f drill.yaml
  sf-backup -o json drill history -f drill.yaml")]
    History(List),
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The service whose backups are to be restored
    #[arg(long, value_name = "ID")]
    service: ServiceId,
    /// The service that each drill overwrites
    #[arg(long, value_name = "ID")]
    scratch: ServiceId,
    /// A program that checks the restored data, and its arguments, separated by spaces; quotes are not special
    #[arg(long, value_name = "COMMAND")]
    probe: Option<String>,

    #[command(flatten)]
    pub(crate) file: OutputFile,
}

/// The files of a drill.
#[derive(Debug, Args)]
pub(crate) struct Files {
    /// The drill file, as 'drill init' prints it
    #[arg(short = 'f', long, value_name = "FILE")]
    file: PathBuf,
    /// The file that records each drill; the default is FILE.history. The plan and the journal of a running drill are
    /// kept beside it
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    #[command(flatten)]
    files: Files,

    /// Restore the newest backups created at or before this time, as 'restore plan --at' does
    #[arg(long, value_name = "TIME")]
    at: Option<Moment>,
    /// Restore from this storage: JSON or YAML (BackupStorageDescription); - is standard input. The default is the
    /// storage of the effective policy
    #[arg(long, value_name = "FILE")]
    from_storage: Option<Source>,
    /// Restore from the storage of this policy, which must not require secrets: the cluster does not return them
    #[arg(long, value_name = "NAME", conflicts_with = "from_storage")]
    from_policy: Option<PolicyName>,
    /// Allow a scratch service of another type
    #[arg(long)]
    force: bool,
    /// Maximum partitions restored concurrently
    #[arg(long, value_name = "N", default_value = "4")]
    parallel: NonZeroUsize,
    /// Time limit of each restore in minutes; if not given, the server uses 10, or 30 in later releases
    #[arg(long, value_name = "MIN", value_parser = duration::minutes)]
    restore_timeout: Option<u32>,
    /// Time limit of the probe
    #[arg(long, value_name = "DURATION", default_value = "15m")]
    probe_timeout: DurationArg,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    files: Files,
}

pub(crate) fn run(
    verb: &DrillCommand,
    context: CommandContext<'_>,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    match verb {
        DrillCommand::Init(init) => init::run(init, context, terminal),
        DrillCommand::Run(run) => run::run(run, context, terminal),
        DrillCommand::History(list) => list::run(list, context, terminal),
    }
}

impl Files {
    fn history(&self) -> PathBuf {
        self.history.clone().unwrap_or_else(|| with_ending(&self.file, ".history"))
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(ending);
    name.into()
}

/// Number of lists that are read concurrently.
const LISTED: NonZeroUsize = NonZeroUsize::MIN.saturating_add(15);

/// A service in the cluster with all its partitions.
async fn service(client: &Client, id: &ServiceId) -> Result<Service, Failure> {
    let found = inventory::read(client, &Scope::Service(id.clone()), LISTED).await?;
    let services = found.applications.into_iter().flat_map(|application| application.services);
    let absent = || Failure::Absent(format!("{id}: the cluster does not list this service"));
    services.into_iter().find(|service| service.id == *id).ok_or_else(absent)
}

fn refused(file: &dyn std::fmt::Display, refusal: &DrillRefusal) -> Failure {
    Failure::Usage(format!("{file}: {refusal}; nothing was sent"))
}
