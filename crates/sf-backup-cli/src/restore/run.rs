//! `sf-backup restore run`

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use sf_backup_ops::restore::{Limits, Now, Plan, Run};
use sf_backup_proto::model::restore::RestorePartitionDescription;
use sf_backup_proto::model::storage::BackupStorageDescription;
use sf_backup_proto::{PartitionId, RestorePartition};

use super::drive::{Driver, Ended};
use super::journal_file::{self, JournalFile};
use super::report;
use super::storage_file::{StorageFile, fetched};
use crate::args::restore::Run as Asked;
use crate::bulk::{AtOnce, Calls};
use crate::connection::Connection;
use crate::console::Terminal;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::{self, Input, Source};
use crate::interrupt::Interrupts;
use crate::manifest::twice;
use crate::reach::{Reach, block_on};
use crate::session::Session;
use crate::wait::again;
use crate::written::Written;

const VERB: &str = "restore run";

pub(crate) fn run(
    asked: &Asked,
    again: &[String],
    reach: Reach<'_>,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let plan = read(&asked.plan, terminal)?;
    if plan.restores.is_empty() {
        return Err(Failure::Usage(format!("{}: restores nothing", asked.plan)));
    }
    if !plan.missing.is_empty() && !asked.partial {
        return Err(Failure::Usage(format!(
            "{}: has no backups for {} of its partitions, the first being {} of {}; --partial restores the others",
            asked.plan,
            plan.missing.len(),
            plan.missing.first().map(|missing| missing.partition.to_string()).unwrap_or_default(),
            plan.missing.first().map(|missing| missing.service.to_string()).unwrap_or_default(),
        )));
    }
    let journal = journal_path(asked)?;
    let mut input = Input::new(terminal);
    let file = asked.from_storage.as_ref().map(|source| StorageFile::read(source, &mut input)).transpose()?;
    let storage =
        Storing { plan: &plan, source: &asked.plan, file: file.as_ref(), dry: reach.options.dry_run.is_some() };
    let storage = storage.storage()?;
    let timeout = Connection::of(&reach.options.connection, reach.around)?.timeout;
    let limits = Limits {
        parallel: asked.parallel,
        keep_going: asked.keep_going,
        // The gateway holds what is under way for as long as it was asked to wait.
        settle: timeout.map_or(Limits::SETTLE, |timeout| {
            Limits::SETTLE.max(Duration::from_secs(timeout.value.seconds().into()) + MARGIN)
        }),
        stuck_after: asked.restore_timeout.map_or(Limits::default().stuck_after, |minutes| {
            Duration::from_secs(u64::from(minutes) * 60) + 12 * MARGIN
        }),
    };
    let interruptible = terminal.console.interruptible;
    let calls = calls(&plan, storage.as_ref(), asked.restore_timeout);
    let mut session = reach.session(None, terminal)?;
    let mut starting = Starting { asked, plan, journal, calls, limits, again };
    if session.is_dry_run() {
        return starting.show(&mut session);
    }
    starting.confirm(reach.options.yes, &mut session)?;
    // What goes on then must be told: the run looks to interrupts itself.
    block_on(false, None, async {
        let interrupts = if interruptible { Interrupts::by_person() } else { Interrupts::none() };
        starting.carry_out(interrupts, &mut session).await
    })
}

const MARGIN: Duration = Duration::from_secs(10);

/// Each restore as it is sent.
pub(super) type Restores = BTreeMap<PartitionId, RestorePartition>;

/// A run before it begins.
struct Starting<'a> {
    asked: &'a Asked,
    plan: Plan,
    journal: PathBuf,
    calls: Restores,
    limits: Limits,
    /// The options by which another run finds the same cluster.
    again: &'a [String],
}

impl Starting<'_> {
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
        session.begin_all(&Calls::new(left, Some(AtOnce::default())), VERB, None)?;
        session.terminal().note(&format!(
            "{count} restores, {} at a time; each is awaited, and written to {} before it is sent",
            self.limits.parallel,
            self.journal.display()
        ));
        Ok(())
    }

    /// Asks what should be asked before anything is lost.
    fn confirm(&self, confirmed: bool, session: &mut Session<'_, '_>) -> Result<(), Failure> {
        for call in self.calls.values() {
            session.check(call)?;
        }
        let ours = session.client().endpoints().clone();
        let theirs = &self.plan.endpoints;
        if !ours.iter().any(|endpoint| theirs.iter().any(|other| other == endpoint)) {
            let elsewhere = format!("the plan was made for {theirs}, and this is {ours}");
            if confirmed {
                session.terminal().warn(&elsewhere);
            } else {
                session.confirm(VERB, Some(elsewhere))?;
            }
        }
        let loss = format!(
            "what {} hold now is replaced by what they held before ({}); what was written since is lost",
            match self.plan.restores.len() {
                1 => "1 partition".to_owned(),
                count => format!("{count} partitions"),
            },
            self.plan.summary()
        );
        session.confirm(VERB, Some(loss).filter(|_| !confirmed))
    }

    async fn carry_out(&mut self, interrupts: Interrupts, session: &mut Session<'_, '_>) -> Result<(), Failure> {
        let (journal, found) = JournalFile::open(&self.journal)?;
        let run = self.begin(&found)?;
        if !found.is_empty() {
            session.terminal().note(&format!("{} tells: {}", self.journal.display(), report::summary(&run.lines())));
        }
        let mut driver = Driver::new(run, journal, std::mem::take(&mut self.calls), interrupts, session);
        let ended = driver.drive().await?;
        let (run, failures) = driver.into_parts();
        let lines = run.lines();
        report::show(&lines, &failures, session.terminal())?;
        let again = self.again();
        let exit = report::worst(&lines, &failures);
        match ended {
            Ended::Interrupted => Err(Failure::Interrupted {
                problem: format!("interrupted; {}; what is under way goes on in the cluster", report::summary(&lines)),
                may_have_changed: true,
                hint: Some(format!("this goes on from here: {again}")),
            }),
            Ended::Unwritable(problem) => {
                let problem = format!(
                    "journal {}: cannot be written: {problem}; nothing was sent after that, and this goes on from here: {again}",
                    self.journal.display()
                );
                if exit == Exit::Done {
                    return Err(Failure::Other(problem));
                }
                session.terminal().warn(&problem);
                Err(Failure::Told(Exit::worst([exit, Exit::Failed])))
            }
            Ended::Over => {
                if run.is_resumable() {
                    session.terminal().hint(&format!("this goes on with what is left: {again}"));
                }
                if exit == Exit::Done { Ok(()) } else { Err(Failure::Told(exit)) }
            }
        }
    }

    fn begin(&self, found: &[sf_backup_ops::restore::journal::Entry]) -> Result<Run, Failure> {
        let run = Run::new(self.plan.clone(), found, self.limits);
        run.map_err(|error| journal_file::failure(&self.journal, &error.to_string()))
    }

    /// The command that goes on.
    fn again(&self) -> String {
        let mut words = vec!["restore".to_owned(), "run".to_owned()];
        words.push(match &self.asked.plan {
            Source::File(path) => path.display().to_string(),
            Source::Standard => "-".to_owned(),
        });
        if let Some(journal) = &self.asked.journal {
            words.extend(["--journal".to_owned(), journal.display().to_string()]);
        }
        if let Some(Source::File(path)) = &self.asked.from_storage {
            words.extend(["--from-storage".to_owned(), path.display().to_string()]);
        }
        let flags = [(self.asked.keep_going, "--keep-going"), (self.asked.partial, "--partial")];
        words.extend(flags.iter().filter(|(given, _)| *given).map(|(_, flag)| (*flag).to_owned()));
        again::line(self.again, words.iter().map(String::as_str))
    }
}

fn read(source: &Source, terminal: &mut Terminal<'_>) -> Result<Plan, Failure> {
    let written: Written = input::parsed(source, terminal.console.input)?;
    if let Some(path) = twice(&written, "") {
        return Err(Failure::Usage(format!("{source}: {path}: is there twice")));
    }
    let value = serde_json::to_value(&written).map_err(|error| Failure::Usage(format!("{source}: {error}")))?;
    Plan::read(&value).map_err(|error| Failure::Usage(format!("{source}: {error}")))
}

/// Beside the plan, unless said otherwise.
fn journal_path(asked: &Asked) -> Result<PathBuf, Failure> {
    match (&asked.journal, &asked.plan) {
        (Some(path), _) => Ok(path.clone()),
        (None, Source::File(path)) => {
            let mut name = path.clone().into_os_string();
            name.push(".journal");
            Ok(name.into())
        }
        (None, Source::Standard) => Err(Failure::usage(
            "--journal <FILE>: is needed for a plan from standard input, which has no place beside it",
        )),
    }
}

/// Where a plan's storage and its secrets come from.
struct Storing<'a> {
    plan: &'a Plan,
    source: &'a Source,
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
                Err(Failure::Usage(format!("--from-storage <FILE>: is another storage than that of {}", self.source)))
            }
            // A dry run shows no secret, and asks for none.
            _ if self.dry => Ok(Some(planned.description().clone())),
            Some(file) => file.fetched().map(Some),
            None => {
                let complete = planned.complete();
                complete.map_err(|withheld| {
                    Failure::Usage(format!("{}: storage.{withheld}; --from-storage names its file", self.source))
                })?;
                fetched(planned.description(), self.source).map(Some)
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

/// The time as the run wants it.
pub(super) fn now(begun: std::time::Instant, terminal: &Terminal<'_>) -> Now {
    Now { elapsed: begun.elapsed(), at: terminal.now() }
}
