//! Backups, restores, their progress, and lists of a storage.

use sf_backup_proto::model::entity::BackupEntity;
use sf_backup_proto::model::query::GetBackupByStorageQueryDescription;
use sf_backup_proto::model::restore::RestorePartitionDescription;
use sf_backup_proto::model::storage::{BackupStorageDescription, FileShareBackupStorageDescription};
use sf_backup_proto::{
    BackupPartition, GetBackupsFromBackupLocation, GetPartitionBackupProgress, GetPartitionRestoreProgress,
    RestorePartition,
};
use uuid::Uuid;

use super::deliberate::{
    BACKUP_TIMEOUT, END_IN_BODY, LATEST_IN_BODY, MAX_RESULTS, MEMBER_ORDER, PARAMETER_ORDER, RESTORE_TIMEOUT,
    START_IN_BODY, TIMEOUT, TYPE_OF_NOTHING,
};
use super::{Intent, application, april, blob, march, partition, service, share, token};

pub(super) fn intents() -> Vec<Intent> {
    let backup = BackupPartition::new(partition());
    let bare = RestorePartition::new(partition()).restore(which());
    let full = RestorePartition::new(partition()).restore(which().backup_storage(blob()));
    let list = on_storage(share(), BackupEntity::from(&application()));
    let of_service = on_storage(blob(), BackupEntity::from(&service()));
    let window = on_storage(blob(), BackupEntity::from((&service(), partition())))
        .start_date_time_filter(march())
        .end_date_time_filter(april())
        .latest(true);
    vec![
        Intent::read_as("BackupPartition", backup.clone(), backup.clone().backup_timeout(10)).differs(&[
            BACKUP_TIMEOUT,
            TIMEOUT,
            TYPE_OF_NOTHING,
        ]),
        Intent::new("BackupPartition in full", backup.backup_timeout(25).storage(share_with_users()))
            .in_time()
            .differs(&[PARAMETER_ORDER, MEMBER_ORDER]),
        Intent::new("GetPartitionBackupProgress", GetPartitionBackupProgress::new(partition())).differs(&[TIMEOUT]),
        Intent::read_as("RestorePartition", bare.clone(), bare.restore_timeout(10))
            .differs(&[RESTORE_TIMEOUT, TIMEOUT]),
        Intent::new("RestorePartition in full", full.restore_timeout(45))
            .in_time()
            .differs(&[PARAMETER_ORDER, MEMBER_ORDER]),
        Intent::new("GetPartitionRestoreProgress", GetPartitionRestoreProgress::new(partition())).differs(&[TIMEOUT]),
        Intent::read_as(
            "GetBackupsFromBackupLocation",
            GetBackupsFromBackupLocation::new(list.clone()),
            GetBackupsFromBackupLocation::new(list.latest(false)).max_results(0),
        )
        .differs(&[TIMEOUT, MAX_RESULTS, LATEST_IN_BODY]),
        Intent::read_as(
            "GetBackupsFromBackupLocation of a service",
            GetBackupsFromBackupLocation::new(of_service.clone()),
            GetBackupsFromBackupLocation::new(of_service.latest(false)).max_results(0),
        )
        .differs(&[TIMEOUT, MAX_RESULTS, LATEST_IN_BODY, MEMBER_ORDER]),
        Intent::new(
            "GetBackupsFromBackupLocation in full",
            GetBackupsFromBackupLocation::new(window).continuation_token(token("CalcPolicy")).max_results(5),
        )
        .in_time()
        .differs(&[START_IN_BODY, END_IN_BODY, MEMBER_ORDER]),
    ]
}

fn which() -> RestorePartitionDescription {
    let id: Uuid = "5d7b1c1e-27c1-4f0e-9a0a-2b7f4f4a1c11".parse().unwrap();
    let folder = format!(r"CalcApp\CalcService\{}", partition());
    RestorePartitionDescription::new(id, format!(r"{folder}\2024-03-09 04.10.22.zip"))
}

fn share_with_users() -> BackupStorageDescription {
    FileShareBackupStorageDescription::new(r"\\nas\backup")
        .friendly_name("nas")
        .primary_user_name(r"corp\one")
        .primary_password("first")
        .secondary_user_name(r"corp\two")
        .secondary_password("second")
        .into()
}

fn on_storage(storage: BackupStorageDescription, entity: BackupEntity) -> GetBackupByStorageQueryDescription {
    GetBackupByStorageQueryDescription::new(storage, entity)
}
