//! Chooses a backup for each partition.

use sf_backup_proto::{Endpoints, Timestamp};

use super::{Cause, Clock, Missing, Pair, Plan, Point, Restore, Source, Storage};
use crate::chain::{PartitionBackups, RestorePoint};

/// The time to restore to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// The newest backup.
    Latest,
    /// The newest backup created at or before this time.
    At(Timestamp),
}

/// The inputs of a plan in addition to the partitions.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The time to restore to.
    pub when: When,
    /// The current time.
    pub now: Timestamp,
    /// The clock of the current time.
    pub clock: Clock,
    /// The endpoints of the cluster.
    pub endpoints: Endpoints,
    /// The storage of the backups, if not the one of the effective policies.
    pub storage: Option<Storage>,
}

/// Chooses the newest restore point of each partition, and returns notes about the choice.
pub fn plan(choice: Choice, pairs: Vec<Pair>) -> (Plan, Vec<String>) {
    let Choice { when, now, clock, endpoints, storage } = choice;
    let at = match when {
        When::Latest => None,
        When::At(at) => Some(at),
    };
    // Fractions of seconds are not useful in a plan.
    let created = Timestamp::from_unix(now.unix()).unwrap_or(now);
    let mut plan = Plan { created, clock, endpoints, at, storage, restores: Vec::new(), missing: Vec::new() };
    let mut notes = Vec::new();
    for Pair { target, sources } in pairs {
        let (service, partition) = (target.service, target.partition);
        match point(&sources, at) {
            Ok(_) if partition.information().is_none() => plan.missing.push(Missing {
                service,
                partition: partition.id,
                cause: Cause::NoBackup,
                reason: "its key range or name is unknown".to_owned(),
            }),
            Ok(point) => {
                remark(&sources, &point, at, &mut notes);
                plan.restores.push(Restore { service, partition, point });
            }
            Err((cause, reason)) => {
                plan.missing.push(Missing { service, partition: partition.id, cause, reason });
            }
        }
    }
    (plan, notes)
}

fn point(sources: &[Source], at: Option<Timestamp>) -> Result<Point, (Cause, String)> {
    let newest = |backups: &'_ PartitionBackups| -> Option<Point> {
        let point: Option<RestorePoint<'_>> = match at {
            None => backups.newest_point(),
            Some(at) => backups.newest_point_at(at),
        };
        Point::of(&point?)
    };
    if let Some(Err(problem)) = sources.iter().map(|source| &source.backups).find(|backups| backups.is_err()) {
        return Err((Cause::NotListed, format!("its backups cannot be listed: {problem}")));
    }
    let backups = || sources.iter().filter_map(|source| source.backups.as_ref().ok()?.as_ref());
    if let Some(point) = backups().filter_map(newest).max_by_key(|point| (point.created(), point.id())) {
        return Ok(point);
    }
    let oldest = backups().filter_map(|backups| Some(backups.points().first()?.created)).min();
    let reason = match (oldest, at, backups().flat_map(PartitionBackups::links).next()) {
        (Some(oldest), Some(at), _) => format!(
            "nothing can be restored as of {at}: the oldest restore point is from \
            {oldest}"
        ),
        (_, _, None) => "there are no backups".to_owned(),
        _ => {
            let flaw = backups().flat_map(|backups| &backups.chains).find_map(|chain| {
                let link = chain.links().flat_map(|link| &link.flaws).find(|flaw| flaw.breaks());
                chain.flaw().or_else(|| link.cloned())
            });
            let flaw = flaw.map(|flaw| format!(": {flaw}")).unwrap_or_default();
            format!("there are backups, but none of them can be restored{flaw}")
        }
    };
    Err((Cause::NoBackup, reason))
}

/// Adds notes about a choice.
fn remark(sources: &[Source], point: &Point, at: Option<Timestamp>, notes: &mut Vec<String>) {
    let others: Vec<String> = sources
        .iter()
        .map(|source| source.partition.id)
        .filter(|id| *id != point.partition())
        .map(|id| id.to_string())
        .collect();
    if !others.is_empty() {
        notes.push(format!(
            "{}: the storage also has backups of other partitions ({}), because the service was created again; the \
                newest backup, of {}, was chosen",
            point.partition(),
            others.join(", "),
            point.created()
        ));
    }
    let backups = || sources.iter().filter_map(|source| source.backups.as_ref().ok()?.as_ref());
    let times = backups().flat_map(PartitionBackups::links).filter_map(|link| link.backup.creation_time_utc);
    let newest = times.filter(|created| at.is_none_or(|at| *created <= at)).max();
    if let Some(newest) = newest.filter(|newest| *newest > point.created()) {
        notes.push(format!(
            "{}: the newest backup, of {newest}, cannot be restored; the plan uses the one of {}",
            point.partition(),
            point.created()
        ));
    }
}
