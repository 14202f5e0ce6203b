use sf_backup_proto::model::entity::{ApplicationBackupEntity, PartitionBackupEntity, ServiceBackupEntity};
use sf_backup_proto::model::policy::{BackupPolicyDescription, CompressionType, QuickRecovery};
use sf_backup_proto::model::retention::BasicRetentionPolicyDescription;
use sf_backup_proto::model::schedule::{
    BackupScheduleFrequencyType, DayOfWeek, FrequencyBasedBackupScheduleDescription, TimeBasedBackupScheduleDescription,
};
use sf_backup_proto::model::storage::{
    AzureBlobBackupStorageDescription, DsmsAzureBlobBackupStorageDescription, FileShareBackupStorageDescription,
    ManagedIdentityAzureBlobBackupStorageDescription, ManagedIdentityType,
};
use sf_backup_proto::{
    ContinuationToken, CreateBackupPolicy, DeleteBackupPolicy, GetAllEntitiesBackedUpByPolicy, GetBackupPolicyByName,
    GetBackupPolicyList, IsoDuration, Page, RunTime, UpdateBackupPolicy,
};
use uuid::uuid;

use super::super::golden::{EachGolden, Golden, preview};
use super::{order, query};

pub(crate) fn each(visitor: &mut impl EachGolden) {
    create(visitor);
    update(visitor);
    order(
        visitor,
        DeleteBackupPolicy::new("Nightly 100% (EU)".parse().unwrap()),
        "POST http://localhost:19080/BackupRestore/BackupPolicies/Nightly%20100%25%20%28EU%29/$/Delete?api-version=6.4",
        "",
    );
    query(
        visitor,
        GetBackupPolicyByName::new("$".parse().unwrap()),
        "GET http://localhost:19080/BackupRestore/BackupPolicies/%24?api-version=6.4",
        concat!(
            r#"{"AutoRestoreOnDataLoss":false,"Name":"$","MaxIncrementalBackups":2,"#,
            r#""Schedule":{"ScheduleKind":"FrequencyBased","Interval":"P1DT30M"},"#,
            r#""Storage":{"StorageKind":"DsmsAzureBlobStore","StorageCredentialsSourceLocation":"https://dsms.example/eu","#,
            r#""ContainerName":"orders","FriendlyName":""},"RetentionPolicy":null}"#,
        ),
        BackupPolicyDescription::new(
            "$",
            false,
            2,
            FrequencyBasedBackupScheduleDescription::new("P1DT30M".parse::<IsoDuration>().unwrap()),
            DsmsAzureBlobBackupStorageDescription::new("https://dsms.example/eu", "orders").friendly_name(""),
        ),
    );
    list(visitor);
    entities(visitor);
}

fn create(visitor: &mut impl EachGolden) {
    let schedule = FrequencyBasedBackupScheduleDescription::new(IsoDuration::minutes(90));
    let share = FileShareBackupStorageDescription::new(r"\\vault2\sf")
        .friendly_name("Vault 2")
        .primary_user_name(r"plant\keeper")
        .primary_password("p\"w")
        .secondary_user_name("keeper")
        .secondary_password("œuf");
    let policy = BackupPolicyDescription::new("Ledger", false, 5, schedule, share);
    visitor.golden(Golden {
        call: CreateBackupPolicy::new(policy),
        target: preview(),
        line: "POST http://localhost:19080/BackupRestore/BackupPolicies/$/Create?api-version=6.2-preview",
        body: concat!(
            r#"{"Name":"Ledger","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":5,"#,
            r#""Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT90M"},"#,
            r#""Storage":{"StorageKind":"FileShare","Path":"\\\\vault2\\sf","FriendlyName":"Vault 2","#,
            r#""PrimaryUserName":"plant\\keeper","PrimaryPassword":"p\"w","#,
            r#""SecondaryUserName":"keeper","SecondaryPassword":"œuf"}}"#,
        ),
        response: "",
        reply: (),
    });

    let schedule = FrequencyBasedBackupScheduleDescription::new(IsoDuration::hours(2));
    let identity = ManagedIdentityAzureBlobBackupStorageDescription::new(
        ManagedIdentityType::Vmss,
        "https://ledger.blob.example",
        "sf-bk",
    )
    .managed_identity_client_id(uuid!("0b6d2c5e-8a71-4f3a-9d17-5a0c8e4f2b90"));
    let policy = BackupPolicyDescription::new("Ledger", true, 0, schedule, identity)
        .compression_type(CompressionType::Zstandard)
        .quick_recovery(QuickRecovery::FromPrimary);
    order(
        visitor,
        CreateBackupPolicy::new(policy).validate_connection(true),
        "POST http://localhost:19080/BackupRestore/BackupPolicies/$/Create?api-version=6.4&ValidateConnection=true",
        concat!(
            r#"{"Name":"Ledger","AutoRestoreOnDataLoss":true,"MaxIncrementalBackups":0,"#,
            r#""Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT2H"},"#,
            r#""Storage":{"StorageKind":"ManagedIdentityAzureBlobStore","ManagedIdentityType":"VMSS","#,
            r#""BlobServiceUri":"https://ledger.blob.example","ContainerName":"sf-bk","#,
            r#""ManagedIdentityClientId":"0b6d2c5e-8a71-4f3a-9d17-5a0c8e4f2b90"},"#,
            r#""CompressionType":"ZSTANDARD","QuickRecovery":"FromPrimary"}"#,
        ),
    );
}

fn update(visitor: &mut impl EachGolden) {
    let times = vec![RunTime::new(6, 15).unwrap(), RunTime::new(22, 0).unwrap()];
    let schedule = TimeBasedBackupScheduleDescription::new(BackupScheduleFrequencyType::Weekly, times)
        .run_days(vec![DayOfWeek::Sunday, DayOfWeek::Wednesday]);
    let azure = AzureBlobBackupStorageDescription::new("AccountName=ledger;AccountKey=a+b/c==", "sf-bk");
    let retention =
        BasicRetentionPolicyDescription::new("P2M".parse::<IsoDuration>().unwrap()).minimum_number_of_backups(12_u32);
    let policy = BackupPolicyDescription::new("Ledger", false, 255, schedule, azure).retention_policy(retention);
    order(
        visitor,
        UpdateBackupPolicy::new("Ledger".parse().unwrap(), policy),
        "POST http://localhost:19080/BackupRestore/BackupPolicies/Ledger/$/Update?api-version=6.4",
        concat!(
            r#"{"Name":"Ledger","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":255,"#,
            r#""Schedule":{"ScheduleKind":"TimeBased","ScheduleFrequencyType":"Weekly","#,
            r#""RunTimes":["0001-01-01T06:15:00Z","0001-01-01T22:00:00Z"],"RunDays":["Sunday","Wednesday"]},"#,
            r#""Storage":{"StorageKind":"AzureBlobStore","ConnectionString":"AccountName=ledger;AccountKey=a+b/c==","#,
            r#""ContainerName":"sf-bk"},"#,
            r#""RetentionPolicy":{"RetentionPolicyType":"Basic","RetentionDuration":"P2M","MinimumNumberOfBackups":12}}"#,
        ),
    );
}

fn list(visitor: &mut impl EachGolden) {
    let daily = TimeBasedBackupScheduleDescription::new(
        BackupScheduleFrequencyType::Daily,
        vec!["04:30:00".parse::<RunTime>().unwrap()],
    )
    .run_days(vec![]);
    let share = FileShareBackupStorageDescription::new(r"\\vault2\sf")
        .friendly_name("")
        .primary_password("****")
        .secondary_password("****");
    query(
        visitor,
        GetBackupPolicyList::new().continuation_token(ContinuationToken::new("A b+c/ü").unwrap()).max_results(1),
        "GET http://localhost:19080/BackupRestore/BackupPolicies?api-version=6.4&ContinuationToken=A%20b%2Bc%2F%C3%BC&MaxResults=1",
        concat!(
            r#"{"Items":[{"AutoRestoreOnDataLoss":false,"Name":"Dawn","MaxIncrementalBackups":"3","#,
            r#""Schedule":{"ScheduleKind":"TimeBased","ScheduleFrequencyType":"Daily","RunDays":[],"#,
            r#""RunTimes":["0001-01-01T04:30:00Z"]},"#,
            r#""Storage":{"StorageKind":"FileShare","Path":"\\\\vault2\\sf","PrimaryUserName":null,"#,
            r#""PrimaryPassword":"****","SecondaryUserName":null,"SecondaryPassword":"****","FriendlyName":""}}],"#,
            r#""ContinuationToken":"Dawn"}"#,
        ),
        Page::new(vec![BackupPolicyDescription::new("Dawn", false, 3, daily, share)], ContinuationToken::new("Dawn")),
    );
}

fn entities(visitor: &mut impl EachGolden) {
    query(
        visitor,
        GetAllEntitiesBackedUpByPolicy::new("Dawn".parse().unwrap()).max_results(0),
        "GET http://localhost:19080/BackupRestore/BackupPolicies/Dawn/$/GetBackupEnabledEntities?api-version=6.4&MaxResults=0",
        concat!(
            r#"{"Items":[{"EntityKind":"Application","ApplicationName":"fabric:/Mill"},"#,
            r#"{"EntityKind":"Service","ServiceName":"fabric:/Mill/Ledger"},"#,
            r#"{"EntityKind":"Partition","ServiceName":"fabric:/Mill/Ledger","PartitionId":"9A7E1F00-3C4D-4E5F-8A9B-0C1D2E3F4A5B"}],"#,
            r#""ContinuationToken":null}"#,
        ),
        Page::new(
            vec![
                ApplicationBackupEntity::new().application_name("fabric:/Mill").into(),
                ServiceBackupEntity::new().service_name("fabric:/Mill/Ledger").into(),
                PartitionBackupEntity::new()
                    .service_name("fabric:/Mill/Ledger")
                    .partition_id(uuid!("9a7e1f00-3c4d-4e5f-8a9b-0c1d2e3f4a5b"))
                    .into(),
            ],
            None,
        ),
    );
}
