//! Workflows of the official client against the simulator, on each runtime that it supports.

use std::collections::BTreeSet;

use sf_backup_proto::model::backup::BackupType;
use sf_backup_proto::model::storage::AzureBlobBackupStorageDescription;
use sf_backup_proto::operations::OPERATIONS;
use sf_backup_sim::{Cluster, Runtime, Speed};

use super::python;

/// The names in `tests/python/scenarios`.
const SCENARIOS: [&str; 12] = [
    "policies",
    "enabling",
    "suspending",
    "listing",
    "listing_a_storage",
    "backing_up",
    "scheduled",
    "restoring",
    "cleaning_up",
    "refused_on_order",
    "inventory",
    "health",
];

#[test]
fn the_official_client_works_with_6_4() {
    lives_through_all(Runtime::V6_4);
}

#[test]
fn the_official_client_works_with_11_3() {
    lives_through_all(Runtime::V11_3);
}

#[test]
fn the_official_client_does_not_support_6_2() {
    if let Some(responded) = live_through("preview", Runtime::V6_2) {
        assert!(responded.is_empty(), "{responded:?}");
    }
}

/// Runs every scenario on its own cluster. Together, they use every operation of the client.
fn lives_through_all(runtime: Runtime) {
    let mut responded = BTreeSet::new();
    for scenario in SCENARIOS {
        let Some(more) = live_through(scenario, runtime) else {
            return;
        };
        responded.extend(more);
    }
    let unused: Vec<&str> = OPERATIONS
        .iter()
        .map(|operation| operation.name)
        .filter(|name| !responded.contains(&name.to_lowercase()))
        .collect();
    // The operation is from 9.1; the client supports 8.2.
    assert_eq!(unused, ["SkipRestorePartition"]);
}

/// The successful operations, in lower case.
fn live_through(scenario: &str, runtime: Runtime) -> Option<Vec<String>> {
    let mut script = python::script("scenarios")?;
    let cluster = Cluster::builder().runtime(runtime).speed(Speed::FROZEN).control().build();
    plant(&cluster);
    let listening = cluster.listen().unwrap();
    script.args([&listening.url(), scenario]);
    Some(python::succeed(script).lines().map(|method| method.replace('_', "")).collect())
}

/// Two chains for each partition, on the storage of a scenario's policy.
fn plant(cluster: &Cluster) {
    let storage = AzureBlobBackupStorageDescription::new("UseDevelopmentStorage=true", "planted").into();
    let (full, incremental) = (BackupType::Full, BackupType::Incremental);
    for partition in ["6b1c2f7e-0000-4000-8000-000000000001", "6b1c2f7e-0000-4000-8000-000000000002"] {
        let partition = partition.parse().unwrap();
        for (hour, kind) in [(1, &full), (2, &incremental), (3, &incremental), (4, &full)] {
            let created = format!("2024-03-01T0{hour}:00:00Z").parse().unwrap();
            cluster.plant_backup(partition, &storage, created, kind).unwrap();
        }
    }
}
