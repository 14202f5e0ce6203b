//! On-demand backups, restores and their progress.

use sf_backup_proto::model::backup::{Epoch, FabricErrorError};
use sf_backup_proto::model::progress::{BackupProgressInfo, BackupState, RestoreProgressInfo, RestoreState};
use sf_backup_proto::model::restore::RestorePartitionDescription;
use sf_backup_proto::model::storage::FileShareBackupStorageDescription;
use sf_backup_proto::{
    BackupPartition, FabricErrorCode, GetPartitionBackupProgress, GetPartitionRestoreProgress, RestorePartition,
    SkipRestorePartition, Timestamp,
};
use uuid::{Uuid, uuid};

use super::super::golden::{EachGolden, Golden, preview, target};
use super::{order, query};

const ID: Uuid = uuid!("9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b");

pub(crate) fn each(visitor: &mut impl EachGolden) {
    backup(visitor);
    restore(visitor);
    let skip = SkipRestorePartition::new(ID.into()).restore_timeout(20);
    order(
        visitor,
        skip,
        concat!(
            "POST http://localhost:19080/Partitions/9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b/$/SkipAutoRestore",
            "?api-version=9.1&RestoreTimeout=20",
        ),
        "",
    );
    backup_progress(visitor);
    restore_progress(visitor);
}

fn backup(visitor: &mut impl EachGolden) {
    order(
        visitor,
        BackupPartition::new(ID.into()),
        "POST http://localhost:19080/Partitions/9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b/$/Backup?api-version=6.4",
        "",
    );
    visitor.golden(Golden {
        call: BackupPartition::new(ID.into())
            .storage(FileShareBackupStorageDescription::new(r"\\vault3\now").into())
            .backup_timeout(45),
        target: target().timeout("1".parse().unwrap()),
        line: concat!(
            "POST http://localhost:19080/Partitions/9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b/$/Backup",
            "?api-version=6.4&timeout=1&BackupTimeout=45",
        ),
        body: r#"{"BackupStorage":{"StorageKind":"FileShare","Path":"\\\\vault3\\now"}}"#,
        response: "",
        reply: (),
    });
}

fn restore(visitor: &mut impl EachGolden) {
    let backup = RestorePartitionDescription::new(
        uuid!("5d7b1c1e-27c1-4f0e-9a0a-2b7f4f4a1c11"),
        r"Mill\Till\9a7e\2025-02-03 04.05.06.zip",
    );
    visitor.golden(Golden {
        call: RestorePartition::new(ID.into()).restore(backup.clone()).restore_timeout(30),
        target: preview(),
        line: concat!(
            "POST http://localhost:19080/Partitions/9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b/$/Restore",
            "?api-version=6.2-preview&RestoreTimeout=30",
        ),
        body: concat!(
            r#"{"BackupId":"5d7b1c1e-27c1-4f0e-9a0a-2b7f4f4a1c11","#,
            r#""BackupLocation":"Mill\\Till\\9a7e\\2025-02-03 04.05.06.zip"}"#,
        ),
        response: "",
        reply: (),
    });
    order(
        visitor,
        RestorePartition::new(ID.into()).latest(true).metadata_from_blob(false),
        concat!(
            "POST http://localhost:19080/Partitions/9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b/$/Restore",
            "?api-version=6.4&Latest=true&MetadataFromBlob=false",
        ),
        "",
    );
    let elsewhere =
        backup.backup_storage(FileShareBackupStorageDescription::new(r"\\vault3\old").primary_password("pw"));
    order(
        visitor,
        RestorePartition::new(ID.into()).restore(elsewhere),
        "POST http://localhost:19080/Partitions/9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b/$/Restore?api-version=6.4",
        concat!(
            r#"{"BackupId":"5d7b1c1e-27c1-4f0e-9a0a-2b7f4f4a1c11","#,
            r#""BackupLocation":"Mill\\Till\\9a7e\\2025-02-03 04.05.06.zip","#,
            r#""BackupStorage":{"StorageKind":"FileShare","Path":"\\\\vault3\\old","PrimaryPassword":"pw"}}"#,
        ),
    );
}

fn backup_progress(visitor: &mut impl EachGolden) {
    let line = concat!(
        "GET http://localhost:19080/Partitions/9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b/$/GetBackupProgress",
        "?api-version=6.4",
    );
    let get = GetPartitionBackupProgress::new(ID.into());
    query(visitor, get.clone(), line, "null", None);
    query(
        visitor,
        get.clone(),
        line,
        concat!(
            r#"{"BackupState":"Accepted","TimeStampUtc":"0001-01-01T00:00:00Z","#,
            r#""BackupId":"00000000-0000-0000-0000-000000000000","BackupLocation":null,"#,
            r#""EpochOfLastBackupRecord":null,"LsnOfLastBackupRecord":0,"FailureError":null}"#,
        ),
        Some(BackupProgressInfo::new().backup_state(BackupState::Accepted).lsn_of_last_backup_record(0)),
    );
    query(
        visitor,
        get,
        line,
        concat!(
            r#"{"BackupState":"Failure","TimeStampUtc":"0001-01-01T08:00:00Z","#,
            r#""BackupId":"00000000-0000-0000-0000-000000000000","LsnOfLastBackupRecord":0,"#,
            r#""FailureError":{"Code":2147943645,"Message":"The share is full."}}"#,
        ),
        Some(BackupProgressInfo::new().backup_state(BackupState::Failure).lsn_of_last_backup_record(0).failure_error(
            FabricErrorError::new().code(FabricErrorCode::from_hresult(0x8007_04dd)).message("The share is full."),
        )),
    );
}

fn restore_progress(visitor: &mut impl EachGolden) {
    let line = concat!(
        "GET http://localhost:19080/Partitions/9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b/$/GetRestoreProgress",
        "?api-version=6.4",
    );
    let get = GetPartitionRestoreProgress::new(ID.into());
    query(visitor, get.clone(), line, "null", None);
    let ended: Timestamp = "2025-02-03T05:00:00Z".parse().unwrap();
    query(
        visitor,
        get.clone(),
        line,
        concat!(
            r#"{"RestoreState":"Success","TimeStampUtc":"2025-02-03T05:00:00Z","#,
            r#""RestoredEpoch":{"DataLossVersion":"131462452931584510","ConfigurationVersion":"8589934592"},"RestoredLsn":261}"#,
        ),
        Some(
            RestoreProgressInfo::new()
                .restore_state(RestoreState::Success)
                .time_stamp_utc(ended)
                .restored_epoch(
                    Epoch::new()
                        .data_loss_version(131_462_452_931_584_510_i64)
                        .configuration_version(8_589_934_592_i64),
                )
                .restored_lsn(261),
        ),
    );
    query(
        visitor,
        get,
        line,
        r#"{"RestoreState":"SecondariesInProgress"}"#,
        Some(RestoreProgressInfo::new().restore_state(RestoreState::SecondariesInProgress)),
    );
}
