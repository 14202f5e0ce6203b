//! Chooses the backup of each partition.

use std::collections::BTreeMap;

use sf_backup_hyper::Error;
use sf_backup_ops::chain::Backups;
use sf_backup_proto::inventory::{GetClusterVersion, GetServiceNameInfo};
use sf_backup_proto::model::backup::{BackupInfo, BackupType};
use sf_backup_proto::model::restore::RestorePartitionDescription;
use sf_backup_proto::{ErrorKind, RestorePartition, ServiceId, Timestamp};

use crate::cluster::backup_search;
use crate::cluster::batch;
use crate::cluster::calls::{Calls, names};
use crate::cluster::client::Client;
use crate::output::exit::Exit;
use crate::output::failure::{Failure, Report};
use crate::output::render::age::minute;

/// The backup that is restored into a partition.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) call: RestorePartition,
    pub(super) service: Option<ServiceId>,
    /// The creation time of the backup, and whether it is full, as far as known.
    pub(super) made: Option<Timestamp>,
    pub(super) kind: Option<BackupType>,
    /// A warning to print before it is sent.
    pub(super) warning: Option<String>,
}

/// Chooses a backup for each partition. Fails before anything is sent if there is none for one of them.
pub(super) async fn choose(
    client: &Client,
    calls: &Calls<RestorePartition>,
    local: Timestamp,
) -> Result<Vec<Chosen>, Failure> {
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
                "nothing was sent, because no backup was found for {}; partition {partition}: {why}",
                names(&ids)
            );
            Err(Failure::Reported { exit, report: Box::new(Report::plain("notChosen", &problem)) })
        }
    }
}

async fn choose_one(client: Client, call: RestorePartition, local: Timestamp) -> Result<Chosen, Failure> {
    let service = client.send(GetServiceNameInfo::new(call.partition)).await;
    // A failed look-up is no reason to stop.
    let service = service.ok().and_then(|info| info.name?.parse().ok());
    match call.restore.clone() {
        None => newest(&client, call, service, local).await,
        Some(backup) => Ok(named(&client, call, service, &backup).await),
    }
}

/// The newest backup that can be restored. Chosen here, because runtimes below 9.1 do not choose, and later ones do not
/// report their choice.
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

/// The backups could not be listed: lets the cluster choose if it can.
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

/// Whether a cluster of this version chooses the newest backup itself: since 9.1.
fn chooses(version: &str) -> bool {
    let mut numbers = version.split('.').map(|number| number.parse::<u32>().unwrap_or_default());
    let version = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
    version >= (9, 1)
}

/// What is known about a given backup: its location contains its creation time, and the list contains the rest.
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
