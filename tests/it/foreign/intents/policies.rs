//! Policies.

use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::retention::{BasicRetentionPolicyDescription, RetentionPolicyDescription};
use sf_backup_proto::model::schedule::{
    BackupScheduleDescription, BackupScheduleFrequencyType, DayOfWeek, FrequencyBasedBackupScheduleDescription,
    TimeBasedBackupScheduleDescription,
};
use sf_backup_proto::model::storage::{
    BackupStorageDescription, DsmsAzureBlobBackupStorageDescription, ManagedIdentityAzureBlobBackupStorageDescription,
    ManagedIdentityType,
};
use sf_backup_proto::{
    CreateBackupPolicy, DeleteBackupPolicy, GetAllEntitiesBackedUpByPolicy, GetBackupPolicyByName, GetBackupPolicyList,
    IsoDuration, RunTime, UpdateBackupPolicy,
};

use super::deliberate::{
    FIRST_RUN_TIME, MAX_RESULTS, MEMBER_ORDER, PARAMETER_ORDER, SECOND_RUN_TIME, TIMEOUT, VALIDATE_CONNECTION,
};
use super::{Intent, blob, policy, share, token};

pub(super) fn intents() -> Vec<Intent> {
    let create = CreateBackupPolicy::new(description(every_quarter_hour(), share()));
    let weekly = description(weekly(), blob()).retention_policy(ten_days());
    let update = UpdateBackupPolicy::new(policy(), description(daily(), dsms()));
    let identity = description(every_quarter_hour(), identity()).retention_policy(ten_days());
    let odd = "Täglich 100%~(a+b)".parse().unwrap();
    let list = GetBackupPolicyList::new();
    let entities = GetAllEntitiesBackedUpByPolicy::new(policy());
    vec![
        Intent::read_as("CreateBackupPolicy", create.clone(), create.validate_connection(false))
            .differs(&[TIMEOUT, VALIDATE_CONNECTION]),
        Intent::new("CreateBackupPolicy in full", CreateBackupPolicy::new(weekly).validate_connection(true))
            .in_time()
            .differs(&[FIRST_RUN_TIME, SECOND_RUN_TIME, MEMBER_ORDER]),
        Intent::new("DeleteBackupPolicy", DeleteBackupPolicy::new(policy())).differs(&[TIMEOUT]),
        Intent::new("DeleteBackupPolicy by an odd name", DeleteBackupPolicy::new(odd)).differs(&[TIMEOUT]),
        Intent::read_as("GetBackupPolicyList", list.clone(), list.clone().max_results(0))
            .differs(&[MAX_RESULTS, TIMEOUT]),
        Intent::new("GetBackupPolicyList in full", list.continuation_token(token("CalcPolicy")).max_results(5))
            .in_time()
            .differs(&[PARAMETER_ORDER]),
        Intent::new("GetBackupPolicyByName", GetBackupPolicyByName::new(policy())).differs(&[TIMEOUT]),
        Intent::read_as("GetAllEntitiesBackedUpByPolicy", entities.clone(), entities.clone().max_results(0))
            .differs(&[MAX_RESULTS, TIMEOUT]),
        Intent::new(
            "GetAllEntitiesBackedUpByPolicy in full",
            entities.continuation_token(token("CalcPolicy")).max_results(5),
        )
        .in_time()
        .differs(&[PARAMETER_ORDER]),
        Intent::read_as("UpdateBackupPolicy", update.clone(), update.validate_connection(false)).differs(&[
            TIMEOUT,
            VALIDATE_CONNECTION,
            FIRST_RUN_TIME,
        ]),
        Intent::new(
            "UpdateBackupPolicy in full",
            UpdateBackupPolicy::new(policy(), identity).validate_connection(true),
        )
        .in_time(),
    ]
}

fn description(schedule: BackupScheduleDescription, storage: BackupStorageDescription) -> BackupPolicyDescription {
    BackupPolicyDescription::new(policy(), false, 20, schedule, storage)
}

fn every_quarter_hour() -> BackupScheduleDescription {
    FrequencyBasedBackupScheduleDescription::new(IsoDuration::minutes(15)).into()
}

fn daily() -> BackupScheduleDescription {
    let times = RunTime::new(9, 0).into_iter().collect::<Vec<_>>();
    TimeBasedBackupScheduleDescription::new(BackupScheduleFrequencyType::Daily, times).into()
}

fn weekly() -> BackupScheduleDescription {
    let times = [RunTime::new(9, 0), RunTime::new(17, 30)];
    let times = times.into_iter().flatten().collect::<Vec<_>>();
    TimeBasedBackupScheduleDescription::new(BackupScheduleFrequencyType::Weekly, times)
        .run_days([DayOfWeek::Monday, DayOfWeek::Friday])
        .into()
}

fn ten_days() -> RetentionPolicyDescription {
    BasicRetentionPolicyDescription::new(IsoDuration::days(10)).minimum_number_of_backups(20_u32).into()
}

fn dsms() -> BackupStorageDescription {
    let location = "https://dsms.example/credentials";
    DsmsAzureBlobBackupStorageDescription::new(location, "backups").into()
}

fn identity() -> BackupStorageDescription {
    let uri = "https://a.blob.core.windows.net";
    let vmss = ManagedIdentityType::Vmss;
    ManagedIdentityAzureBlobBackupStorageDescription::new(vmss, uri, "backups").into()
}
