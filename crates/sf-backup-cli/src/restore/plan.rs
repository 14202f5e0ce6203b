//! `sf-backup restore plan`

use std::time::Duration;

use sf_backup_ops::restore::{Cause, Choice, Clock, Plan, When, plan};
use sf_backup_proto::Timestamp;
use sf_backup_proto::inventory::{GetApplicationNameInfo, GetServiceInfoList, GetServiceNameInfo};

use super::elsewhere;
use super::kinds;
use super::scope::Route;
use super::sources::{self, Found, Wanted};
use super::storage_file::StorageFile;
use super::table;
use crate::args::restore::Plan as Asked;
use crate::console::Terminal;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::Input;
use crate::inventory::Scope;
use crate::reach::{Reach, block_on};
use crate::render::{Format, document};
use crate::session::Session;
use crate::wait::elapsed;

/// The most things of a kind that are told one by one.
const NAMED: usize = 20;

pub(crate) fn run(asked: &Asked, reach: Reach<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let route = Route::of(asked)?;
    let mut input = Input::new(terminal);
    let file = asked.from_storage.as_ref().map(|source| StorageFile::read(source, &mut input)).transpose()?;
    let document = input.into_document();
    let interruptible = terminal.console.interruptible;
    let mut session = reach.session(document, terminal)?;
    block_on(interruptible, None, make(asked, &route, file, &mut session))
}

async fn make(
    asked: &Asked,
    route: &Route,
    file: Option<StorageFile>,
    session: &mut Session<'_, '_>,
) -> Result<(), Failure> {
    let first = match &route.target {
        Scope::Service(id) => session.begin(&GetApplicationNameInfo::new(id.clone()), VERB, None)?,
        Scope::Partition(id) => session.begin(&GetServiceNameInfo::new(*id), VERB, None)?,
        Scope::Application(id) => session.begin(&GetServiceInfoList::new(id.clone()), VERB, None)?,
        Scope::Cluster => false,
    };
    if !first {
        session.terminal().note("nothing was sent; a plan is made from many such calls, and changes nothing");
        return Ok(());
    }
    let client = session.client().clone();
    let wanted = Wanted { moment: asked.at, local: session.terminal().now() };
    let mut found = match &file {
        None => session.patiently(sources::of_cluster(&client, route, wanted, asked.parallel)).await?,
        Some(file) => {
            let storage = file.fetched()?;
            let reading =
                sources::of_storage(&client, route, asked.source_service.clone(), wanted, storage, asked.parallel);
            session.patiently(reading).await?
        }
    };
    if !route.is_to_itself() {
        let differing = session.patiently(kinds::differing(&client, &found.pairs)).await;
        kinds::refuse(&differing, asked.force)?;
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
    let terminal = session.terminal();
    let format = if terminal.manner.format == Format::Json { Format::Json } else { Format::Yaml };
    let text = document(format, &plan)?;
    terminal.result(&text)?;
    warnings.iter().for_each(|warning| terminal.warn(warning));
    tell(&plan, &notes, as_of.now, terminal);
    // What could not be listed may be there: that is neither a plan of everything nor "there is none".
    match Exit::worst(unlisted) {
        Exit::Done if plan.restores.is_empty() => Err(Failure::Told(Exit::NotFound)),
        Exit::Done => Ok(()),
        exit => Err(Failure::Told(exit)),
    }
}

const VERB: &str = "restore plan";
/// Clocks that are fewer seconds apart are nothing to speak of.
const NOTEWORTHY: u64 = 60;

fn tell(plan: &Plan, notes: &[String], now: Timestamp, terminal: &mut Terminal<'_>) {
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
        terminal.hint("backups on a storage that the policy used before are found with --from-storage <FILE>");
    }
    if plan.restores.is_empty() {
        return;
    }
    if plan.span().is_some_and(|(first, last)| first != last) {
        terminal.note("partitions will not be of the same moment: backups are consistent within a partition only");
    }
    if let Clock::Cluster { ahead } = plan.clock
        && ahead.unsigned_abs() >= NOTEWORTHY
    {
        let apart = elapsed(Duration::from_secs(ahead.unsigned_abs()));
        let (first, other) =
            if ahead > 0 { ("that", "this machine's clock") } else { ("this machine's clock", "that") };
        terminal.note(&format!("times and ages are by the cluster's clock; {first} is {apart} ahead of {other}"));
    }
    terminal.note("what was written after these points is lost when the plan is run");
    if !plan.missing.is_empty() {
        terminal.note("the plan is not complete: 'restore run' takes it with --partial only");
    }
    if let Some(Err(withheld)) = plan.storage.as_ref().map(|storage| storage.complete()) {
        terminal.note(&format!("storage, {withheld}; 'restore run' needs --from-storage as well"));
    }
}
