//! `sf-backup partition restore`: determines the backup of each partition before it prompts or sends anything, and
//! checks the partition afterwards.

mod choose;

use std::collections::{BTreeMap, BTreeSet};

use clap::{ArgGroup, Args};
use sf_backup_ops::restore::Condition;
use sf_backup_proto::model::backup::BackupType;
use sf_backup_proto::model::restore::RestorePartitionDescription;
use sf_backup_proto::{PartitionId, RestorePartition, ServiceId};

use super::Partitions;
use crate::cluster::call::Call;
use crate::cluster::calls::{Calls, names};
use crate::cluster::confirm::ask_first;
use crate::cluster::context::CommandContext;
use crate::cluster::entity_verbs::Entities;
use crate::cluster::input::Input;
use crate::cluster::runtime::{Interrupts, Waiter, block_on};
use crate::cluster::session::Session;
use crate::cluster::{backup_search, conditions};
use crate::options::duration;
use crate::options::files::Source;
use crate::options::ids::BackupRef;
use crate::options::listing::flag;
use crate::options::waiting::Wait;
use crate::output::console::Terminal;
use crate::output::exit::Exit;
use crate::output::failure::Failure;
use crate::output::render::View;
use crate::output::render::age::minute;
use crate::output::render::table::describe::short;
use choose::{Chosen, choose};

const VERB: &str = "partition restore";

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("which").required(true).args(["backup_id", "latest"]))]
pub(crate) struct Restore {
    #[command(flatten)]
    of: Entities<Partitions>,
    /// The backup's id, or its first 8 digits or more, which are looked up among the partition's backups
    #[arg(long, value_name = "GUID")]
    backup_id: Option<BackupRef>,
    /// The backup's location, as 'partition backups' shows it; looked up if not given
    #[arg(long, value_name = "TEXT", requires = "backup_id")]
    location: Option<String>,
    /// Restore the newest backup that can be restored
    #[arg(long, conflicts_with = "location")]
    latest: bool,
    /// The storage that holds the backup, if not the policy's, as JSON or YAML (BackupStorageDescription); - is
    /// standard input
    #[arg(long, value_name = "FILE", requires = "location")]
    storage_file: Option<Source>,
    /// Time limit of the restore in minutes; if not given, the server uses 10, or 30 in later releases
    #[arg(long, value_name = "MIN", value_parser = duration::minutes)]
    restore_timeout: Option<u32>,
    /// Read metadata from the backup files; ignored by runtimes before 11.3
    #[arg(long)]
    metadata_from_blob: bool,
    #[command(flatten)]
    wait: Wait,
}

impl Restore {
    /// The calls, and the backup that must be looked up for them.
    pub(super) fn calls(
        self,
        input: &mut Input<'_, '_>,
    ) -> Result<(Calls<RestorePartition>, Option<BackupRef>), Failure> {
        let ids = self.of.read(input)?;
        if self.backup_id.is_some() && ids.are_several() {
            return Err(Failure::usage("--backup-id <GUID>: applies to one partition; use --latest for several"));
        }
        let (mut restore, mut wanted) = (None, None);
        match (self.backup_id, self.location) {
            (Some(BackupRef::Id(id)), Some(location)) => {
                let mut backup = RestorePartitionDescription::new(id, location);
                backup.backup_storage = input.storage(self.storage_file.as_ref(), "BackupStorage")?;
                restore = Some(backup);
            }
            (Some(BackupRef::Prefix(start)), Some(_)) => {
                return Err(Failure::Usage(format!("--backup-id {start}: with --location, give the whole id")));
            }
            (backup, _) => wanted = backup,
        }
        let call = |id| {
            let mut call = RestorePartition::new(id);
            call.restore.clone_from(&restore);
            call.latest = flag(self.latest);
            call.restore_timeout = self.restore_timeout;
            call.metadata_from_blob = flag(self.metadata_from_blob);
            call
        };
        Ok((ids.calls(call).wait(self.wait.waiting()), wanted))
    }
}

/// The calls with the given backup, looked up among those of the partition.
fn look_up(
    calls: Calls<RestorePartition>,
    wanted: &BackupRef,
    session: &mut Session<'_, '_>,
) -> Result<Calls<RestorePartition>, Failure> {
    let [call] = calls.all() else { return Ok(calls) };
    if session.is_dry_run() {
        return Err(Failure::Usage(format!(
            "--backup-id {wanted}: a dry run sends nothing, so it cannot look the backup up; give its whole id and --location"
        )));
    }
    let (interruptible, partition) = (session.terminal().console.interruptible, call.partition);
    let client = session.client().clone();
    let found = session.patiently(backup_search::typed(&client, partition, wanted));
    let (id, location, _) = block_on(interruptible, None, found)?;
    Ok(calls.map(|call| {
        let mut call = call.clone();
        call.restore = Some(RestorePartitionDescription::new(id, location.clone()));
        call
    }))
}

pub(super) fn run(restore: Restore, context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let mut input = Input::new(&context, terminal);
    let (mut calls, wanted) = restore.calls(&mut input)?;
    let document = input.into_document();
    let session = &mut context.session(document, terminal)?;
    if let Some(wanted) = wanted {
        calls = look_up(calls, &wanted, session)?;
    }
    session.begin_all(&calls, VERB, None)?;
    if session.is_dry_run() {
        if calls.all().iter().any(|call| call.latest == Some(true)) {
            session.terminal().note("the actual run chooses the newest backup from the partition's list");
        }
        return Ok(());
    }
    let confirmed = context.options.yes;
    if !confirmed && !session.terminal().console.interactive {
        let what = format!("restore {}", calls.subject("partitions"));
        ask_first(session.terminal(), VERB, "", &what)?;
    }
    let interruptible = session.terminal().console.interruptible;
    let (client, local) = (session.client().clone(), session.terminal().now());
    // One runtime for both, so that connections outlast the prompt.
    let waiter = Waiter::new()?;
    let chosen = waiter.block_on(interruptible, None, session.patiently(choose(&client, &calls, local)))?;
    let view = session.terminal().view();
    for chosen in &chosen {
        if let Some(warning) = &chosen.warning {
            session.terminal().warn(&format!("partition {}: {warning}", chosen.call.partition));
        }
    }
    if !confirmed {
        let what = what(&chosen, &view);
        ask_first(
            session.terminal(),
            VERB,
            &format!("Restore {what}? All later writes will be lost."),
            &format!("restore {what}"),
        )?;
    }
    if let [only] = chosen.as_slice() {
        session.set_facts(facts(only, &view));
    } else {
        for chosen in &chosen {
            let backup = chosen.call.restore.as_ref().map(|backup| backup.backup_id.to_string()).unwrap_or_default();
            let text = format!("partition {}: {} {backup}", chosen.call.partition, backup_of(chosen, &view));
            session.terminal().note(text.trim_end());
        }
    }
    let mut services: BTreeMap<ServiceId, Vec<PartitionId>> = BTreeMap::new();
    for chosen in &chosen {
        if let Some(service) = &chosen.service {
            services.entry(service.clone()).or_default().push(chosen.call.partition);
        }
    }
    let waits = calls.waiting().is_some();
    let named: BTreeMap<_, _> = chosen.into_iter().map(|chosen| (chosen.call.partition, chosen.call)).collect();
    let calls = calls.map(|call| named.get(&call.partition).unwrap_or(call).clone());
    let call = Call::from(calls);
    let handles = interruptible && call.handles_interrupts();
    waiter.block_on(interruptible && !handles, Some(VERB), async {
        if handles {
            session.on_interrupt(Interrupts::by_person());
        }
        call.run(session).await?;
        if waits { look(session, &services).await } else { Ok(()) }
    })
}

/// Warns about a partition that is not usable after a successful restore.
async fn look(session: &mut Session<'_, '_>, services: &BTreeMap<ServiceId, Vec<PartitionId>>) -> Result<(), Failure> {
    let client = session.client().clone();
    let services = services.iter().map(|(service, partitions)| (service, partitions.clone())).collect();
    let conditions = session.patiently(conditions::look(&client, services)).await;
    let mut lost = false;
    for (partition, condition) in &conditions {
        if let Some(problem) = condition.problem() {
            lost = true;
            session.terminal().warn(&format!("partition {partition}: {problem}"));
        }
    }
    if let Some(Condition::Unknown(why)) =
        conditions.values().find(|condition| matches!(condition, Condition::Unknown(_)))
    {
        session.terminal().note(&format!("cannot check whether the restored partitions are ready: {why}"));
    }
    if lost { Err(Failure::AlreadyReported(Exit::Conflict)) } else { Ok(()) }
}

/// `partition 6b1c… of Shop/Cart to the incremental backup of 2026-11-27 17:04 UTC (3h ago)`
fn what(chosen: &[Chosen], view: &View) -> String {
    if let [only] = chosen {
        let of = only.service.as_ref().map(|service| format!(" of {}", short(service))).unwrap_or_default();
        return format!("partition {}{of} to {}", only.call.partition, backup_of(only, view));
    }
    let services: BTreeSet<String> = chosen.iter().filter_map(|chosen| Some(short(chosen.service.as_ref()?))).collect();
    let services: Vec<String> = services.into_iter().collect();
    let of = if services.is_empty() { String::new() } else { format!(" of {}", names(&services)) };
    let ids: Vec<String> = chosen.iter().map(|chosen| chosen.call.partition.to_string()).collect();
    let made = || chosen.iter().filter_map(|chosen| chosen.made);
    let times = match (made().min(), made().max()) {
        (Some(oldest), Some(newest)) if minute(oldest) != minute(newest) => {
            format!(
                "backups of {} to {}",
                minute(oldest),
                view.ago(newest).replacen(&newest.to_string(), &minute(newest), 1)
            )
        }
        (Some(only), _) => format!("backups of {}", view.ago(only).replacen(&only.to_string(), &minute(only), 1)),
        _ => "their newest backups".to_owned(),
    };
    format!("{} partitions{of} ({}) to {times}", chosen.len(), names(&ids))
}

/// `the incremental backup of 2026-11-27 17:04 UTC (3h ago)`
fn backup_of(chosen: &Chosen, view: &View) -> String {
    let kind = match &chosen.kind {
        Some(BackupType::Full) => "full ",
        Some(BackupType::Incremental) => "incremental ",
        _ => "",
    };
    match chosen.made {
        Some(made) => {
            let time = view.ago(made).replacen(&made.to_string(), &minute(made), 1);
            format!("the {kind}backup of {time}")
        }
        None if chosen.call.restore.is_none() => "its newest backup".to_owned(),
        None => "a backup whose time is not known".to_owned(),
    }
}

/// The facts that are printed with the result.
fn facts(chosen: &Chosen, view: &View) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some(backup) = &chosen.call.restore {
        facts.push(("Backup", backup.backup_id.to_string()));
        facts.push(("Location", backup.backup_location.clone()));
    }
    if let Some(made) = chosen.made {
        facts.push(("Created", view.ago(made)));
    }
    if let Some(kind) = &chosen.kind {
        facts.push(("Type", kind.to_string()));
    }
    facts
}
