//! Reading lists with the server's paging quirks.

use std::collections::BTreeSet;

use proptest::prelude::{Just, Strategy, prop_assert_eq, prop_oneof, proptest};
use sf_backup_proto::model::backup::BackupType;
use sf_backup_proto::model::configuration::BackupConfigurationInfo;
use sf_backup_proto::{
    ApplicationId, EnableApplicationBackup, EnablePartitionBackup, EnableServiceBackup,
    GetApplicationBackupConfigurationInfo, GetPartitionBackupList, PartitionId, ServiceId,
};
use sf_backup_sim::{Cluster, Runtime, Topology};

use super::{Driver, FIRST, blob, create};

/// Three services with three partitions each.
fn topology() -> Topology {
    let service = |s: u32| {
        let partition =
            |p: u32| format!(r#"{{"ServicePartitionKind":"Named","Name":"{p}","Id":"{}"}}"#, partition(s * 3 + p));
        let partitions: Vec<_> = (0..3).map(partition).collect();
        format!(r#"{{"Name":"fabric:/A/S{s}","ServiceKind":"Stateful","Partitions":[{}]}}"#, partitions.join(","))
    };
    let services: Vec<_> = (0..3).map(service).collect();
    let json = format!(r#"{{"Applications":[{{"Name":"fabric:/A","Services":[{}]}}]}}"#, services.join(","));
    Topology::from_json(&json).unwrap()
}

fn partition(number: u32) -> String {
    format!("00000000-0000-4000-8000-0000000000{number:02}")
}

/// The directly enabled entities.
#[derive(Debug, Clone)]
enum Enabled {
    Service(u32),
    Partition(u32),
}

fn enabled() -> impl Strategy<Value = Vec<Enabled>> {
    let one = prop_oneof![(0..3_u32).prop_map(Enabled::Service), (0..9_u32).prop_map(Enabled::Partition)];
    proptest::collection::vec(one, 0..8)
}

fn name(info: &BackupConfigurationInfo) -> String {
    match info {
        BackupConfigurationInfo::Application(info) => info.application_name.clone().unwrap(),
        BackupConfigurationInfo::Service(info) => info.service_name.clone().unwrap(),
        BackupConfigurationInfo::Partition(info) => info.partition_id.unwrap().to_string(),
        other => panic!("{other:?}"),
    }
}

proptest! {
    #[test]
    fn configurations_are_the_same_in_pages_of_any_size(
        enabled in enabled(),
        size in prop_oneof![Just(0_u32), 1..6_u32],
        runtime in proptest::sample::select(Runtime::ALL.to_vec()),
    ) {
        let mut driver = Driver::of(Cluster::builder().runtime(runtime).topology(topology()).build());
        driver.send(create("P")).unwrap();
        let application: ApplicationId = "fabric:/A".parse().unwrap();
        let policy = || "P".parse().unwrap();
        driver.send(EnableApplicationBackup::new(application.clone(), policy())).unwrap();
        let mut expected = BTreeSet::from(["fabric:/A".to_owned()]);
        for entity in enabled {
            match entity {
                Enabled::Service(s) => {
                    let service: ServiceId = format!("fabric:/A/S{s}").parse().unwrap();
                    expected.insert(service.to_string());
                    driver.send(EnableServiceBackup::new(service, policy())).unwrap();
                }
                Enabled::Partition(p) => {
                    expected.insert(partition(p));
                    let id: PartitionId = partition(p).parse().unwrap();
                    driver.send(EnablePartitionBackup::new(id, policy())).unwrap();
                }
            }
        }
        let list = GetApplicationBackupConfigurationInfo::new(application).max_results(size);
        let found = driver.all(list).unwrap();
        prop_assert_eq!(found.len(), expected.len());
        prop_assert_eq!(found.iter().map(name).collect::<BTreeSet<_>>(), expected);
    }

    #[test]
    fn backups_are_the_same_in_pages_of_any_size(count in 1..12_i64, size in 1..6_u32) {
        let mut driver = Driver::new(Runtime::V6_4);
        driver.send(create("P")).unwrap();
        let id: PartitionId = FIRST.parse().unwrap();
        driver.send(EnablePartitionBackup::new(id, "P".parse().unwrap())).unwrap();
        let mut made = Vec::new();
        for hour in 0..count {
            let at = sf_backup_proto::Timestamp::from_unix(1_700_000_000 + hour * 3_600).unwrap();
            made.push(driver.cluster.plant_backup(id, &blob(), at, &BackupType::Full).unwrap());
        }
        prop_assert_eq!(driver.all(GetPartitionBackupList::new(id).max_results(size)).unwrap(), made);
    }
}
