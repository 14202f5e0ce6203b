//! Reads a plan strictly: every mistake is reported with its place and the rule.

use std::collections::BTreeSet;
use std::str::FromStr;

use serde_json::{Map, Value};
use sf_backup_proto::model::backup::BackupInfo;
use sf_backup_proto::model::partition::PartitionInformation;
use sf_backup_proto::{Endpoint, Endpoints, PartitionId, ServiceId, Timestamp, model};

use super::{API_VERSION, Cause, Clock, KIND, Missing, Plan, PlanError, Point, Restore, Storage};
use crate::inventory::Partition;
use crate::manifest::read::{head, object, text};

const MEMBERS: &[&str] = &[
    "apiVersion",
    "kind",
    "createdAt",
    "clock",
    "clockOffsetSeconds",
    "endpoints",
    "at",
    "storage",
    "summary",
    "restores",
    "missing",
];
const RESTORE: &[&str] = &["ServiceName", "PartitionInformation", "Backup", "ChainLength", "Loses"];
const MISSING: &[&str] = &["ServiceName", "PartitionId", "Cause", "Reason"];

impl Plan {
    /// Reads the contents of a plan. Ignores what is only for readers (`summary`, `Loses`).
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub fn read(value: &Value) -> Result<Self, PlanError> {
        let members = object(value, "", MEMBERS)?;
        head(members, "apiVersion", API_VERSION)?;
        head(members, "kind", KIND)?;
        let storage = members.get("storage").map(Storage::read).transpose();
        let mut seen = BTreeSet::new();
        let restores: Vec<Restore> = items(members, "restores", restore)?;
        let missing: Vec<Missing> = items(members, "missing", missing)?;
        let ids = restores.iter().map(|restore| restore.partition.id);
        let ids = ids.map(|id| ("restores", id)).chain(missing.iter().map(|missing| ("missing", missing.partition)));
        for (section, id) in ids {
            if !seen.insert(id) {
                return Err(PlanError::new(section, &format!("names partition {id} again")));
            }
        }
        Ok(Self {
            created: required(members, "createdAt")?,
            clock: clock(members)?,
            endpoints: endpoints(members)?,
            at: text::<Timestamp>(members, "", "at")?,
            storage: storage.map_err(|error| error.below("storage"))?,
            restores,
            missing,
        })
    }
}

fn required<T: FromStr>(members: &Map<String, Value>, name: &str) -> Result<T, PlanError>
where
    T::Err: std::fmt::Display,
{
    text(members, "", name)?.ok_or_else(|| PlanError::new(name, "is required"))
}

fn clock(members: &Map<String, Value>) -> Result<Clock, PlanError> {
    let ahead = members.get("clockOffsetSeconds");
    match (text::<String>(members, "", "clock")?.as_deref(), ahead) {
        // Plans of earlier releases lack it.
        (None | Some("Local"), None) => Ok(Clock::Local),
        (Some("Cluster"), Some(ahead)) => {
            let ahead = ahead.as_i64();
            let ahead = ahead.ok_or_else(|| PlanError::new("clockOffsetSeconds", "must be a whole number"))?;
            Ok(Clock::Cluster { ahead })
        }
        _ => Err(PlanError::new("clock", "must be Local, or Cluster with clockOffsetSeconds")),
    }
}

fn endpoints(members: &Map<String, Value>) -> Result<Endpoints, PlanError> {
    let rule = || PlanError::new("endpoints", "must be a non-empty list of URLs");
    let Some(Value::Array(items)) = members.get("endpoints") else {
        return Err(rule());
    };
    let mut endpoints = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let place = format!("endpoints[{index}]");
        let text = item.as_str().ok_or_else(|| PlanError::new(&place, "must be text"))?;
        let endpoint: Endpoint = text.parse().map_err(|error| PlanError::new(&place, &format!("{error}")))?;
        endpoints.push(endpoint);
    }
    let mut endpoints = endpoints.into_iter();
    let first = endpoints.next().ok_or_else(rule)?;
    Ok(Endpoints::new(first, endpoints))
}

/// Reads an optional list of objects.
fn items<T>(
    members: &Map<String, Value>,
    name: &str,
    read: impl Fn(&Value) -> Result<T, PlanError>,
) -> Result<Vec<T>, PlanError> {
    match members.get(name) {
        None => Ok(Vec::new()),
        Some(Value::Array(items)) => {
            let items = items.iter().enumerate();
            items.map(|(index, item)| read(item).map_err(|error| error.below(&format!("{name}[{index}]")))).collect()
        }
        Some(_) => Err(PlanError::new(name, "must be a list")),
    }
}

fn restore(value: &Value) -> Result<Restore, PlanError> {
    let members = object(value, "", RESTORE)?;
    let service: ServiceId = required(members, "ServiceName")?;
    let information: PartitionInformation = of_model(members, "PartitionInformation")?;
    let partition = Partition::of(&information).filter(|partition| partition.information().is_some());
    let partition = partition.ok_or_else(|| {
        PlanError::new("PartitionInformation", "must have an Id, and LowKey and HighKey or a Name if its kind has them")
    })?;
    let backup: BackupInfo = of_model(members, "Backup")?;
    if let Some(name) = backup.extra.names().next() {
        return Err(PlanError::new(&format!("Backup.{name}"), "is unknown"));
    }
    let length = members.get("ChainLength").and_then(Value::as_u64).filter(|length| *length > 0);
    let length = length.and_then(|length| usize::try_from(length).ok());
    let length = length.ok_or_else(|| PlanError::new("ChainLength", "must be a number from 1"))?;
    let point = Point::new(backup, length).map_err(|(name, rule)| PlanError::new(&format!("Backup.{name}"), rule))?;
    if !partition.key.takes(point.key()) {
        let rule = format!(
            "is of a partition with the keys {}, and cannot be restored into one with {}",
            point.key(),
            partition.key
        );
        return Err(PlanError::new("Backup.PartitionInformation", &rule));
    }
    Ok(Restore { service, partition, point })
}

fn missing(value: &Value) -> Result<Missing, PlanError> {
    let members = object(value, "", MISSING)?;
    let partition: PartitionId = required(members, "PartitionId")?;
    let reason: String = required(members, "Reason")?;
    // Plans of earlier releases lack it.
    let cause = match text::<String>(members, "", "Cause")? {
        None => Cause::NoBackup,
        Some(name) => Cause::of(&name).ok_or_else(|| PlanError::new("Cause", "must be NoBackup or NotListed"))?,
    };
    Ok(Missing { service: required(members, "ServiceName")?, partition, cause, reason })
}

/// Reads an object of the API.
fn of_model<T: serde::de::DeserializeOwned>(members: &Map<String, Value>, name: &str) -> Result<T, PlanError> {
    let value = members.get(name).ok_or_else(|| PlanError::new(name, "is required"))?;
    model::read(value).map_err(|error| {
        let place = if matches!(error.place(), "." | "?") { "" } else { error.place() };
        PlanError::new(place, error.problem()).below(name)
    })
}
