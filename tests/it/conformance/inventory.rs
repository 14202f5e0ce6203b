//! The queries outside backup: always as api-version 6.0 with `~` in ids, whatever the target says.

use std::collections::BTreeSet;

use sf_backup_proto::inventory::{
    GetAadMetadata, GetApplicationInfoList, GetApplicationNameInfo, GetClusterVersion, GetPartitionHealth,
    GetPartitionInfoList, GetServiceInfoList, GetServiceNameInfo, INVENTORY,
};
use sf_backup_proto::model::inventory::{
    AadMetadata, AadMetadataObject, ApplicationInfo, ApplicationNameInfo, ClusterVersion, HealthEvent, HealthState,
    PartitionHealth, PartitionStatus, ServiceInfo, ServiceKind, ServiceNameInfo, ServicePartitionInfo,
};
use sf_backup_proto::model::partition::NamedPartitionInformation;
use sf_backup_proto::{ContinuationToken, Operation, Page, Timestamp};
use uuid::uuid;

use super::golden::{EachGolden, Golden, preview, target};

fn each(visitor: &mut impl EachGolden) {
    let mut mill =
        ApplicationInfo::new().id("Mill~West").name("fabric:/Mill/West").type_name("MillType").type_version("3.1");
    mill.extra.set_json("Status", "\"Ready\"").unwrap();
    visitor.golden(Golden {
        call: GetApplicationInfoList::new()
            .continuation_token(ContinuationToken::new("fabric:/A").unwrap())
            .max_results(3),
        target: preview(),
        line: "GET http://localhost:19080/Applications?api-version=6.0&ContinuationToken=fabric%3A%2FA&MaxResults=3",
        body: "",
        answer: concat!(
            r#"{"ContinuationToken":"","Items":[{"Id":"Mill~West","Name":"fabric:/Mill/West","TypeName":"MillType","#,
            r#""TypeVersion":"3.1","Status":"Ready"}]}"#,
        ),
        reply: Page::new(vec![mill], None),
    });
    visitor.golden(Golden {
        call: GetServiceInfoList::new("fabric:/Mill/West".parse().unwrap()),
        target: target(),
        line: "GET http://localhost:19080/Applications/Mill~West/$/GetServices?api-version=6.0",
        body: "",
        answer: concat!(
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
        answer: concat!(
            r#"{"Items":[{"ServiceKind":"Stateful","PartitionInformation":{"ServicePartitionKind":"Named","#,
            r#""Id":"9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b","Name":"eu"},"HealthState":"Error","#,
            r#""PartitionStatus":"InQuorumLoss"}]}"#,
        ),
        reply: Page::new(
            vec![
                ServicePartitionInfo::new()
                    .service_kind(ServiceKind::Stateful)
                    .partition_information(
                        NamedPartitionInformation::new().name("eu").id(uuid!("9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b")),
                    )
                    .health_state(HealthState::Error)
                    .partition_status(PartitionStatus::InQuorumLoss),
            ],
            None,
        ),
    });
    let mut health = PartitionHealth::new().aggregated_health_state(HealthState::Warning).health_events(vec![
        HealthEvent::new()
            .source_id("System.BackupRestoreManager")
            .property("Backup")
            .health_state(HealthState::Warning)
            .description("Failed to take periodic backup: HRESULT 0x80071C7D")
            .source_utc_timestamp("2024-03-09T04:10:22Z".parse::<Timestamp>().unwrap()),
    ]);
    health.extra.set_json("UnhealthyEvaluations", "[]").unwrap();
    visitor.golden(Golden {
        call: GetPartitionHealth::new(uuid!("9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b").into()),
        target: preview(),
        line: "GET http://localhost:19080/Partitions/9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b/$/GetHealth?api-version=6.0",
        body: "",
        answer: concat!(
            r#"{"AggregatedHealthState":"Warning","HealthEvents":[{"SourceId":"System.BackupRestoreManager","#,
            r#""Property":"Backup","HealthState":"Warning","#,
            r#""Description":"Failed to take periodic backup: HRESULT 0x80071C7D","#,
            r#""SourceUtcTimestamp":"2024-03-09T04:10:22Z"}],"UnhealthyEvaluations":[]}"#,
        ),
        reply: health,
    });
    visitor.golden(Golden {
        call: GetApplicationNameInfo::new("fabric:/Mill/West/Till".parse().unwrap()),
        target: preview(),
        line: "GET http://localhost:19080/Services/Mill~West~Till/$/GetApplicationName?api-version=6.0",
        body: "",
        answer: r#"{"Id":"Mill~West","Name":"fabric:/Mill/West"}"#,
        reply: ApplicationNameInfo::new().id("Mill~West").name("fabric:/Mill/West"),
    });
    visitor.golden(Golden {
        call: GetServiceNameInfo::new(uuid!("9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b").into()),
        target: target(),
        line: "GET http://localhost:19080/Partitions/9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b/$/GetServiceName?api-version=6.0",
        body: "",
        answer: r#"{"Id":"Mill~West~Till","Name":"fabric:/Mill/West/Till"}"#,
        reply: ServiceNameInfo::new().id("Mill~West~Till").name("fabric:/Mill/West/Till"),
    });
    visitor.golden(Golden {
        call: GetClusterVersion::new(),
        target: preview(),
        line: "GET http://localhost:19080/$/GetClusterVersion?api-version=6.0",
        body: "",
        answer: r#"{"Version":"10.1.1951.9590"}"#,
        reply: ClusterVersion::new().version("10.1.1951.9590"),
    });
    visitor.golden(Golden {
        call: GetAadMetadata::new(),
        target: target(),
        line: "GET http://localhost:19080/$/GetAadMetadata?api-version=6.0",
        body: "",
        answer: r#"{"type":"aad","metadata":{"login":"https://login.example","tenant":"t","cluster":"c","client":"d"}}"#,
        reply: AadMetadataObject::new().kind("aad").metadata(
            AadMetadata::new().login("https://login.example").tenant("t").cluster("c").client("d"),
        ),
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
