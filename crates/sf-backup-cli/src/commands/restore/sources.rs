//! Reads the inputs of a plan: partitions, and their backups.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use sf_backup_hyper::Error;
use sf_backup_ops::chain::Backups;
use sf_backup_ops::inventory::{Inventory, Partition, ServiceState};
use sf_backup_ops::restore::{Clock, Completeness, Pair, Source, Storage, Target, pair};
use sf_backup_proto::model::backup::BackupInfo;
use sf_backup_proto::model::entity::BackupEntity;
use sf_backup_proto::model::query::GetBackupByStorageQueryDescription;
use sf_backup_proto::model::storage::BackupStorageDescription;
use sf_backup_proto::{ErrorKind, ServiceId, Timestamp};

use super::scope::Route;
use crate::cluster::backup_search;
use crate::cluster::batch;
use crate::cluster::chains;
use crate::cluster::client::Client;
use crate::cluster::inventory;
use crate::options::moment::Moment;
use crate::options::scope::Scope;
use crate::output::exit::Exit;
use crate::output::failure::Failure;
use crate::output::render::table::describe;

/// The inputs of a plan.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) pairs: Vec<Pair>,
    /// The storage that restores must name, if they must.
    pub(super) storage: Option<Storage>,
    /// Warnings about what could not be read.
    pub(super) warnings: Vec<String>,
    /// The exit codes for lists of backups that could not be read.
    pub(super) unlisted: Vec<Exit>,
    pub(super) as_of: AsOf,
}

/// The requested time as given, and this machine's time.
#[derive(Debug, Clone, Copy)]
pub(super) struct RequestedTime {
    /// `None` for the newest backups.
    pub(super) moment: Option<Moment>,
    pub(super) local: Timestamp,
}

/// The requested time and the current time, both by the cluster's clock if it returns one.
#[derive(Debug, Clone, Copy)]
pub(super) struct AsOf {
    /// `None` for the newest backups.
    pub(super) at: Option<Timestamp>,
    pub(super) now: Timestamp,
    pub(super) clock: Clock,
}

impl RequestedTime {
    /// Converts to the cluster's clock, after its first response.
    fn as_of(self, client: &Client) -> Result<AsOf, Failure> {
        let now = client.server_now().unwrap_or(self.local);
        let clock = client.clock().map_or(Clock::Local, |clock| Clock::Cluster {
            // A `Date` header is accurate to half a second.
            ahead: clock.offset_seconds(),
        });
        let at = match self.moment {
            None => None,
            Some(moment) => {
                let beyond = || Failure::usage("--at <TIME>: is outside the supported range of dates");
                Some(moment.resolve(now).ok_or_else(beyond)?)
            }
        };
        Ok(AsOf { at, now, clock })
    }
}

/// Reads backups from the storages of the effective policies.
pub(super) async fn of_cluster(
    client: &Client,
    route: &Route,
    requested: RequestedTime,
    at_once: NonZeroUsize,
) -> Result<Found, Failure> {
    let mut warnings = Vec::new();
    let targets = partitions(&inventory::read(client, &route.target, at_once).await?, &mut warnings);
    let as_of = requested.as_of(client)?;
    let from = if route.is_to_itself() {
        targets.clone()
    } else {
        partitions(&inventory::read(client, &route.source, at_once).await?, &mut warnings)
    };
    let list = |target: Target| list(client.clone(), as_of, target);
    let listed = batch::try_map(from, at_once, list).await?;
    let (mut sources, mut unlisted) = (Vec::new(), Vec::new());
    for (Target { service, partition }, list) in listed {
        let into = counterpart(route, &service, &targets)?;
        let backups = match list {
            Ok(list) => {
                let sorted = Backups::of(list);
                warnings.extend(failures(&sorted));
                Ok(sorted.partition(partition.id).cloned())
            }
            Err((problem, exit)) => {
                unlisted.push(exit);
                Err(problem)
            }
        };
        sources.push(Source { service, into, partition, backups });
    }
    let pairs = matched(targets, sources, route.is_to_itself(), Completeness::Whole)?;
    let storage = if route.is_to_itself() { None } else { between(client, &pairs).await? };
    Ok(Found { pairs, storage, warnings, unlisted, as_of })
}

/// Reads backups from a storage, whichever cluster made them.
pub(super) async fn of_storage(
    client: &Client,
    route: &Route,
    from: Option<ServiceId>,
    requested: RequestedTime,
    storage: BackupStorageDescription,
    at_once: NonZeroUsize,
) -> Result<Found, Failure> {
    let mut warnings = Vec::new();
    let targets = partitions(&inventory::read(client, &route.target, at_once).await?, &mut warnings);
    let as_of = requested.as_of(client)?;
    let entity: BackupEntity = match (&route.source, targets.first()) {
        (Scope::Application(app), _) => app.into(),
        (Scope::Service(service), _) => service.into(),
        (_, Some(target)) => from.as_ref().unwrap_or(&target.service).into(),
        (_, None) => return Ok(Found { pairs: Vec::new(), storage: None, warnings, unlisted: Vec::new(), as_of }),
    };
    let query = GetBackupByStorageQueryDescription::new(storage, entity);
    let sorted = Backups::of(backup_search::on_storage(client, query, as_of.at, as_of.now).await?);
    warnings.extend(failures(&sorted));
    let mut sources = Vec::new();
    for backups in sorted.partitions {
        let name = backups.service_name().and_then(|name| name.parse::<ServiceId>().ok());
        let key = backups.information().and_then(Partition::of);
        let (Some(name), Some(partition)) = (name, key) else {
            warnings.push(format!("partition {}: its backups do not name their partition", backups.partition));
            continue;
        };
        let into = match (&route.source, targets.first()) {
            // For one partition, use the given one, or the one with the same key.
            (Scope::Partition(requested), Some(target)) => {
                let named = partition.id == *requested;
                let alike = route.is_to_itself() && partition.key.takes(&target.partition.key);
                if !named && !alike {
                    continue;
                }
                target.service.clone()
            }
            _ => counterpart(route, &name, &targets)?,
        };
        sources.push(Source { service: name, into, partition, backups: Ok(Some(backups)) });
    }
    let pairs = matched(targets, sources, false, Completeness::Partial)?;
    Ok(Found { pairs, storage: None, warnings, unlisted: Vec::new(), as_of })
}

/// The partitions of an inventory that can be restored.
fn partitions(inventory: &Inventory, notes: &mut Vec<String>) -> Vec<Target> {
    let mut targets = Vec::new();
    for service in inventory.applications.iter().flat_map(|application| &application.services) {
        if service.state == ServiceState::Persisted {
            let target = |partition: &Partition| Target { service: service.id.clone(), partition: partition.clone() };
            targets.extend(service.partitions.iter().map(target));
        } else if !service.partitions.is_empty() {
            notes.push(format!("{} is skipped: it keeps no state on disk", service.id));
        }
    }
    targets
}

fn counterpart(route: &Route, service: &ServiceId, targets: &[Target]) -> Result<ServiceId, Failure> {
    if let (Scope::Partition(_), Some(target)) = (&route.target, targets.first()) {
        return Ok(target.service.clone());
    }
    let refused = || Failure::Usage(format!("{service}: no target service can be determined from its name"));
    route.counterpart(service).ok_or_else(refused)
}

fn matched(targets: Vec<Target>, sources: Vec<Source>, by_id: bool, whole: Completeness) -> Result<Vec<Pair>, Failure> {
    pair(targets, sources, by_id, whole).map_err(|mismatch| Failure::Usage(format!("restore plan: {mismatch}")))
}

type Listed = (Target, Result<Vec<BackupInfo>, (String, Exit)>);

/// The backups of a partition. Without backups, or with a failing storage, only this partition is affected; other
/// errors end the command.
async fn list(client: Client, as_of: AsOf, target: Target) -> Result<Listed, Error> {
    match backup_search::newest(&client, target.partition.id, as_of.at, as_of.now).await {
        Ok(list) => Ok((target, Ok(list))),
        Err(error) => match error.kind() {
            kind if kind.is_about_access() => Err(error),
            ErrorKind::Unreachable | ErrorKind::BackupServiceMissing => Err(error),
            ErrorKind::BackupNotEnabled => {
                let problem = "backup is not enabled, so the storage is unknown; name it with --from-storage";
                Ok((target, Err((problem.to_owned(), Exit::NotFound))))
            }
            _ => {
                let exit = match Exit::of(&error) {
                    // The cluster did not report that there are none.
                    Exit::Failed | Exit::NotFound => Exit::Undetermined,
                    exit => exit,
                };
                Ok((target, Err((error.to_string(), exit))))
            }
        },
    }
}

fn failures(backups: &Backups) -> impl Iterator<Item = String> {
    backups.failures.iter().filter_map(|item| item.failure_error.as_ref()).map(describe::unreadable)
}

/// The storage that restores between partitions must name, if the policies of the two have different ones.
async fn between(client: &Client, pairs: &[Pair]) -> Result<Option<Storage>, Failure> {
    let ids = pairs.iter().flat_map(|pair| {
        let sources = pair.sources.iter().map(|source| source.partition.id);
        std::iter::once(pair.target.partition.id).chain(sources)
    });
    let storages: BTreeMap<_, _> = chains::policies(client, ids)
        .await
        .into_iter()
        .map(|(partition, policy)| (partition, Storage::of(policy.storage)))
        .collect();
    let mut needed: Vec<&Storage> = Vec::new();
    let mut differ = false;
    for pair in pairs {
        let theirs = storages.get(&pair.target.partition.id);
        for source in pair.sources.iter().filter_map(|source| storages.get(&source.partition.id)) {
            differ |= theirs.is_none_or(|theirs| !theirs.is_same_place(source));
            if !needed.iter().any(|known| known.is_same_place(source)) {
                needed.push(source);
            }
        }
    }
    match needed.as_slice() {
        _ if !differ => Ok(None),
        [only] if only.complete().is_ok() => Ok(Some((*only).clone())),
        [_] => Err(Failure::usage(
            "restore plan: the backups are not on the storage of the target's effective policy, and the cluster does \
                not return that storage's secrets: name the storage with --from-storage",
        )),
        _ => Err(Failure::usage(
            "restore plan: the backups are on several storages, none of which is the storage of the target's \
                effective policy: create a plan for each with --from-storage",
        )),
    }
}
