use sf_backup_proto::model::backup::{BackupInfo, BackupType, Epoch};
use sf_backup_proto::model::configuration::{
    BackupPolicyScope, BackupSuspensionInfo, BackupSuspensionScope, PartitionBackupConfigurationInfo,
};
use sf_backup_proto::model::partition::{NamedPartitionInformation, SingletonPartitionInformation};
use sf_backup_proto::{
    ContinuationToken, DisablePartitionBackup, EnablePartitionBackup, GetPartitionBackupConfigurationInfo,
    GetPartitionBackupList, Page, PartitionId, ResumePartitionBackup, SuspendPartitionBackup,
};
use uuid::{Uuid, uuid};

use super::super::golden::{EachGolden, Golden, preview};
use super::{order, query};

const ID: Uuid = uuid!("9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b");

pub(crate) fn each(visitor: &mut impl EachGolden) {
    let upper: PartitionId = "9A7E1F00-3C4D-4E5F-8A9B-0C1D2E3F4A5B".parse().unwrap();
    order(
        visitor,
        EnablePartitionBackup::new(upper, "Dawn".parse().unwrap()),
        "POST http://localhost:19080/Partitions/9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b/$/EnableBackup?api-version=6.4",
        r#"{"BackupPolicyName":"Dawn"}"#,
    );
    visitor.golden(Golden {
        call: DisablePartitionBackup::new(ID.into()),
        target: preview(),
        line: concat!(
            "POST http://localhost:19080/Partitions/9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b/$/DisableBackup",
            "?api-version=6.2-preview",
        ),
        body: "",
        response: "",
        reply: (),
    });
    order(
        visitor,
        SuspendPartitionBackup::new(ID.into()),
        "POST http://localhost:19080/Partitions/9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b/$/SuspendBackup?api-version=6.4",
        "",
    );
    order(
        visitor,
        ResumePartitionBackup::new(ID.into()),
        "POST http://localhost:19080/Partitions/9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b/$/ResumeBackup?api-version=6.4",
        "",
    );
    configuration(visitor);
    list(visitor);
}

fn configuration(visitor: &mut impl EachGolden) {
    let line = concat!(
        "GET http://localhost:19080/Partitions/9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b/$/GetBackupConfigurationInfo",
        "?api-version=6.4",
    );
    query(visitor, GetPartitionBackupConfigurationInfo::new(ID.into()), line, "null", None);
    query(
        visitor,
        GetPartitionBackupConfigurationInfo::new(ID.into()),
        line,
        concat!(
            r#"{"ServiceName":"fabric:/Mill/Till","PartitionId":"9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b","PolicyName":"Dawn","#,
            r#""PolicyInheritedFrom":"Service","SuspensionInfo":{"IsSuspended":"false","SuspensionInheritedFrom":"Invalid"},"#,
            r#""Kind":"Partition"}"#,
        ),
        Some(
            PartitionBackupConfigurationInfo::new()
                .service_name("fabric:/Mill/Till")
                .partition_id(ID)
                .policy_name("Dawn")
                .policy_inherited_from(BackupPolicyScope::Service)
                .suspension_info(
                    BackupSuspensionInfo::new()
                        .is_suspended(false)
                        .suspension_inherited_from(BackupSuspensionScope::Invalid),
                )
                .into(),
        ),
    );
}

fn list(visitor: &mut impl EachGolden) {
    let full = uuid!("5d7b1c1e-27c1-4f0e-9a0a-2b7f4f4a1c11");
    query(
        visitor,
        GetPartitionBackupList::new(ID.into()).continuation_token(ContinuationToken::new("a#b").unwrap()),
        concat!(
            "GET http://localhost:19080/Partitions/9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b/$/GetBackups",
            "?api-version=6.4&ContinuationToken=a%23b",
        ),
        concat!(
            r#"{"Items":[{"BackupId":"5d7b1c1e-27c1-4f0e-9a0a-2b7f4f4a1c11","BackupChainId":"5d7b1c1e-27c1-4f0e-9a0a-2b7f4f4a1c11","#,
            r#""ApplicationName":"fabric:/Mill","ServiceName":"fabric:/Mill/Till","#,
            r#""PartitionInformation":{"ServicePartitionKind":"Named","Name":"eu","Id":"9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b"},"#,
            r#""BackupLocation":"Mill\\Till\\9a7e\\2025-02-03 04.05.06.zip","BackupType":"Full","#,
            r#""EpochOfLastBackupRecord":{"DataLossVersion":"131462452931584510","ConfigurationVersion":"8589934592"},"#,
            r#""LsnOfLastBackupRecord":"-1","CreationTimeUtc":"2025-02-03T04:05:06.1234567","FailureError":null,"#,
            r#""ServiceManifestVersion":"2.0.1"},"#,
            r#"{"PartitionInformation":{"ServicePartitionKind":"Singleton","Id":"9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b"}}],"#,
            r#""ContinuationToken":null}"#,
        ),
        Page::new(
            vec![
                BackupInfo::new()
                    .backup_id(full)
                    .backup_chain_id(full)
                    .application_name("fabric:/Mill")
                    .service_name("fabric:/Mill/Till")
                    .partition_information(NamedPartitionInformation::new().name("eu").id(ID))
                    .backup_location(r"Mill\Till\9a7e\2025-02-03 04.05.06.zip")
                    .backup_type(BackupType::Full)
                    .epoch_of_last_backup_record(
                        Epoch::new()
                            .data_loss_version(131_462_452_931_584_510_i64)
                            .configuration_version(8_589_934_592_i64),
                    )
                    .lsn_of_last_backup_record(-1)
                    .creation_time_utc("2025-02-03T04:05:06.1234567Z".parse::<sf_backup_proto::Timestamp>().unwrap())
                    .service_manifest_version("2.0.1"),
                BackupInfo::new().partition_information(SingletonPartitionInformation::new().id(ID)),
            ],
            None,
        ),
    );
}
