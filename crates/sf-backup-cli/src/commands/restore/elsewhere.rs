//! Finds backups on another storage than that of the effective policy, which the list of a partition does not include.

use std::collections::{BTreeMap, BTreeSet};

use sf_backup_ops::restore::{Cause, Plan};
use sf_backup_proto::{GetServiceBackupList, PartitionId, ServiceId, Timestamp};

use crate::cluster::client::Client;
use crate::cluster::pages::all;

/// For partitions without a backup, adds the newest one on the service's other storages to the reason. Those are the
/// storages of policies on the service, on the application and on other partitions. Ignores what cannot be listed.
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
                " on the storage of the effective policy; another storage of this service has one created at {made}: name it \
                    with --from-storage"
            ));
        }
    }
}
