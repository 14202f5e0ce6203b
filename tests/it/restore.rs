//! Plans and runs of restores against the simulator, in memory and with virtual time.

mod planning;
mod running;

use std::collections::BTreeMap;

use sf_backup_ops::chain::Backups;
use sf_backup_ops::drill::Drill;
use sf_backup_ops::inventory::{Partition, Service, ServiceState};
use sf_backup_ops::restore::{Choice, Clock, Completeness, Plan, Source, Target, When, pair, plan};
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::schedule::FrequencyBasedBackupScheduleDescription;
use sf_backup_proto::model::storage::{BackupStorageDescription, FileShareBackupStorageDescription};
use sf_backup_proto::{
    CreateBackupPolicy, EnableServiceBackup, Endpoint, GetPartitionBackupList, IsoDuration, PartitionId, ServiceId,
};
use sf_backup_sim::{Cluster, ClusterBuilder, Topology};

use crate::flows::Driver;

const SCRATCH: &str = "fabric:/Drill/Cart";
pub(super) const SERVICE: &str = "fabric:/Shop/Cart";

/// A service with this many partitions; their ids end in their numbers.
pub(crate) fn topology(service: &str, first_id: u128, count: u32) -> Topology {
    topology_of(&[application(service, first_id, count)])
}

fn topology_of(applications: &[serde_json::Value]) -> Topology {
    Topology::from_json(&serde_json::json!({ "Applications": applications }).to_string()).unwrap()
}

fn application(service: &str, first_id: u128, count: u32) -> serde_json::Value {
    let width = u64::MAX / u64::from(count);
    let partitions: Vec<_> = (0..count)
        .map(|number| {
            let low = i64::MIN.wrapping_add_unsigned(width * u64::from(number));
            let last = number + 1 == count;
            let high = if last { i64::MAX } else { low.wrapping_add_unsigned(width - 1) };
            let id = PartitionId::from(uuid::Uuid::from_u128(first_id + u128::from(number)));
            serde_json::json!({
                "ServicePartitionKind": "Int64Range", "Id": id.to_string(),
                "LowKey": low.to_string(), "HighKey": high.to_string(),
            })
        })
        .collect();
    let application = service.rsplit_once('/').unwrap().0;
    serde_json::json!({ "Name": application, "Services": [{
        "Name": service, "ServiceKind": "Stateful", "HasPersistedState": true, "Partitions": partitions,
    }] })
}

pub(super) const FIRST_ID: u128 = 0x6b1c_2f7e_0000_4000_8000_0000_0000_0001;

pub(super) fn share() -> BackupStorageDescription {
    FileShareBackupStorageDescription::new(r"\\nas\backups").into()
}

/// A cluster with hourly backups of its service, and this many incremental backups per full one.
pub(super) fn protected(builder: ClusterBuilder, partitions: u32, incrementals: u8) -> Cluster {
    backed_up(builder.topology(topology(SERVICE, FIRST_ID, partitions)).build(), incrementals)
}

/// A cluster with an additional scratch service with the same partitions, on the same storage.
pub(super) fn with_scratch(partitions: u32) -> Cluster {
    let applications = [(SERVICE, FIRST_ID), (SCRATCH, FIRST_ID + 0x100)];
    let applications = applications.map(|(service, first)| application(service, first, partitions));
    let cluster = backed_up(Cluster::builder().topology(topology_of(&applications)).build(), 3);
    let scratch = EnableServiceBackup::new(SCRATCH.parse().unwrap(), "Hourly".parse().unwrap());
    Driver::of(cluster.clone()).send(scratch).unwrap();
    cluster
}

fn backed_up(cluster: Cluster, incrementals: u8) -> Cluster {
    let mut driver = Driver::of(cluster.clone());
    let hourly = FrequencyBasedBackupScheduleDescription::new(IsoDuration::hours(1));
    let policy = BackupPolicyDescription::new("Hourly", false, incrementals, hourly, share());
    driver.send(CreateBackupPolicy::new(policy)).unwrap();
    driver.send(EnableServiceBackup::new(service(), "Hourly".parse().unwrap())).unwrap();
    cluster
}

pub(super) fn service() -> ServiceId {
    SERVICE.parse().unwrap()
}

/// The partitions of the cluster's service.
pub(super) fn targets(cluster: &Cluster) -> Vec<Target> {
    targets_of(cluster, &service())
}

fn targets_of(cluster: &Cluster, service: &ServiceId) -> Vec<Target> {
    let mut driver = Driver::of(cluster.clone());
    let list = sf_backup_proto::inventory::GetPartitionInfoList::new(service.clone());
    let partitions = driver.all(list).unwrap();
    let partitions = partitions.iter().map(|info| Partition::of(info.partition_information.as_ref().unwrap()).unwrap());
    partitions.map(|partition| Target { service: service.clone(), partition }).collect()
}

/// A plan for all partitions, from their own backups.
pub(super) fn planned(cluster: &Cluster, when: When) -> Plan {
    planned_into(cluster, when, &service())
}

/// A drill into the scratch service, and its plan.
pub(super) fn drilled(cluster: &Cluster) -> (Drill, Plan) {
    let of = |id: ServiceId| Service {
        partitions: targets_of(cluster, &id).into_iter().map(|target| target.partition).collect(),
        state: ServiceState::Persisted,
        id,
    };
    let (source, scratch) = (of(service()), of(SCRATCH.parse().unwrap()));
    let drill = Drill { overwrite: true, ..Drill::of(&source, &scratch, Vec::new()).unwrap() };
    drill.check(&source, &scratch).unwrap();
    let plan = planned_into(cluster, When::Latest, &scratch.id);
    drill.check_plan(&plan).unwrap();
    (drill, plan)
}

/// A plan for a service, from the backups of the protected one.
fn planned_into(cluster: &Cluster, when: When, into: &ServiceId) -> Plan {
    let mut driver = Driver::of(cluster.clone());
    let sources = targets(cluster).into_iter().map(|Target { service, partition }| {
        let list = driver.all(GetPartitionBackupList::new(partition.id));
        let backups = list.map(|list| Backups::of(list).partition(partition.id).cloned());
        Source { service, into: into.clone(), partition, backups: backups.map_err(|error| error.to_string()) }
    });
    let sources = sources.collect();
    let choice =
        Choice { when, now: cluster.now(), clock: Clock::Local, endpoints: Endpoint::local().into(), storage: None };
    let by_id = *into == service();
    plan(choice, pair(targets_of(cluster, into), sources, by_id, Completeness::Whole).unwrap()).0
}

/// The backups that a plan chose, by partition, as the simulator names them.
pub(super) fn chosen(plan: &Plan) -> BTreeMap<PartitionId, String> {
    let file = |location: &str| location.trim_end_matches(".zip").replace('\\', "/");
    plan.restores.iter().map(|restore| (restore.partition.id, file(restore.point.location()))).collect()
}
