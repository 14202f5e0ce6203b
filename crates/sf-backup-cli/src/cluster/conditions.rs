//! Reads the condition of partitions after their restore: whether they are usable.

use std::collections::BTreeMap;
use std::time::Duration;

use sf_backup_ops::inventory::Partition;
use sf_backup_ops::restore::Condition;
use sf_backup_proto::inventory::GetPartitionInfoList;
use sf_backup_proto::{PartitionId, ServiceId};
use tokio::time::sleep;

use crate::cluster::client::Client;
use crate::cluster::pages::all;
use crate::output::failure::Failure;
use crate::output::failure::Report;

/// A partition is reconfigured right after its restore: unless it is ready, it is read again after these pauses.
const PAUSES: [Duration; 3] = [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2)];

/// The condition of these partitions, read service by service.
pub(crate) async fn look(
    client: &Client,
    services: BTreeMap<&ServiceId, Vec<PartitionId>>,
) -> BTreeMap<PartitionId, Condition> {
    let mut conditions = BTreeMap::new();
    for (service, mut partitions) in services {
        let mut pauses = PAUSES.iter();
        loop {
            let found = look_at(client, service, &partitions).await;
            partitions.retain(|partition| matches!(found.get(partition), Some(Condition::NotReady(..))));
            conditions.extend(found);
            match pauses.next() {
                Some(pause) if !partitions.is_empty() => sleep(*pause).await,
                _ => break,
            }
        }
    }
    conditions
}

async fn look_at(client: &Client, service: &ServiceId, partitions: &[PartitionId]) -> BTreeMap<PartitionId, Condition> {
    let unknown = |why: &str| partitions.iter().map(|id| (*id, Condition::Unknown(why.to_owned()))).collect();
    let infos = match all(client, GetPartitionInfoList::new(service.clone())).await {
        Ok(infos) => infos,
        Err(error) => {
            let report = Failure::from(error).report();
            return unknown(report.as_ref().map(Report::line).unwrap_or_default());
        }
    };
    let mut conditions: BTreeMap<PartitionId, Condition> = unknown("the cluster does not list the partition");
    for info in infos {
        let id = info.partition_information.as_ref().and_then(Partition::of).map(|partition| partition.id);
        if let Some(condition) = id.and_then(|id| conditions.get_mut(&id)) {
            *condition = Condition::of(&info);
        }
    }
    conditions
}
