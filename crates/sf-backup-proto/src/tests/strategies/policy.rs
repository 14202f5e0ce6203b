use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use super::json::{extra, unknown_kind};
use super::{fields, name, open_enum, text, time};
use crate::model::policy::{BackupPolicyDescription, CompressionType, QuickRecovery};
use crate::model::retention::{BasicRetentionPolicyDescription, RetentionPolicyDescription};
use crate::model::schedule::{
    BackupScheduleDescription, BackupScheduleFrequencyType, DayOfWeek, FrequencyBasedBackupScheduleDescription,
    TimeBasedBackupScheduleDescription,
};
use crate::model::storage::{
    AzureBlobBackupStorageDescription, BackupStorageDescription, DsmsAzureBlobBackupStorageDescription,
    FileShareBackupStorageDescription, ManagedIdentityAzureBlobBackupStorageDescription, ManagedIdentityType,
};
use crate::secret::Secret;

pub(crate) fn policy() -> impl Strategy<Value = BackupPolicyDescription> {
    fields!(BackupPolicyDescription {
        name: name::policy().prop_map(String::from),
        auto_restore_on_data_loss: any::<bool>(),
        max_incremental_backups: any::<u8>(),
        schedule: schedule(),
        storage: storage(),
        retention_policy: of(retention()),
        compression_type: of(open_enum!(CompressionType)),
        quick_recovery: of(open_enum!(QuickRecovery)),
        extra: extra()
    })
}

pub(crate) fn schedule() -> impl Strategy<Value = BackupScheduleDescription> {
    prop_oneof![
        3 => fields!(FrequencyBasedBackupScheduleDescription { interval: time::interval(), extra: extra() })
            .prop_map(BackupScheduleDescription::from),
        3 => time_based().prop_map(BackupScheduleDescription::from),
        1 => unknown_kind().prop_map(BackupScheduleDescription::Unknown),
    ]
}

fn time_based() -> impl Strategy<Value = TimeBasedBackupScheduleDescription> {
    fields!(TimeBasedBackupScheduleDescription {
        schedule_frequency_type: open_enum!(BackupScheduleFrequencyType),
        run_times: vec(time::run_time(), 1..4),
        run_days: of(vec(open_enum!(DayOfWeek), 0..4)),
        extra: extra()
    })
    .prop_filter("refused before sending", |schedule| match schedule.schedule_frequency_type {
        BackupScheduleFrequencyType::Invalid => false,
        BackupScheduleFrequencyType::Weekly => schedule.run_days.as_ref().is_some_and(|days| !days.is_empty()),
        _ => true,
    })
}

pub(crate) fn retention() -> impl Strategy<Value = RetentionPolicyDescription> {
    let basic = fields!(BasicRetentionPolicyDescription {
        retention_duration: time::retention(),
        minimum_number_of_backups: of(any::<u32>()),
        extra: extra()
    });
    prop_oneof![
        4 => basic.prop_map(RetentionPolicyDescription::from),
        1 => unknown_kind().prop_map(RetentionPolicyDescription::Unknown),
    ]
}

pub(crate) fn secret() -> impl Strategy<Value = Secret> {
    text::filled_text().prop_map(Secret::from)
}

pub(crate) fn storage() -> impl Strategy<Value = BackupStorageDescription> {
    let azure = fields!(AzureBlobBackupStorageDescription {
        connection_string: secret(),
        container_name: text::filled_text(),
        friendly_name: of(text::text()),
        extra: extra()
    });
    let share = fields!(FileShareBackupStorageDescription {
        path: text::filled_text(),
        friendly_name: of(text::text()),
        primary_user_name: of(text::filled_text()),
        primary_password: of(secret()),
        secondary_user_name: of(text::filled_text()),
        secondary_password: of(secret()),
        extra: extra()
    });
    let dsms = fields!(DsmsAzureBlobBackupStorageDescription {
        storage_credentials_source_location: text::filled_text(),
        container_name: text::filled_text(),
        friendly_name: of(text::text()),
        extra: extra()
    });
    let managed = fields!(ManagedIdentityAzureBlobBackupStorageDescription {
        managed_identity_type: open_enum!(ManagedIdentityType)
            .prop_filter("refused before sending", |kind| *kind != ManagedIdentityType::Invalid),
        blob_service_uri: text::filled_text(),
        container_name: text::filled_text(),
        friendly_name: of(text::text()),
        managed_identity_client_id: of(name::guid()),
        extra: extra()
    });
    prop_oneof![
        2 => azure.prop_map(BackupStorageDescription::from),
        2 => share.prop_map(BackupStorageDescription::from),
        2 => dsms.prop_map(BackupStorageDescription::from),
        2 => managed.prop_map(BackupStorageDescription::from),
        1 => unknown_kind().prop_map(BackupStorageDescription::Unknown),
    ]
}
