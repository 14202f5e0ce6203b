use sf_backup_proto::model::backup::{BackupInfo, BackupType, FabricErrorError};
use sf_backup_proto::model::entity::BackupEntity;
use sf_backup_proto::model::query::GetBackupByStorageQueryDescription;
use sf_backup_proto::model::storage::{AzureBlobBackupStorageDescription, FileShareBackupStorageDescription};
use sf_backup_proto::{
    ApplicationId, ContinuationToken, FabricErrorCode, GetBackupsFromBackupLocation, Page, PartitionId, ServiceId,
    Timestamp,
};

use super::super::golden::{EachGolden, Golden, preview, target};

pub(crate) fn each(visitor: &mut impl EachGolden) {
    let till: ServiceId = "fabric:/Mill/Till".parse().unwrap();
    let partition: PartitionId = "9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b".parse().unwrap();
    let start: Timestamp = "2025-02-01T00:00:00Z".parse().unwrap();
    let end: Timestamp = "2025-02-28T23:59:59Z".parse().unwrap();
    let share = FileShareBackupStorageDescription::new(r"\\vault2\sf");
    let query = GetBackupByStorageQueryDescription::new(share, BackupEntity::from((&till, partition)))
        .start_date_time_filter(start)
        .end_date_time_filter(end)
        .latest(true);
    visitor.golden(Golden {
        call: GetBackupsFromBackupLocation::new(query)
            .continuation_token(ContinuationToken::new("Mill+Till+9a7e").unwrap())
            .max_results(10),
        target: target(),
        line: concat!(
            "POST http://localhost:19080/BackupRestore/$/GetBackups",
            "?api-version=6.4&ContinuationToken=Mill%2BTill%2B9a7e&MaxResults=10",
        ),
        body: concat!(
            r#"{"Storage":{"StorageKind":"FileShare","Path":"\\\\vault2\\sf"},"#,
            r#""BackupEntity":{"EntityKind":"Partition","ServiceName":"fabric:/Mill/Till","#,
            r#""PartitionId":"9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b"},"#,
            r#""StartDateTimeFilter":"2025-02-01T00:00:00Z","EndDateTimeFilter":"2025-02-28T23:59:59Z","Latest":true}"#,
        ),
        response: concat!(
            r#"{"Items":[{"BackupId":"00000000-0000-0000-0000-000000000000","BackupType":"Invalid","#,
            r#""LsnOfLastBackupRecord":"0","CreationTimeUtc":"0001-01-01T00:00:00Z","#,
            r#""FailureError":{"Code":2148734496,"Message":"Unable to enumerate \\\\vault2\\sf"}}],"ContinuationToken":null}"#,
        ),
        reply: Page::new(
            vec![
                BackupInfo::new().backup_type(BackupType::Invalid).lsn_of_last_backup_record(0).failure_error(
                    FabricErrorError::new()
                        .code(FabricErrorCode::from_hresult(0x8013_1620))
                        .message(r"Unable to enumerate \\vault2\sf"),
                ),
            ],
            None,
        ),
    });

    let mill: ApplicationId = "fabric:/Mill".parse().unwrap();
    let azure = AzureBlobBackupStorageDescription::new("AccountName=a;AccountKey=k", "sf-bk");
    visitor.golden(Golden {
        call: GetBackupsFromBackupLocation::new(GetBackupByStorageQueryDescription::new(azure, &mill)),
        target: preview(),
        line: "POST http://localhost:19080/BackupRestore/$/GetBackups?api-version=6.2-preview",
        body: concat!(
            r#"{"Storage":{"StorageKind":"AzureBlobStore","ConnectionString":"AccountName=a;AccountKey=k","#,
            r#""ContainerName":"sf-bk"},"BackupEntity":{"EntityKind":"Application","ApplicationName":"fabric:/Mill"}}"#,
        ),
        response: r#"{"Items":[],"ContinuationToken":null}"#,
        reply: Page::new(vec![], None),
    });
}
