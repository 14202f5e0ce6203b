//! `sf-backup restore plan`

use std::num::NonZeroUsize;
use std::time::Duration;

use sf_backup_ops::duration;
use sf_backup_ops::restore::{Cause, Choice, Clock, Plan, When, plan};
use sf_backup_proto::inventory::{GetApplicationNameInfo, GetServiceInfoList, GetServiceNameInfo};
use sf_backup_proto::{GetBackupPolicyByName, Timestamp};

use super::elsewhere;
use super::kinds;
use super::scope::Route;
use super::sources::{self, Found, RequestedTime};
use super::storage_file::StorageFile;
use super::table;
use super::{Choice as ChoiceArgs, Plan as Arguments};
use crate::cluster::context::CommandContext;
use crate::cluster::input::{Document, Input};
use crate::cluster::runtime::block_on;
use crate::cluster::session::Session;
use crate::options::scope::Scope;
use crate::output::console::Terminal;
use crate::output::exit::Exit;
use crate::output::failure::Failure;
use crate::output::render::{Format, document};

/// The maximum number of items of a kind that are listed one by one.
const NAMED: usize = 20;

pub(crate) fn run(args: &Arguments, context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let mut planning = Planning::read(&args.choice, args.parallel, context, terminal)?;
    let interruptible = terminal.console.interruptible;
    let mut session = context.session(planning.document.take(), terminal)?;
    if !planning.begin(VERB, &mut session)? {
        return Ok(());
    }
    let Made { plan, notes, unlisted, now, .. } = block_on(interruptible, None, planning.make(&mut session))?;
    let terminal = session.terminal();
    let format = terminal.document_format(Format::Yaml);
    let text = document(format, &plan)?;
    terminal.result(&text)?;
    print_plan(&plan, &notes, now, terminal);
    if !plan.restores.is_empty() && !plan.missing.is_empty() {
        terminal.note("the plan is incomplete: 'restore run' requires --partial");
    }
    if let Some(Err(withheld)) = plan.storage.as_ref().map(|storage| storage.complete()) {
        terminal.note(&format!("'restore run' also needs --from-storage: {withheld}"));
    }
    // Backups that could not be listed may exist: the plan is incomplete, but not "there is none".
    match unlisted {
        Exit::Done if plan.restores.is_empty() => Err(Failure::AlreadyReported(Exit::NotFound)),
        Exit::Done => Ok(()),
        exit => Err(Failure::AlreadyReported(exit)),
    }
}

/// The inputs of a plan, before a cluster is queried.
pub(super) struct Planning<'a> {
    args: &'a ChoiceArgs,
    parallel: NonZeroUsize,
    route: Route,
    file: Option<StorageFile>,
    /// The file of the storage, for the messages of errors.
    pub(super) document: Option<Document>,
}

/// A plan, with its notes.
pub(super) struct Made {
    pub(super) plan: Plan,
    pub(super) notes: Vec<String>,
    /// The exit code for lists of backups that could not be read.
    pub(super) unlisted: Exit,
    /// The current time, by the plan's clock.
    pub(super) now: Timestamp,
    /// The given storage.
    pub(super) file: Option<StorageFile>,
}

impl<'a> Planning<'a> {
    pub(super) fn read(
        args: &'a ChoiceArgs,
        parallel: NonZeroUsize,
        context: CommandContext<'_>,
        terminal: &mut Terminal<'_>,
    ) -> Result<Self, Failure> {
        let mut input = Input::new(&context, terminal);
        let route = Route::of(args, |typed| input.partition(typed))?;
        let file = args.from_storage.as_ref().map(|source| StorageFile::read(source, &mut input)).transpose()?;
        Ok(Self { args, parallel, route, file, document: input.into_document() })
    }

    /// Prints the first request in a dry run. Returns whether to continue.
    pub(super) fn begin(&self, verb: &str, session: &mut Session<'_, '_>) -> Result<bool, Failure> {
        let first = match &self.route.target {
            Scope::Service(id) => session.begin(&GetApplicationNameInfo::new(id.clone()), verb, None)?,
            Scope::Partition(id) => session.begin(&GetServiceNameInfo::new(*id), verb, None)?,
            Scope::Application(id) => session.begin(&GetServiceInfoList::new(id.clone()), verb, None)?,
            Scope::Cluster => false,
        };
        if !first {
            session.terminal().note("nothing was sent; planning sends many such read requests and changes nothing");
        }
        Ok(first)
    }

    /// The given storage, if the plan exists already.
    pub(super) fn into_file(self) -> Option<StorageFile> {
        self.file
    }

    pub(super) async fn make(self, session: &mut Session<'_, '_>) -> Result<Made, Failure> {
        let Self { args, parallel, route, mut file, .. } = self;
        let client = session.client().clone();
        if let Some(name) = &args.from_policy {
            file = Some(StorageFile::of_policy(session.ask(GetBackupPolicyByName::new(name.clone())).await?)?);
        }
        let requested = RequestedTime { moment: args.at, local: session.terminal().now() };
        let mut found = match &file {
            None => session.patiently(sources::of_cluster(&client, &route, requested, parallel)).await?,
            Some(file) => {
                let (storage, source) = (file.fetched()?, args.source_service.clone());
                session.patiently(sources::of_storage(&client, &route, source, requested, storage, parallel)).await?
            }
        };
        if !route.is_to_itself() {
            let differing = session.patiently(kinds::differing(&client, &found.pairs)).await;
            kinds::refuse(&differing, args.force)?;
            found.warnings.extend(differing);
        }
        let Found { pairs, storage, warnings, unlisted, as_of } = found;
        let choice = Choice {
            when: as_of.at.map_or(When::Latest, When::At),
            now: as_of.now,
            clock: as_of.clock,
            endpoints: client.endpoints().clone(),
            storage: file.as_ref().map(StorageFile::storage).or(storage),
        };
        let (mut plan, notes) = plan(choice, pairs);
        if file.is_none() {
            session.patiently(elsewhere::look(&client, &mut plan)).await;
        }
        let notes = warnings.into_iter().chain(notes).collect();
        Ok(Made { plan, notes, unlisted: Exit::worst(unlisted), now: as_of.now, file })
    }
}

const VERB: &str = "restore plan";
/// A smaller difference between clocks, in seconds, is not mentioned.
const NOTEWORTHY: u64 = 60;

/// Prints a plan in short, with its notes.
pub(super) fn print_plan(plan: &Plan, notes: &[String], now: Timestamp, terminal: &mut Terminal<'_>) {
    table::lines(plan, now).iter().for_each(|line| terminal.note(line));
    for note in notes.iter().take(NAMED) {
        terminal.warn(note);
    }
    for missing in plan.missing.iter().take(NAMED) {
        terminal.warn(&format!("{} of {}: {}", missing.partition, missing.service, missing.reason));
    }
    let more = plan.missing.len().saturating_sub(NAMED) + notes.len().saturating_sub(NAMED);
    if more > 0 {
        terminal.warn(&format!("and {more} more of these"));
    }
    terminal.note(&format!("plan: {}", plan.summary()));
    if plan.missing.iter().any(|missing| missing.cause == Cause::NoBackup) && plan.storage.is_none() {
        terminal.hint("--from-storage <FILE> finds backups on a storage that the policy used before");
    }
    if plan.restores.is_empty() {
        return;
    }
    if plan.span().is_some_and(|(first, last)| first != last) {
        terminal.note("partitions will be restored to different times: backups are consistent only within a partition");
    }
    if let Clock::Cluster { ahead } = plan.clock
        && ahead.unsigned_abs() >= NOTEWORTHY
    {
        let apart = duration::measured(Duration::from_secs(ahead.unsigned_abs()));
        let (first, other) =
            if ahead > 0 { ("that", "this machine's clock") } else { ("this machine's clock", "that") };
        terminal.note(&format!("times and ages are by the cluster's clock; {first} is {apart} ahead of {other}"));
    }
    terminal.note("data written after these times will be lost when the plan runs");
}
