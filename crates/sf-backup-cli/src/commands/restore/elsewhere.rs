//! Backups that lie on another storage than that of the policy in force: a list of one partition does not have them.

use std::collections::{BTreeMap, BTreeSet};

use sf_backup_ops::restore::{Cause, Plan};
use sf_backup_proto::{GetServiceBackupList, PartitionId, ServiceId, Timestamp};

use crate::cluster::client::Client;
use crate::cluster::pages::all;

/// Says of partitions without a backup where the newest lies that the service's other storages have. Those are the storages of
/// policies on the service, on the application and on other partitions; what cannot be listed is left as it is.
pub(super) async fn look(client: &Client, plan: &mut Plan) {
    let without = plan.missing.iter().filter(|missing| missing.cause == Cause::NoBackup);
    let services: BTreeSet<ServiceId> = without.map(|missing| missing.service.clone()).collect();
    let mut newest: BTreeMap<PartitionId, Timestamp> = BTreeMap::new();
    for service in services {
        let mut call = GetServiceBackupList::new(service);
        (call.latest, call.end_date_time_filter) = (Some(true), plan.at);
        for backup in all(client, call).await.unwrap_or_default() {
            let partition = backup.partition_information.as_ref().and_then(|information| information.id());
            if let (Some(partition), Some(made), None) = (partition, backup.creation_time_utc, &backup.failure_error) {
                let known = newest.entry(partition.into()).or_insert(made);
                *known = made.max(*known);
            }
        }
    }
    for missing in plan.missing.iter_mut().filter(|missing| missing.cause == Cause::NoBackup) {
        if let Some(made) = newest.get(&missing.partition) {
            missing.reason.push_str(&format!(
                " on the storage of the effective policy; another storage of this service has one of {made}: name it \
                    with --from-storage"
            ));
        }
    }
}
