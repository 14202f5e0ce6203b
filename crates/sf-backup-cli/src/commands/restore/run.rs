//! `sf-backup restore run`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sf_backup_ops::restore::journal::Entry;
use sf_backup_ops::restore::{Limits, Line, Outcome, Plan, Run};
use sf_backup_proto::RestorePartition;
use sf_backup_proto::model::restore::RestorePartitionDescription;
use sf_backup_proto::model::storage::BackupStorageDescription;

use super::drive::{Driver, Ended, Restores};
use super::journal_file::{self, JournalFile};
use super::question::Question;
use super::report::{self, Failures};
use super::storage_file::{StorageFile, fetched};
use super::{How, Run as Asked};
use crate::cluster::calls::Calls;
use crate::cluster::confirm::ask_first;
use crate::cluster::context::CommandContext;
use crate::cluster::input::{self, Input};
use crate::cluster::runtime::Interrupts;
use crate::cluster::runtime::block_on;
use crate::cluster::session::Session;
use crate::connection::Connection;
use crate::options::command_line::CommandLine;
use crate::options::files::Source;
use crate::options::ids::Concurrency;
use crate::output::atomic_write::create_whole;
use crate::output::console::Terminal;
use crate::output::exit::Exit;
use crate::output::failure::Failure;
use crate::output::render::{Format, document};

const VERB: &str = "restore run";

pub(crate) fn run(args: &Asked, context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
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

/// A plan that is to be carried out.
pub(super) struct Job<'a> {
    pub(super) verb: &'static str,
    pub(super) plan: Plan,
    /// Where the plan comes from, in errors.
    pub(super) source: String,
    /// The storage that was named for it.
    pub(super) file: Option<StorageFile>,
    pub(super) journal: PathBuf,
    pub(super) how: &'a How,
    pub(super) retry_failed: bool,
    /// What is typed to go on with it.
    pub(super) command: CommandLine,
    /// Where the plan is to be kept, before anything is sent.
    pub(super) keep: Option<PathBuf>,
    /// Whether the outcome is printed here, with what there is to do about it.
    pub(super) reports: bool,
}

/// What came of a plan.
pub(super) struct Carried {
    pub(super) lines: Vec<Line>,
    /// Whether the run came to its end: it was not interrupted, and its journal has all of it.
    pub(super) over: bool,
    /// How the command ends.
    pub(super) result: Result<(), Failure>,
}

impl Job<'_> {
    /// # Errors
    /// If nothing was begun.
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
                "{source}: has no backups for {} of its partitions, the first being {} of {}: {}; --partial restores the others",
                plan.missing.len(),
                missing.partition,
                missing.service,
                missing.reason,
            )));
        }
        let storage =
            Storing { plan: &plan, source: &source, file: file.as_ref(), dry: context.options.dry_run.is_some() };
        let storage = storage.storage()?;
        let timeout = Connection::of(&context.options.connection, context.environment)?.timeout;
        let limits = Limits {
            parallel: how.parallel,
            keep_going: how.keep_going,
            // The gateway holds what is under way for as long as it was asked to wait.
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
        let mut starting = Starting { verb, plan, journal, calls, limits, command, reports };
        if session.is_dry_run() {
            starting.show(&mut session)?;
            return Ok(Carried { lines: Vec::new(), over: false, result: Ok(()) });
        }
        let found = JournalFile::peek(&starting.journal)?;
        let run = starting.begin(&found)?;
        if run.is_over() {
            return starting.conclude_idle(&run, &mut session);
        }
        starting.confirm(&run, context.options.yes, &mut session)?;
        if let Some(path) = keep {
            starting.keep(&path, session.terminal())?;
        }
        // What goes on then must be told: the run looks to interrupts itself.
        block_on(false, None, async {
            let interrupts = if interruptible { Interrupts::by_person() } else { Interrupts::none() };
            starting.carry_out(interrupts, &mut session).await
        })
    }
}

const MARGIN: Duration = Duration::from_secs(10);

/// A run before it begins.
struct Starting {
    verb: &'static str,
    plan: Plan,
    journal: PathBuf,
    calls: Restores,
    limits: Limits,
    /// What was typed.
    command: CommandLine,
    reports: bool,
}

impl Starting {
    /// What would be sent.
    fn show(&mut self, session: &mut Session<'_, '_>) -> Result<(), Failure> {
        let found = JournalFile::peek(&self.journal)?;
        let run = self.begin(&found)?;
        let left = run.lines().into_iter().filter(|line| line.outcome.name() == "NotBegun").map(|line| line.partition);
        let left: Vec<RestorePartition> = left.filter_map(|partition| self.calls.get(&partition).cloned()).collect();
        if !found.is_empty() {
            session.terminal().note(&format!("so far: {}", report::summary(&run.lines())));
        }
        let count = left.len();
        session.begin_all(&Calls::new(left, Some(Concurrency::default())), self.verb, None)?;
        session.terminal().note(&format!(
            "{count} restores, {} at a time; each is recorded in {} before it is sent, and awaited",
            self.limits.parallel,
            self.journal.display()
        ));
        Ok(())
    }

    /// Asks what should be asked before anything is lost.
    fn confirm(&self, run: &Run, confirmed: bool, session: &mut Session<'_, '_>) -> Result<(), Failure> {
        for call in self.calls.values() {
            session.check(call)?;
        }
        if let Some(elsewhere) = self.elsewhere(session) {
            if confirmed {
                session.terminal().warn(&elsewhere);
            } else {
                let what = format!("go on ({elsewhere})");
                ask_first(session.terminal(), self.verb, &format!("{}: {elsewhere}. Continue?", self.verb), &what)?;
            }
        }
        let lines = run.lines();
        let left = lines.iter().filter(|line| may_have_been_sent(line, self.limits.retry_failed));
        let times: Vec<_> = left.clone().filter_map(|line| line.created).collect();
        let (Some(oldest), Some(newest)) = (times.iter().min(), times.iter().max()) else {
            // Everything is running: what that loses was confirmed when it was begun.
            return Ok(());
        };
        let question = Question {
            now: times.len(),
            all: self.plan.restores.len(),
            services: left.map(|line| &line.service).collect(),
            made: (*oldest, *newest),
        };
        if confirmed {
            return Ok(());
        }
        if !JournalFile::peek(&self.journal)?.is_empty() {
            session.terminal().note(&self.resuming(&lines));
        }
        let now = session.terminal().now();
        ask_first(session.terminal(), self.verb, &question.text(now), &format!("restore {}", question.what(now)))
    }

    /// Writes the plan to a new file.
    fn keep(&self, path: &Path, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
        let text = document(Format::Yaml, &self.plan)?;
        let kept = create_whole(path, &text);
        let kept = kept.map_err(|error| Failure::Usage(format!("{}: cannot be written: {error}", path.display())))?;
        if let Some(warning) = kept.warning(path) {
            terminal.warn(&warning);
        }
        terminal.note(&format!("the plan is kept in {}, its journal in {}", path.display(), self.journal.display()));
        Ok(())
    }

    /// Whether the plan was made for another cluster.
    fn elsewhere(&self, session: &Session<'_, '_>) -> Option<String> {
        let (ours, theirs) = (session.client().endpoints(), &self.plan.endpoints);
        let same = ours.iter().any(|endpoint| theirs.iter().any(|other| other == endpoint));
        (!same).then(|| format!("the plan was made for {theirs}, and this is {ours}"))
    }

    fn resuming(&self, lines: &[Line]) -> String {
        format!("resuming from {}: {}", self.journal.display(), report::summary(lines))
    }

    async fn carry_out(&mut self, interrupts: Interrupts, session: &mut Session<'_, '_>) -> Result<Carried, Failure> {
        let (mut journal, found) = JournalFile::open(&self.journal)?;
        let run = self.begin(&found)?;
        for warning in journal.begin()? {
            session.terminal().warn(&warning);
        }
        if !found.is_empty() {
            let text = self.resuming(&run.lines());
            session.terminal().note(&text);
        }
        let mut driver = Driver::new(run, journal, std::mem::take(&mut self.calls), interrupts, session);
        let ended = driver.drive().await?;
        let conditions = if matches!(ended, Ended::Over) { driver.look_afterwards().await } else { BTreeMap::new() };
        let (run, failures) = driver.into_parts();
        let mut lines = run.lines();
        for line in &mut lines {
            line.condition = conditions.get(&line.partition).cloned();
        }
        if self.reports {
            report::show(&lines, &failures, session.terminal())?;
        }
        let again = self.command.line();
        let exit = report::worst(&lines, &failures);
        let over = matches!(ended, Ended::Over);
        let result = match ended {
            Ended::Interrupted => Err(Failure::Interrupted {
                problem: format!("interrupted; {}; what is running continues in the cluster", report::summary(&lines)),
                may_have_changed: true,
                hint: Some(format!("to resume: {again}")),
            }),
            Ended::Unwritable(problem) => {
                let problem = format!(
                    "journal {}: cannot be written: {problem}; nothing was sent after that, and to resume: {again}",
                    self.journal.display()
                );
                if exit == Exit::Done {
                    Err(Failure::Other(problem))
                } else {
                    session.terminal().warn(&problem);
                    Err(Failure::AlreadyReported(Exit::worst([exit, Exit::Failed])))
                }
            }
            Ended::Over => {
                if self.reports && run.is_resumable() {
                    session.terminal().hint(&format!("to restore the rest: {again}"));
                }
                self.hint_at_retry(&lines, session.terminal());
                result_of(exit)
            }
        };
        Ok(Carried { lines, over, result })
    }

    /// The plan has nothing left to do: the result is what earlier runs came to.
    fn conclude_idle(&self, run: &Run, session: &mut Session<'_, '_>) -> Result<Carried, Failure> {
        let (lines, failures) = (run.lines(), Failures::new());
        let result = result_of(report::worst(&lines, &failures));
        if !self.reports {
            return Ok(Carried { lines, over: true, result });
        }
        let elsewhere = self.elsewhere(session);
        let terminal = session.terminal();
        if let Some(elsewhere) = elsewhere {
            terminal.warn(&elsewhere);
        }
        report::show(&lines, &failures, terminal)?;
        let with_new_journal = self.command.clone().with_journal(&free_journal(&self.journal));
        terminal.note(&format!(
            "nothing to do: {} shows that every restore of this plan has ended; to run the whole plan again, use \
                another journal: {}",
            self.journal.display(),
            with_new_journal.line()
        ));
        self.hint_at_retry(&lines, terminal);
        Ok(Carried { lines, over: true, result })
    }

    /// What failed is not restored by running the plan again; only where that is asked for.
    fn hint_at_retry(&self, lines: &[Line], terminal: &mut Terminal<'_>) {
        let failed = match lines.iter().filter(|line| line.outcome.has_failed()).count() {
            _ if !self.reports => return,
            0 => return,
            1 => "1 partition failed or timed out; restore it".to_owned(),
            failed => format!("{failed} partitions failed or timed out; restore them"),
        };
        terminal.hint(&format!("{failed} again with: {}", self.command.clone().with("--retry-failed").line()));
    }

    fn begin(&self, found: &[Entry]) -> Result<Run, Failure> {
        let run = Run::new(self.plan.clone(), found, self.limits);
        run.map_err(|error| journal_file::failure(&self.journal, &error.to_string()))
    }
}

fn result_of(exit: Exit) -> Result<(), Failure> {
    if exit == Exit::Done { Ok(()) } else { Err(Failure::AlreadyReported(exit)) }
}

/// Whether this run may overwrite the partition: what is running was confirmed when it was begun.
fn may_have_been_sent(line: &Line, retry_failed: bool) -> bool {
    match &line.outcome {
        Outcome::NotBegun | Outcome::Unknown(_) => true,
        outcome => retry_failed && outcome.has_failed(),
    }
}

/// More than a plan of fifty thousand partitions takes.
const LARGEST_PLAN: u64 = 64 * 1024 * 1024;

pub(super) fn read_plan(source: &Source, terminal: &mut Terminal<'_>) -> Result<Plan, Failure> {
    let value = input::value_within(source, terminal.console.input, LARGEST_PLAN)?;
    Plan::read(&value).map_err(|error| Failure::Usage(format!("{source}: {error}")))
}

/// Beside the plan, unless said otherwise.
fn journal_path(args: &Asked) -> Result<PathBuf, Failure> {
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

/// A journal's name that is not taken: `plan.yaml.journal.2`.
fn free_journal(journal: &Path) -> PathBuf {
    let mut name = journal.to_owned();
    for number in 2..100 {
        let mut text = journal.as_os_str().to_owned();
        text.push(format!(".{number}"));
        name = text.into();
        if !name.exists() {
            break;
        }
    }
    name
}

/// Where a plan's storage and its secrets come from.
struct Storing<'a> {
    plan: &'a Plan,
    source: &'a str,
    file: Option<&'a StorageFile>,
    dry: bool,
}

impl Storing<'_> {
    /// The storage that each restore names, with its secrets; `None` where the policy in force says it.
    fn storage(&self) -> Result<Option<BackupStorageDescription>, Failure> {
        let Some(planned) = &self.plan.storage else {
            return match self.file {
                None => Ok(None),
                Some(_) => Err(Failure::Usage(format!("--from-storage <FILE>: {} names no storage", self.source))),
            };
        };
        match self.file {
            Some(file) if !file.storage().is_same_place(planned) => {
                Err(Failure::Usage(format!("--from-storage <FILE>: differs from the storage of {}", self.source)))
            }
            // A dry run shows no secret, and asks for none.
            _ if self.dry => Ok(Some(planned.description().clone())),
            Some(file) => file.fetched().map(Some),
            None => {
                let complete = planned.complete();
                complete.map_err(|withheld| {
                    Failure::Usage(format!("{}: storage.{withheld}; --from-storage names its file", self.source))
                })?;
                fetched(planned.description(), &self.source).map(Some)
            }
        }
    }
}

fn calls(plan: &Plan, storage: Option<&BackupStorageDescription>, minutes: Option<u32>) -> Restores {
    let call = |restore: &sf_backup_ops::restore::Restore| {
        let mut backup = RestorePartitionDescription::new(restore.point.id(), restore.point.location());
        backup.backup_storage = storage.cloned();
        let mut call = RestorePartition::new(restore.partition.id).restore(backup);
        call.restore_timeout = minutes;
        (restore.partition.id, call)
    };
    plan.restores.iter().map(call).collect()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    /// Larger than other files may be, in bytes and in what a reader of YAML takes without being told.
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
        // Any other file of that size is refused.
        assert!(input::parsed(&Source::Standard, &mut text.as_bytes()).is_err());
    }

    #[test]
    fn a_free_journal_has_the_next_number() {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("j");
        assert!(free_journal(&journal).ends_with("j.2"));
        std::fs::write(folder.path().join("j.2"), "").unwrap();
        assert!(free_journal(&journal).ends_with("j.3"));
    }
}
