//! `sf-backup restore run`

mod prepared;
mod storage;

use std::path::{Path, PathBuf};
use std::time::Duration;

use sf_backup_ops::restore::{Limits, Line, Plan};

use super::journal_file::JournalFile;
use super::report;
use super::storage_file::StorageFile;
use super::{How, Run as Arguments};
use crate::cluster::context::CommandContext;
use crate::cluster::input::{self, Input};
use crate::cluster::runtime::{Interrupts, block_on};
use crate::connection::Connection;
use crate::options::command_line::CommandLine;
use crate::options::files::Source;
use crate::output::console::Terminal;
use crate::output::failure::Failure;
use prepared::Prepared;
use storage::{PlanStorage, calls};

const VERB: &str = "restore run";

pub(crate) fn run(args: &Arguments, context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let plan = read_plan(&args.plan, terminal)?;
    let journal = journal_path(args)?;
    let mut input = Input::new(&context, terminal);
    let file = args.from_storage.as_ref().map(|source| StorageFile::read(source, &mut input)).transpose()?;
    let job = Job {
        verb: VERB,
        plan,
        source: args.plan.to_string(),
        file,
        journal,
        how: &args.how,
        retry_failed: args.retry_failed,
        command: context.typed.clone(),
        keep: None,
        reports: true,
    };
    job.carry_out(context, terminal)?.result
}

/// A plan to run.
pub(super) struct Job<'a> {
    pub(super) verb: &'static str,
    pub(super) plan: Plan,
    /// The source of the plan, for errors.
    pub(super) source: String,
    /// The storage that was given for it.
    pub(super) file: Option<StorageFile>,
    pub(super) journal: PathBuf,
    pub(super) how: &'a How,
    pub(super) retry_failed: bool,
    /// The command that resumes it.
    pub(super) command: CommandLine,
    /// The file that stores the plan before anything is sent.
    pub(super) keep: Option<PathBuf>,
    /// Whether to print the outcome and what to do next.
    pub(super) reports: bool,
}

/// The outcome of a plan.
pub(super) struct Carried {
    pub(super) lines: Vec<Line>,
    /// Whether the run is complete: not interrupted, and completely in its journal.
    pub(super) over: bool,
    /// The result of the command.
    pub(super) result: Result<(), Failure>,
}

impl Job<'_> {
    /// # Errors
    /// If nothing was started.
    pub(super) fn carry_out(
        self,
        context: CommandContext<'_>,
        terminal: &mut Terminal<'_>,
    ) -> Result<Carried, Failure> {
        let Self { verb, plan, source, file, journal, how, retry_failed, command, keep, reports } = self;
        if reports {
            terminal.check_sort(report::COLUMNS)?;
        }
        if plan.restores.is_empty() {
            return Err(Failure::Usage(format!("{source}: the plan restores nothing")));
        }
        if let (Some(missing), false) = (plan.missing.first(), how.partial) {
            return Err(Failure::Usage(format!(
                "{source}: has no backups for {} of its partitions; the first is {} of {}: {}; --partial restores the others",
                plan.missing.len(),
                missing.partition,
                missing.service,
                missing.reason,
            )));
        }
        let storage =
            PlanStorage { plan: &plan, source: &source, file: file.as_ref(), dry: context.options.dry_run.is_some() };
        let storage = storage.storage()?;
        let timeout = Connection::of(&context.options.connection, context.environment)?.timeout;
        let limits = Limits {
            parallel: how.parallel,
            keep_going: how.keep_going,
            // The gateway holds a request for as long as its timeout.
            settle: timeout.map_or(Limits::SETTLE, |timeout| {
                Limits::SETTLE.max(Duration::from_secs(timeout.value.seconds().into()) + MARGIN)
            }),
            stuck_after: how.restore_timeout.map_or(Limits::default().stuck_after, |minutes| {
                Duration::from_secs(u64::from(minutes) * 60) + 12 * MARGIN
            }),
            retry_failed,
        };
        let interruptible = terminal.console.interruptible;
        let calls = calls(&plan, storage.as_ref(), how.restore_timeout);
        let mut session = context.session(None, terminal)?;
        session.open_log()?;
        let mut prepared = Prepared { verb, plan, journal, calls, limits, command, reports };
        if session.is_dry_run() {
            prepared.show(&mut session)?;
            return Ok(Carried { lines: Vec::new(), over: false, result: Ok(()) });
        }
        let found = JournalFile::peek(&prepared.journal)?;
        let run = prepared.begin(&found)?;
        if run.is_over() {
            return prepared.conclude_idle(&run, &mut session);
        }
        prepared.confirm(&run, context.options.yes, &mut session)?;
        if let Some(path) = keep {
            prepared.keep(&path, session.terminal())?;
        }
        // The run handles interrupts itself, because it must report the running restores.
        block_on(false, None, async {
            let interrupts = if interruptible { Interrupts::by_person() } else { Interrupts::none() };
            prepared.carry_out(interrupts, &mut session).await
        })
    }
}

const MARGIN: Duration = Duration::from_secs(10);

/// Maximum size of a plan: more than fifty thousand partitions.
const LARGEST_PLAN: u64 = 64 * 1024 * 1024;

pub(super) fn read_plan(source: &Source, terminal: &mut Terminal<'_>) -> Result<Plan, Failure> {
    let value = input::value_within(source, terminal.console.input, LARGEST_PLAN)?;
    Plan::read(&value).map_err(|error| Failure::Usage(format!("{source}: {error}")))
}

/// The path of the journal; beside the plan by default.
fn journal_path(args: &Arguments) -> Result<PathBuf, Failure> {
    match (&args.how.journal, &args.plan) {
        (Some(path), _) => Ok(path.clone()),
        (None, Source::File(path)) => Ok(journal_beside(path)),
        (None, Source::Standard) => Err(Failure::usage("--journal <FILE>: is required for a plan from standard input")),
    }
}

/// `plan.yaml.journal`
pub(super) fn journal_beside(plan: &Path) -> PathBuf {
    let mut name = plan.to_owned().into_os_string();
    name.push(".journal");
    name.into()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    /// Plans may be larger than other files, in bytes and in the limits of the YAML parser.
    #[test]
    fn a_plan_of_many_partitions_is_read() {
        const COUNT: usize = 6_000;
        let mut text = "apiVersion: sf-backup/v1\nkind: RestorePlan\ncreatedAt: 2024-03-09T12:00:00Z\n\
                        endpoints: [\"http://a:1\"]\nrestores:\n"
            .to_owned();
        for number in 0..COUNT {
            let id = format!("6b1c2f7e-0000-4000-8000-{number:012}");
            write!(
                text,
                "- ServiceName: fabric:/Shop/Cart\n  PartitionInformation:\n    ServicePartitionKind: Named\n    Id: {id}\n    \
                 Name: \"{number}\"\n  Backup:\n    BackupId: {id}\n    BackupChainId: {id}\n    ApplicationName: fabric:/Shop\n    \
                 ServiceName: fabric:/Shop/Cart\n    PartitionInformation:\n      ServicePartitionKind: Named\n      Id: {id}\n      \
                 Name: \"{number}\"\n    BackupLocation: Shop\\Cart\\{id}\\2024-01-01 03.00.16.zip\n    BackupType: Full\n    \
                 EpochOfLastBackupRecord:\n      DataLossVersion: \"131992384400001234\"\n      ConfigurationVersion: \
                 \"8589934592\"\n    LsnOfLastBackupRecord: \"345\"\n    CreationTimeUtc: 2024-01-01T03:00:16Z\n    \
                 ServiceManifestVersion: \"1.0.0\"\n  ChainLength: 1\n  Loses: what was written after then\n"
            )
            .unwrap();
        }
        assert!(text.len() > 4 * 1024 * 1024, "{}", text.len());
        let value = input::value_within(&Source::Standard, &mut text.as_bytes(), LARGEST_PLAN).unwrap();
        let plan = Plan::read(&value).unwrap();
        assert_eq!(plan.restores.len(), COUNT);
        // Any other file of that size is rejected.
        assert!(input::parsed(&Source::Standard, &mut text.as_bytes()).is_err());
    }
}
