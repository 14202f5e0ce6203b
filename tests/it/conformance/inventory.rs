//! Cluster queries: always with api-version 6.0 and `~` in ids, regardless of the target.

use std::collections::BTreeSet;

use sf_backup_proto::inventory::{
    GetAadMetadata, GetApplicationHealth, GetApplicationInfo, GetApplicationInfoList, GetApplicationNameInfo,
    GetClusterVersion, GetPartitionHealth, GetPartitionInfo, GetPartitionInfoList, GetServiceInfoList,
    GetServiceNameInfo, INVENTORY,
};
use sf_backup_proto::model::backup::Epoch;
use sf_backup_proto::model::inventory::{
    AadMetadata, AadMetadataObject, ApplicationInfo, ApplicationNameInfo, ClusterVersion, PartitionStatus, ServiceInfo,
    ServiceKind, ServiceNameInfo, ServicePartitionInfo,
};
use sf_backup_proto::model::inventory::{
    ApplicationHealth, HealthEvent, HealthState, PartitionHealth, ServiceHealthState,
};
use sf_backup_proto::model::partition::NamedPartitionInformation;
use sf_backup_proto::{ContinuationToken, Operation, Page, Timestamp};
use uuid::uuid;

use super::golden::{EachGolden, Golden, preview, target};

fn each(visitor: &mut impl EachGolden) {
    each_state(visitor);
    let mut mill =
        ApplicationInfo::new().id("Mill~West").name("fabric:/Mill/West").type_name("MillType").type_version("3.1");
    mill.extra.set_json("Parameters", "[]").unwrap();
    visitor.golden(Golden {
        call: GetApplicationInfoList::new()
            .continuation_token(ContinuationToken::new("fabric:/A").unwrap())
            .max_results(3),
        target: preview(),
        line: "GET http://localhost:19080/Applications?api-version=6.0&ContinuationToken=fabric%3A%2FA&MaxResults=3",
        body: "",
        response: concat!(
            r#"{"ContinuationToken":"","Items":[{"Id":"Mill~West","Name":"fabric:/Mill/West","TypeName":"MillType","#,
            r#""TypeVersion":"3.1","Parameters":[]}]}"#,
        ),
        reply: Page::new(vec![mill], None),
    });
    visitor.golden(Golden {
        call: GetServiceInfoList::new("fabric:/Mill/West".parse().unwrap()),
        target: target(),
        line: "GET http://localhost:19080/Applications/Mill~West/$/GetServices?api-version=6.0",
        body: "",
        response: concat!(
            r#"{"ContinuationToken":"fabric:/Mill/West/Till","Items":[{"ServiceKind":"Stateful","Id":"Mill~West~Till","#,
            r#""Name":"fabric:/Mill/West/Till","TypeName":"TillType","HasPersistedState":true}]}"#,
        ),
        reply: Page::new(
            vec![
                ServiceInfo::new()
                    .service_kind(ServiceKind::Stateful)
                    .id("Mill~West~Till")
                    .name("fabric:/Mill/West/Till")
                    .type_name("TillType")
                    .has_persisted_state(true),
            ],
            ContinuationToken::new("fabric:/Mill/West/Till"),
        ),
    });
    visitor.golden(Golden {
        call: GetPartitionInfoList::new("fabric:/Mill/West/Till".parse().unwrap()),
        target: target().timeout("9".parse().unwrap()),
        line: "GET http://localhost:19080/Services/Mill~West~Till/$/GetPartitions?api-version=6.0&timeout=9",
        body: "",
        response: concat!(
            r#"{"Items":[{"ServiceKind":"Stateful","PartitionInformation":{"ServicePartitionKind":"Named","#,
            r#""Id":"9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b","Name":"eu"}}]}"#,
        ),
        reply: Page::new(
            vec![ServicePartitionInfo::new().service_kind(ServiceKind::Stateful).partition_information(
                NamedPartitionInformation::new().name("eu").id(uuid!("9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b")),
            )],
            None,
        ),
    });
    visitor.golden(Golden {
        call: GetApplicationNameInfo::new("fabric:/Mill/West/Till".parse().unwrap()),
        target: preview(),
        line: "GET http://localhost:19080/Services/Mill~West~Till/$/GetApplicationName?api-version=6.0",
        body: "",
        response: r#"{"Id":"Mill~West","Name":"fabric:/Mill/West"}"#,
        reply: ApplicationNameInfo::new().id("Mill~West").name("fabric:/Mill/West"),
    });
    visitor.golden(Golden {
        call: GetServiceNameInfo::new(uuid!("9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b").into()),
        target: target(),
        line: "GET http://localhost:19080/Partitions/9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b/$/GetServiceName?api-version=6.0",
        body: "",
        response: r#"{"Id":"Mill~West~Till","Name":"fabric:/Mill/West/Till"}"#,
        reply: ServiceNameInfo::new().id("Mill~West~Till").name("fabric:/Mill/West/Till"),
    });
    visitor.golden(Golden {
        call: GetClusterVersion::new(),
        target: preview(),
        line: "GET http://localhost:19080/$/GetClusterVersion?api-version=6.0",
        body: "",
        response: r#"{"Version":"10.1.1951.9590"}"#,
        reply: ClusterVersion::new().version("10.1.1951.9590"),
    });
    visitor.golden(Golden {
        call: GetAadMetadata::new(),
        target: target(),
        line: "GET http://localhost:19080/$/GetAadMetadata?api-version=6.0",
        body: "",
        response: r#"{"type":"aad","metadata":{"login":"https://login.example","tenant":"t","cluster":"c","client":"d"}}"#,
        reply: AadMetadataObject::new().kind("aad").metadata(
            AadMetadata::new().login("https://login.example").tenant("t").cluster("c").client("d"),
        ),
    });
}

/// The queries about states and health.
fn each_state(visitor: &mut impl EachGolden) {
    visitor.golden(Golden {
        call: GetApplicationInfo::new("fabric:/Mill/West".parse().unwrap()),
        target: target(),
        line: "GET http://localhost:19080/Applications/Mill~West?api-version=6.0",
        body: "",
        response: concat!(
            r#"{"Id":"Mill~West","Name":"fabric:/Mill/West","TypeName":"MillType","TypeVersion":"3.1","Status":"Ready","#,
            r#""HealthState":"Error","ApplicationDefinitionKind":"Compose"}"#,
        ),
        reply: Some(
            ApplicationInfo::new()
                .id("Mill~West")
                .name("fabric:/Mill/West")
                .type_name("MillType")
                .type_version("3.1")
                .status("Ready")
                .health_state(HealthState::Error)
                .application_definition_kind("Compose"),
        ),
    });
    visitor.golden(Golden {
        call: GetApplicationHealth::new("fabric:/System".parse().unwrap()),
        target: preview(),
        line: "GET http://localhost:19080/Applications/System/$/GetHealth?api-version=6.0",
        body: "",
        response: concat!(
            r#"{"AggregatedHealthState":"Warning","HealthEvents":[],"Name":"fabric:/System","ServiceHealthStates":["#,
            r#"{"AggregatedHealthState":"Warning","ServiceName":"fabric:/System/BackupRestoreService"}]}"#,
        ),
        reply: ApplicationHealth::new()
            .aggregated_health_state(HealthState::Warning)
            .health_events(Vec::new())
            .name("fabric:/System")
            .service_health_states(vec![
                ServiceHealthState::new()
                    .aggregated_health_state(HealthState::Warning)
                    .service_name("fabric:/System/BackupRestoreService"),
            ]),
    });
    visitor.golden(Golden {
        call: GetPartitionInfo::new(uuid!("9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b").into()),
        target: target(),
        line: "GET http://localhost:19080/Partitions/9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b?api-version=6.0",
        body: "",
        response: concat!(
            r#"{"ServiceKind":"Stateful","PartitionInformation":{"ServicePartitionKind":"Named","#,
            r#""Id":"9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b","Name":"eu"},"TargetReplicaSetSize":3,"MinReplicaSetSize":2,"#,
            r#""HealthState":"Error","PartitionStatus":"InQuorumLoss","LastQuorumLossDurationInSeconds":"4102","#,
            r#""CurrentConfigurationEpoch":{"ConfigurationVersion":"8589934592","DataLossVersion":"131992384400001234"}}"#,
        ),
        reply: Some(
            ServicePartitionInfo::new()
                .service_kind(ServiceKind::Stateful)
                .partition_information(
                    NamedPartitionInformation::new().name("eu").id(uuid!("9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b")),
                )
                .target_replica_set_size(3_u32)
                .min_replica_set_size(2_u32)
                .health_state(HealthState::Error)
                .partition_status(PartitionStatus::InQuorumLoss)
                .last_quorum_loss_duration_in_seconds(4_102)
                .current_configuration_epoch(
                    Epoch::new().configuration_version(8_589_934_592_i64).data_loss_version(131_992_384_400_001_234_i64),
                ),
        ),
    });
    visitor.golden(Golden {
        call: GetPartitionHealth::new(uuid!("9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b").into()),
        target: target(),
        line: "GET http://localhost:19080/Partitions/9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b/$/GetHealth?api-version=6.0",
        body: "",
        response: concat!(
            r#"{"AggregatedHealthState":"Warning","HealthEvents":[{"SourceId":"System.BackupRestoreManager","#,
            r#""Property":"Backup","HealthState":"Warning","Description":"Failed","#,
            r#""SourceUtcTimestamp":"2024-03-09T04:10:22Z","LastModifiedUtcTimestamp":"2024-03-09T04:10:22Z","#,
            r#""IsExpired":false}],"PartitionId":"9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b"}"#,
        ),
        reply: PartitionHealth::new()
            .aggregated_health_state(HealthState::Warning)
            .health_events(vec![
                HealthEvent::new()
                    .source_id("System.BackupRestoreManager")
                    .property("Backup")
                    .health_state(HealthState::Warning)
                    .description("Failed")
                    .source_utc_timestamp("2024-03-09T04:10:22Z".parse::<Timestamp>().unwrap())
                    .last_modified_utc_timestamp("2024-03-09T04:10:22Z".parse::<Timestamp>().unwrap())
                    .is_expired(false),
            ])
            .partition_id(uuid!("9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b")),
    });
}

#[test]
fn every_query_has_a_golden_and_a_round_trip() {
    struct All(BTreeSet<&'static str>);
    impl EachGolden for All {
        fn golden<O: Operation>(&mut self, golden: Golden<O>) {
            golden.assert_request();
            golden.assert_reply();
            golden.assert_round_trip();
            self.0.insert(O::SPEC.name);
        }
    }
    let mut all = All(BTreeSet::new());
    each(&mut all);
    assert_eq!(all.0, INVENTORY.iter().map(|spec| spec.name).collect());
}
