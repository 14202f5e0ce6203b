//! `sf-backup partition restore`: finds out what goes where before anything is asked or sent, and looks at the partition
//! afterwards.

use std::collections::{BTreeMap, BTreeSet};

use clap::{ArgGroup, Args};
use sf_backup_hyper::Error;
use sf_backup_ops::chain::Backups;
use sf_backup_ops::restore::Condition;
use sf_backup_proto::inventory::{GetClusterVersion, GetServiceNameInfo};
use sf_backup_proto::model::backup::{BackupInfo, BackupType};
use sf_backup_proto::model::restore::RestorePartitionDescription;
use sf_backup_proto::{ErrorKind, PartitionId, RestorePartition, ServiceId, Timestamp};
use uuid::Uuid;

use super::Partitions;
use crate::cluster::batch;
use crate::cluster::call::Call;
use crate::cluster::calls::{Calls, names};
use crate::cluster::client::Client;
use crate::cluster::confirm::ask_first;
use crate::cluster::context::CommandContext;
use crate::cluster::entity_verbs::Entities;
use crate::cluster::input::Input;
use crate::cluster::runtime::Interrupts;
use crate::cluster::runtime::Waiter;
use crate::cluster::session::Session;
use crate::cluster::{backup_search, conditions};
use crate::options::duration;
use crate::options::files::Source;
use crate::options::listing::flag;
use crate::options::waiting::Wait;
use crate::output::console::Terminal;
use crate::output::exit::Exit;
use crate::output::failure::{Failure, Report};
use crate::output::render::View;
use crate::output::render::age::minute;
use crate::output::render::table::describe::short;

const VERB: &str = "partition restore";

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("which").required(true).args(["backup_id", "latest"]))]
pub(crate) struct Restore {
    #[command(flatten)]
    of: Entities<Partitions>,
    /// The backup's id, a GUID
    #[arg(long, value_name = "GUID", requires = "location")]
    backup_id: Option<Uuid>,
    /// The backup's location, as a list shows it
    #[arg(long, value_name = "TEXT", requires = "backup_id")]
    location: Option<String>,
    /// Restore the newest backup that can be restored
    #[arg(long, conflicts_with = "location")]
    latest: bool,
    /// The storage that holds the backup, if not the policy's, as JSON or YAML (BackupStorageDescription); - is
    /// standard input
    #[arg(long, value_name = "FILE", requires = "backup_id")]
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
    pub(super) fn calls(self, input: &mut Input<'_, '_>) -> Result<Calls<RestorePartition>, Failure> {
        let ids = self.of.read(input)?;
        let mut restore = None;
        if let (Some(backup_id), Some(location)) = (self.backup_id, self.location) {
            if ids.are_several() {
                return Err(Failure::usage("--backup-id <GUID>: applies to one partition; use --latest for several"));
            }
            let mut backup = RestorePartitionDescription::new(backup_id, location);
            backup.backup_storage = input.storage(self.storage_file.as_ref(), "BackupStorage")?;
            restore = Some(backup);
        }
        let call = |id| {
            let mut call = RestorePartition::new(id);
            call.restore.clone_from(&restore);
            call.latest = flag(self.latest);
            call.restore_timeout = self.restore_timeout;
            call.metadata_from_blob = flag(self.metadata_from_blob);
            call
        };
        Ok(ids.calls(call).wait(self.wait.waiting()))
    }
}

/// What is restored into a partition.
#[derive(Debug)]
struct Chosen {
    call: RestorePartition,
    service: Option<ServiceId>,
    /// When the backup was made, and whether it is full; as far as that is known.
    made: Option<Timestamp>,
    kind: Option<BackupType>,
    /// What should be known before it is sent.
    warning: Option<String>,
}

pub(super) fn run(restore: Restore, context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let mut input = Input::new(&context, terminal);
    let calls = restore.calls(&mut input)?;
    let document = input.into_document();
    let session = &mut context.session(document, terminal)?;
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
    // One runtime for both: connections outlast the question.
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

/// A restore that succeeded may leave a partition that is not usable.
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

/// What each partition gets. Nothing is sent if one of them has nothing to get.
async fn choose(client: &Client, calls: &Calls<RestorePartition>, local: Timestamp) -> Result<Vec<Chosen>, Failure> {
    let task = |call: RestorePartition| choose_one(client.clone(), call, local);
    let mut results = BTreeMap::new();
    batch::each(calls.all().iter().cloned(), calls.concurrency().parallel, task, |at, result| {
        results.insert(at, result.unwrap_or_else(|panicked| Err(panicked.into())));
        true
    })
    .await;
    let mut chosen = Vec::new();
    let mut failed: Vec<(String, Failure)> = Vec::new();
    for (call, result) in calls.all().iter().zip(results.into_values()) {
        match result {
            Ok(one) => chosen.push(one),
            Err(failure) => failed.push((call.partition.to_string(), failure)),
        }
    }
    let ids: Vec<String> = failed.iter().map(|(partition, _)| partition.clone()).collect();
    let exit = Exit::worst(failed.iter().map(|(_, failure)| failure.exit()));
    match failed.into_iter().next() {
        None => Ok(chosen),
        Some((_, failure)) if ids.len() == 1 && !calls.are_several() => Err(failure),
        Some((partition, failure)) => {
            let why = failure.report().as_ref().map(Report::line).unwrap_or_default().to_owned();
            let problem = format!(
                "nothing was sent, because no backup was found for partition {}: {partition}: {why}",
                names(&ids)
            );
            Err(Failure::Reported { exit, report: Box::new(Report::plain("notChosen", &problem)) })
        }
    }
}

async fn choose_one(client: Client, call: RestorePartition, local: Timestamp) -> Result<Chosen, Failure> {
    let service = client.send(GetServiceNameInfo::new(call.partition)).await;
    // What cannot be looked up is not known, and no reason to stop.
    let service = service.ok().and_then(|info| info.name?.parse().ok());
    match call.restore.clone() {
        None => newest(&client, call, service, local).await,
        Some(backup) => Ok(named(&client, call, service, &backup).await),
    }
}

/// The newest backup that can be restored, chosen here: runtimes below 9.1 do not choose, and later ones do not say which.
async fn newest(
    client: &Client,
    mut call: RestorePartition,
    service: Option<ServiceId>,
    local: Timestamp,
) -> Result<Chosen, Failure> {
    let now = client.server_now().unwrap_or(local);
    let list = match backup_search::newest(client, call.partition, None, now).await {
        Ok(list) => list,
        Err(error) => return cluster_chooses(client, call, service, error).await,
    };
    let sorted = Backups::of(list);
    let backups = sorted.partition(call.partition);
    let Some(point) = backups.and_then(|backups| backups.newest_point()) else {
        let why = match backups {
            None => "it has no backups",
            Some(_) => "none of its backups can be restored: 'partition backups --chains' shows why",
        };
        return Err(Failure::Absent(format!("partition {}: {why}", call.partition)));
    };
    let newest = backups.and_then(|backups| backups.newest()).filter(|newest| *newest > point.created);
    let warning = newest.map(|newest| {
        format!("the newest backup, of {}, cannot be restored; using that of {}", minute(newest), minute(point.created))
    });
    call.latest = None;
    call.restore = Some(RestorePartitionDescription::new(point.id, point.location));
    let (made, kind) = (Some(point.created), point.backup.backup_type.clone());
    Ok(Chosen { call, service, made, kind, warning })
}

/// The list did not come: a cluster that can choose does.
async fn cluster_chooses(
    client: &Client,
    call: RestorePartition,
    service: Option<ServiceId>,
    error: Error,
) -> Result<Chosen, Failure> {
    let version = client.send(GetClusterVersion::new()).await.ok().and_then(|info| info.version);
    let refused = error.kind().is_about_access()
        || matches!(error.kind(), ErrorKind::BackupNotEnabled | ErrorKind::EntityNotFound | ErrorKind::Unreachable);
    if refused || version.is_some_and(|version| !chooses(&version)) {
        return Err(error.into());
    }
    let why = Failure::from(error).report().as_ref().map(Report::line).unwrap_or_default().to_owned();
    let warning = Some(format!("the cluster chooses the newest backup, because backups cannot be listed: {why}"));
    Ok(Chosen { call, service, made: None, kind: None, warning })
}

/// Whether a cluster of this version chooses the newest backup itself: from 9.1 on.
fn chooses(version: &str) -> bool {
    let mut numbers = version.split('.').map(|number| number.parse::<u32>().unwrap_or_default());
    let version = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
    version >= (9, 1)
}

/// What is known of a backup that was named: its location shows when it was made, and the list the rest.
async fn named(
    client: &Client,
    call: RestorePartition,
    service: Option<ServiceId>,
    backup: &RestorePartitionDescription,
) -> Chosen {
    let made = made_at(&backup.backup_location);
    let mut listed = None;
    if let (Some(made), None) = (made, &backup.backup_storage) {
        let list = backup_search::within(client, call.partition, made).await;
        let is_it = |info: &BackupInfo| info.backup_id == Some(backup.backup_id);
        listed = list.ok().map(|list| list.into_iter().find(is_it));
    }
    let warning = matches!(listed, Some(None)).then(|| {
        "the partition has no backup with this id at this location; it may belong to another partition".to_owned()
    });
    let info = listed.flatten();
    let made = info.as_ref().and_then(|info| info.creation_time_utc).or(made);
    let kind = info.and_then(|info| info.backup_type);
    Chosen { call, service, made, kind, warning }
}

/// `App\Service\<partition>\2024-03-09 04.10.22.zip`
fn made_at(location: &str) -> Option<Timestamp> {
    let name = location.rsplit(['\\', '/']).next()?;
    let (date, time) = (name.get(..10)?, name.get(11..19)?);
    format!("{date}T{}Z", time.replace('.', ":")).parse().ok()
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

/// What is shown with the result.
fn facts(chosen: &Chosen, view: &View) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some(backup) = &chosen.call.restore {
        facts.push(("Backup", backup.backup_id.to_string()));
        facts.push(("Location", backup.backup_location.clone()));
    }
    if let Some(made) = chosen.made {
        facts.push(("Made", view.ago(made)));
    }
    if let Some(kind) = &chosen.kind {
        facts.push(("Kind", kind.to_string()));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_shows_when_its_backup_was_made() {
        let at = |text: &str| made_at(text).map(|at| at.to_string());
        assert_eq!(at(r"App\Svc\p\2024-03-09 04.10.22.zip").as_deref(), Some("2024-03-09T04:10:22Z"));
        assert_eq!(at("App/Svc/p/2024-03-09 04.10.22").as_deref(), Some("2024-03-09T04:10:22Z"));
        for none in ["", "x", r"App\Svc\p\latest.zip", r"App\Svc\p\2024-13-09 04.10.22.zip", "ä".repeat(20).as_str()] {
            assert_eq!(at(none), None, "{none}");
        }
    }

    #[test]
    fn clusters_choose_from_9_1_on() {
        assert!(chooses("9.1.1799.9590") && chooses("11.3.365.1") && chooses("10.0"));
        assert!(!chooses("9.0.1799") && !chooses("6.4.617.9590") && !chooses("new"));
    }
}
