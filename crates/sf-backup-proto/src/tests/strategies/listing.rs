//! Results of lists and progress queries, and entities in request bodies.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use super::json::{extra, unknown_kind};
use super::{fields, name, open_enum, policy, text, time};
use crate::error::FabricErrorCode;
use crate::model::backup::{BackupInfo, BackupType, Epoch, FabricErrorError};
use crate::model::configuration::{
    ApplicationBackupConfigurationInfo, BackupConfigurationInfo, BackupPolicyScope, BackupSuspensionInfo,
    BackupSuspensionScope, PartitionBackupConfigurationInfo, ServiceBackupConfigurationInfo,
};
use crate::model::entity::{ApplicationBackupEntity, BackupEntity, PartitionBackupEntity, ServiceBackupEntity};
use crate::model::page::Page;
use crate::model::partition::{
    Int64RangePartitionInformation, NamedPartitionInformation, PartitionInformation, SingletonPartitionInformation,
};
use crate::model::progress::{BackupProgressInfo, BackupState, RestoreProgressInfo, RestoreState};
use crate::model::query::GetBackupByStorageQueryDescription;
use crate::model::restore::RestorePartitionDescription;

pub(crate) fn page<T: std::fmt::Debug>(item: impl Strategy<Value = T>) -> impl Strategy<Value = Page<T>> {
    (vec(item, 0..4), of(name::token())).prop_map(|(items, token)| Page::new(items, token))
}

pub(crate) fn backup() -> impl Strategy<Value = BackupInfo> {
    fields!(BackupInfo {
        backup_id: of(name::guid()),
        backup_chain_id: of(name::guid()),
        application_name: of(text::text()),
        service_name: of(text::text()),
        partition_information: of(partition_information()),
        backup_location: of(text::text());
        backup_type: of(open_enum!(BackupType)),
        epoch_of_last_backup_record: of(epoch()),
        lsn_of_last_backup_record: of(any::<i64>()),
        creation_time_utc: of(time::moment()),
        service_manifest_version: of(text::text()),
        failure_error: of(failure()),
        extra: extra()
    })
}

fn partition_information() -> impl Strategy<Value = PartitionInformation> {
    let range = fields!(Int64RangePartitionInformation {
        low_key: of(any::<i64>()),
        high_key: of(any::<i64>()),
        id: of(name::guid()),
        extra: extra()
    });
    let named = fields!(NamedPartitionInformation { name: of(text::text()), id: of(name::guid()), extra: extra() });
    let singleton = fields!(SingletonPartitionInformation { id: of(name::guid()), extra: extra() });
    prop_oneof![
        2 => range.prop_map(PartitionInformation::from),
        2 => named.prop_map(PartitionInformation::from),
        2 => singleton.prop_map(PartitionInformation::from),
        1 => unknown_kind().prop_map(PartitionInformation::Unknown),
    ]
}

fn epoch() -> impl Strategy<Value = Epoch> {
    fields!(Epoch { data_loss_version: of(any::<i64>()), configuration_version: of(any::<i64>()), extra: extra() })
}

fn failure() -> impl Strategy<Value = FabricErrorError> {
    fields!(FabricErrorError { code: of(code()), message: of(text::text()), extra: extra() })
}

pub(crate) fn code() -> impl Strategy<Value = FabricErrorCode> {
    prop_oneof![
        proptest::sample::select(FabricErrorCode::KNOWN),
        // Failure codes only, as servers send: another number as text can look like the hexadecimal form of a code.
        (0x8000_0000..=u32::MAX).prop_map(FabricErrorCode::from_hresult),
        "FABRIC_E_[A-Z_]{1,9}_V2".prop_map(|text| FabricErrorCode::from_text(&text)),
    ]
}

pub(crate) fn configuration() -> impl Strategy<Value = BackupConfigurationInfo> {
    let application = fields!(ApplicationBackupConfigurationInfo {
        application_name: of(text::text()),
        policy_name: of(text::text()),
        policy_inherited_from: of(open_enum!(BackupPolicyScope)),
        suspension_info: of(suspension()),
        extra: extra()
    });
    let service = fields!(ServiceBackupConfigurationInfo {
        service_name: of(text::text()),
        policy_name: of(text::text()),
        policy_inherited_from: of(open_enum!(BackupPolicyScope)),
        suspension_info: of(suspension()),
        extra: extra()
    });
    let partition = fields!(PartitionBackupConfigurationInfo {
        service_name: of(text::text()),
        partition_id: of(name::guid()),
        policy_name: of(text::text()),
        policy_inherited_from: of(open_enum!(BackupPolicyScope)),
        suspension_info: of(suspension()),
        extra: extra()
    });
    prop_oneof![
        2 => application.prop_map(BackupConfigurationInfo::from),
        2 => service.prop_map(BackupConfigurationInfo::from),
        2 => partition.prop_map(BackupConfigurationInfo::from),
        1 => unknown_kind().prop_map(BackupConfigurationInfo::Unknown),
    ]
}

fn suspension() -> impl Strategy<Value = BackupSuspensionInfo> {
    fields!(BackupSuspensionInfo {
        is_suspended: of(any::<bool>()),
        suspension_inherited_from: of(open_enum!(BackupSuspensionScope)),
        extra: extra()
    })
}

pub(crate) fn entity() -> impl Strategy<Value = BackupEntity> {
    let application = fields!(ApplicationBackupEntity {
        application_name: name::application().prop_map(|id| Some(id.to_string())),
        extra: extra()
    });
    let service = fields!(ServiceBackupEntity {
        service_name: name::service().prop_map(|id| Some(id.to_string())),
        extra: extra()
    });
    let partition = fields!(PartitionBackupEntity {
        service_name: name::service().prop_map(|id| Some(id.to_string())),
        partition_id: name::guid().prop_map(Some),
        extra: extra()
    });
    prop_oneof![
        2 => application.prop_map(BackupEntity::from),
        2 => service.prop_map(BackupEntity::from),
        2 => partition.prop_map(BackupEntity::from),
        1 => unknown_kind().prop_map(BackupEntity::Unknown),
    ]
}

pub(crate) fn backup_progress() -> impl Strategy<Value = BackupProgressInfo> {
    fields!(BackupProgressInfo {
        backup_state: of(open_enum!(BackupState)),
        time_stamp_utc: of(time::moment()),
        backup_id: of(name::guid()),
        backup_location: of(text::text()),
        epoch_of_last_backup_record: of(epoch()),
        lsn_of_last_backup_record: of(any::<i64>()),
        failure_error: of(failure()),
        extra: extra()
    })
}

pub(crate) fn restore_progress() -> impl Strategy<Value = RestoreProgressInfo> {
    fields!(RestoreProgressInfo {
        restore_state: of(open_enum!(RestoreState)),
        time_stamp_utc: of(time::moment()),
        restored_epoch: of(epoch()),
        restored_lsn: of(any::<i64>()),
        failure_error: of(failure()),
        extra: extra()
    })
}

pub(crate) fn restore() -> impl Strategy<Value = RestorePartitionDescription> {
    fields!(RestorePartitionDescription {
        backup_id: name::guid(),
        backup_location: text::filled_text(),
        backup_storage: of(policy::storage()),
        extra: extra()
    })
}

pub(crate) fn query() -> impl Strategy<Value = GetBackupByStorageQueryDescription> {
    fields!(GetBackupByStorageQueryDescription {
        storage: policy::storage(),
        backup_entity: entity(),
        start_date_time_filter: of(time::moment()),
        end_date_time_filter: of(time::moment()),
        latest: of(any::<bool>()),
        extra: extra()
    })
}
