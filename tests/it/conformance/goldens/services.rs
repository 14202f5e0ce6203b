use sf_backup_proto::model::backup::{BackupInfo, BackupType, Epoch};
use sf_backup_proto::model::configuration::{
    BackupPolicyScope, BackupSuspensionInfo, BackupSuspensionScope, PartitionBackupConfigurationInfo,
};
use sf_backup_proto::model::partition::Int64RangePartitionInformation;
use sf_backup_proto::{
    DisableServiceBackup, EnableServiceBackup, GetServiceBackupConfigurationInfo, GetServiceBackupList, IdDelimiter,
    Page, ResumeServiceBackup, ServiceId, SuspendServiceBackup, Timestamp,
};
use uuid::uuid;

use super::super::golden::{EachGolden, Golden, preview};
use super::{order, query};

fn calc() -> ServiceId {
    "fabric:/CalcApp/CalcService".parse().unwrap()
}

pub(crate) fn each(visitor: &mut impl EachGolden) {
    documented(visitor);
    order(
        visitor,
        EnableServiceBackup::new("Mill/Caf\u{e9} & S=1;a@b:c,d'e\"f".parse().unwrap(), "D \"q\" é".parse().unwrap()),
        concat!(
            "POST http://localhost:19080/Services/Mill/Caf%C3%A9%20%26%20S%3D1%3Ba%40b%3Ac%2Cd%27e%22f",
            "/$/EnableBackup?api-version=6.4",
        ),
        r#"{"BackupPolicyName":"D \"q\" é"}"#,
    );
    order(
        visitor,
        DisableServiceBackup::new(calc()).clean_backup(false),
        "POST http://localhost:19080/Services/CalcApp/CalcService/$/DisableBackup?api-version=6.4",
        r#"{"CleanBackup":false}"#,
    );
    order(
        visitor,
        SuspendServiceBackup::new("fabric:/a:b/x".parse().unwrap()),
        "POST http://localhost:19080/Services/a%3Ab/x/$/SuspendBackup?api-version=6.4",
        "",
    );
    query(
        visitor,
        GetServiceBackupConfigurationInfo::new(calc()),
        "GET http://localhost:19080/Services/CalcApp/CalcService/$/GetBackupConfigurationInfo?api-version=6.4",
        concat!(
            r#"{"ContinuationToken":"","Items":[{"Kind":"Partition","ServiceName":"fabric:/CalcApp/CalcService","#,
            r#""PartitionId":"9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b","PolicyName":"Dawn","PolicyInheritedFrom":"Partition","#,
            r#""SuspensionInfo":{"IsSuspended":true,"SuspensionInheritedFrom":"Application"}}]}"#,
        ),
        Page::new(
            vec![
                PartitionBackupConfigurationInfo::new()
                    .service_name("fabric:/CalcApp/CalcService")
                    .partition_id(uuid!("9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b"))
                    .policy_name("Dawn")
                    .policy_inherited_from(BackupPolicyScope::Partition)
                    .suspension_info(
                        BackupSuspensionInfo::new()
                            .is_suspended(true)
                            .suspension_inherited_from(BackupSuspensionScope::Application),
                    )
                    .into(),
            ],
            None,
        ),
    );
    list(visitor);
}

/// The requests that the documents print.
fn documented(visitor: &mut impl EachGolden) {
    visitor.golden(Golden {
        call: ResumeServiceBackup::new(calc()),
        target: preview(),
        line: "POST http://localhost:19080/Services/CalcApp/CalcService/$/ResumeBackup?api-version=6.2-preview",
        body: "",
        response: "",
        reply: (),
    });
    visitor.golden(Golden {
        call: EnableServiceBackup::new(calc(), "DailyAzureBackupPolicy".parse().unwrap()),
        target: preview(),
        line: "POST http://localhost:19080/Services/CalcApp/CalcService/$/EnableBackup?api-version=6.2-preview",
        body: r#"{"BackupPolicyName":"DailyAzureBackupPolicy"}"#,
        response: "",
        reply: (),
    });
    visitor.golden(Golden {
        call: ResumeServiceBackup::new("fabric:/myapp/app1/svc1".parse().unwrap()),
        target: preview().id_delimiter(IdDelimiter::Tilde).timeout("60".parse().unwrap()),
        line: "POST http://localhost:19080/Services/myapp~app1~svc1/$/ResumeBackup?api-version=6.2-preview&timeout=60",
        body: "",
        response: "",
        reply: (),
    });
}

fn list(visitor: &mut impl EachGolden) {
    let created: Timestamp = "2025-02-03T04:05:06Z".parse().unwrap();
    visitor.golden(Golden {
        call: GetServiceBackupList::new(calc()).latest(false),
        target: preview().timeout("4294967295".parse().unwrap()),
        line: concat!(
            "GET http://localhost:19080/Services/CalcApp/CalcService/$/GetBackups",
            "?api-version=6.2-preview&timeout=4294967295&Latest=false",
        ),
        body: "",
        response: concat!(
            r#"{"Items":[{"BackupId":"5d7b1c1e-27c1-4f0e-9a0a-2b7f4f4a1c11","BackupChainId":"6e8c2d2f-38d2-4a1f-8b1b-3c8a5a5b2d22","#,
            r#""ApplicationName":"fabric:/CalcApp","ServiceName":"fabric:/CalcApp/CalcService","#,
            r#""PartitionInformation":{"LowKey":"-9223372036854775808","HighKey":"9223372036854775807","#,
            r#""ServicePartitionKind":"Int64Range","Id":"9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b"},"#,
            r#""BackupLocation":"CalcApp\\CalcService\\9a7e\\2025-02-03 04.05.06.zip","BackupType":"Incremental","#,
            r#""EpochOfLastBackupRecord":{"DataLossNumber":"131462452931584510","ConfigurationNumber":"8589934592"},"#,
            r#""LsnOfLastBackupRecord":"261","CreationTimeUtc":"2025-02-03T04:05:06Z","FailureError":null}],"#,
            r#""ContinuationToken":""}"#,
        ),
        reply: Page::new(
            vec![
                BackupInfo::new()
                    .backup_id(uuid!("5d7b1c1e-27c1-4f0e-9a0a-2b7f4f4a1c11"))
                    .backup_chain_id(uuid!("6e8c2d2f-38d2-4a1f-8b1b-3c8a5a5b2d22"))
                    .application_name("fabric:/CalcApp")
                    .service_name("fabric:/CalcApp/CalcService")
                    .partition_information(
                        Int64RangePartitionInformation::new()
                            .low_key(i64::MIN)
                            .high_key(i64::MAX)
                            .id(uuid!("9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b")),
                    )
                    .backup_location(r"CalcApp\CalcService\9a7e\2025-02-03 04.05.06.zip")
                    .backup_type(BackupType::Incremental)
                    .epoch_of_last_backup_record(
                        Epoch::new().data_loss_version(131_462_452_931_584_510_i64).configuration_version(8_589_934_592_i64),
                    )
                    .lsn_of_last_backup_record(261)
                    .creation_time_utc(created),
            ],
            None,
        ),
    });
}
