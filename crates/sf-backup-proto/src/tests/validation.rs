//! Invalid requests are rejected before they are sent; the error has the path of the member and the rule.

use crate::error::{BuildError, Cause};
use crate::model::entity::{ApplicationBackupEntity, BackupEntity, PartitionBackupEntity, ServiceBackupEntity};
use crate::model::policy::BackupPolicyDescription;
use crate::model::query::GetBackupByStorageQueryDescription;
use crate::model::restore::RestorePartitionDescription;
use crate::model::retention::BasicRetentionPolicyDescription;
use crate::model::schedule::{
    BackupScheduleDescription, BackupScheduleFrequencyType, FrequencyBasedBackupScheduleDescription,
    TimeBasedBackupScheduleDescription,
};
use crate::model::storage::{
    AzureBlobBackupStorageDescription, BackupStorageDescription, DsmsAzureBlobBackupStorageDescription,
    FileShareBackupStorageDescription, ManagedIdentityAzureBlobBackupStorageDescription, ManagedIdentityType,
};
use crate::operation::Operation;
use crate::operations::{BackupPartition, CreateBackupPolicy, GetBackupsFromBackupLocation, RestorePartition};
use crate::time::{IsoDuration, RunTime};
use crate::{PartitionId, Target};

fn refusal(call: &impl Operation) -> Option<String> {
    let target = Target::new("http://localhost:19080".parse().unwrap());
    let error = call.to_request(&target).err()?;
    match error.cause() {
        Cause::Build(BuildError::Invalid { member, rule }) => Some(format!("{member} {rule}")),
        other => panic!("{other}"),
    }
}

fn share() -> FileShareBackupStorageDescription {
    FileShareBackupStorageDescription::new(r"\\nas\sf")
}

fn every(interval: &str) -> BackupScheduleDescription {
    FrequencyBasedBackupScheduleDescription::new(interval.parse::<IsoDuration>().unwrap()).into()
}

fn policy(schedule: impl Into<BackupScheduleDescription>) -> BackupPolicyDescription {
    BackupPolicyDescription::new("P", false, 3, schedule, share())
}

fn of_policy(policy: BackupPolicyDescription) -> Option<String> {
    refusal(&CreateBackupPolicy::new(policy))
}

#[test]
fn an_interval_is_from_one_minute_to_15_days() {
    for interval in ["PT1M", "PT90M", "P15D", "PT360H", "PT60S", "P1DT1H1M"] {
        assert_eq!(of_policy(policy(every(interval))), None, "{interval}");
    }
    for interval in ["PT0S", "PT59S", "-PT5M", "P15DT1M", "P1M", "P1Y"] {
        let expected = "Schedule.Interval must be from one minute to 15 days (PT1M to P15D)";
        assert_eq!(of_policy(policy(every(interval))).as_deref(), Some(expected), "{interval}");
    }
}

#[test]
fn seconds_in_an_interval_are_rejected_because_the_server_drops_them() {
    for interval in ["PT90S", "PT1M1S", "PT1H0.5S", "P1DT1S"] {
        let expected = "Schedule.Interval must be whole minutes: the server would drop the seconds";
        assert_eq!(of_policy(policy(every(interval))).as_deref(), Some(expected), "{interval}");
    }
}

#[test]
fn a_retention_is_whole_hours_and_at_least_one() {
    let keep = |text: &str| {
        let retention = BasicRetentionPolicyDescription::new(text.parse::<IsoDuration>().unwrap());
        of_policy(policy(every("PT1H")).retention_policy(retention))
    };
    for text in ["PT1H", "PT60M", "P10D", "P3M", "P1Y", "P1DT12H"] {
        assert_eq!(keep(text), None, "{text}");
    }
    for text in ["PT0S", "PT59M", "-P1D"] {
        let expected = "RetentionPolicy.RetentionDuration must be one hour or more (PT1H)";
        assert_eq!(keep(text).as_deref(), Some(expected), "{text}");
    }
    for text in ["PT90M", "P1DT1S", "PT1H0.1S"] {
        let expected = "RetentionPolicy.RetentionDuration must be whole hours: the server would drop the rest";
        assert_eq!(keep(text).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn a_time_based_schedule_needs_times_and_a_weekly_one_days() {
    let noon = vec![RunTime::new(12, 0).unwrap()];
    let schedule = |kind, times: &[RunTime]| TimeBasedBackupScheduleDescription::new(kind, times);
    let daily = schedule(BackupScheduleFrequencyType::Daily, &noon);
    assert_eq!(of_policy(policy(daily)), None);
    let empty = schedule(BackupScheduleFrequencyType::Daily, &[]);
    assert_eq!(of_policy(policy(empty)).as_deref(), Some("Schedule.RunTimes must contain at least one time"));
    let invalid = schedule(BackupScheduleFrequencyType::Invalid, &noon);
    assert_eq!(of_policy(policy(invalid)).as_deref(), Some("Schedule.ScheduleFrequencyType must be Daily or Weekly"));
    let weekly = schedule(BackupScheduleFrequencyType::Weekly, &noon);
    let rule = "Schedule.RunDays must name at least one day for a Weekly schedule";
    assert_eq!(of_policy(policy(weekly.clone())).as_deref(), Some(rule));
    assert_eq!(of_policy(policy(weekly.run_days(vec![]))).as_deref(), Some(rule));
}

#[test]
fn a_policy_needs_a_name_that_is_valid_in_a_url() {
    for name in ["", " ", ".", "..", "a/b", "a\\b", "a\nb"] {
        let mut policy = policy(every("PT1H"));
        policy.name = name.to_owned();
        let rule = "Name must not be blank, contain /, \\ or control characters, or be . or ..";
        let call = CreateBackupPolicy::new(policy);
        assert_eq!(refusal(&call).as_deref(), Some(rule), "{name:?}");
        assert!(!call.entity().unwrap().contains('\n'), "{name:?}");
    }
}

#[test]
fn every_problem_of_a_policy_is_reported() {
    let mut policy =
        policy(every("PT30S")).retention_policy(BasicRetentionPolicyDescription::new(IsoDuration::minutes(90)));
    policy.name = String::new();
    policy.storage = AzureBlobBackupStorageDescription::new(crate::secret::MASK, " ").into();
    policy.extra.set_json("Key", "\"****\"").unwrap();
    let problems: Vec<String> = policy.problems(crate::ApiVersion::V6_4).iter().map(ToString::to_string).collect();
    let places: Vec<&str> = problems.iter().map(|problem| problem.split(' ').next().unwrap()).collect();
    assert_eq!(
        places,
        [
            "Name",
            "Schedule.Interval",
            "Schedule.Interval",
            "Storage.ConnectionString",
            "Storage.ContainerName",
            "RetentionPolicy.RetentionDuration",
            "Key",
        ]
    );
    assert_eq!(of_policy(policy), problems.first().cloned());
}

#[test]
fn a_storage_needs_its_fields() {
    let cases: [(BackupStorageDescription, &str); 9] = [
        (AzureBlobBackupStorageDescription::new(" ", "c").into(), "ConnectionString"),
        (AzureBlobBackupStorageDescription::new("k", "").into(), "ContainerName"),
        (FileShareBackupStorageDescription::new("").into(), "Path"),
        (DsmsAzureBlobBackupStorageDescription::new("", "c").into(), "StorageCredentialsSourceLocation"),
        (DsmsAzureBlobBackupStorageDescription::new("l", " ").into(), "ContainerName"),
        (managed(ManagedIdentityType::Vmss, "", "c").into(), "BlobServiceUri"),
        (managed(ManagedIdentityType::Cluster, "u", "").into(), "ContainerName"),
        (managed(ManagedIdentityType::Invalid, "u", "c").into(), "ManagedIdentityType"),
        (FileShareBackupStorageDescription::new("\t").friendly_name("").into(), "Path"),
    ];
    let partition: PartitionId = "6b1c2f7e-0000-4000-8000-000000000001".parse().unwrap();
    for (storage, field) in cases {
        let rule = if field == "ManagedIdentityType" { "must be VMSS or Cluster" } else { "must not be blank" };
        let mut policy = policy(every("PT1H"));
        policy.storage = storage.clone();
        assert_eq!(of_policy(policy), Some(format!("Storage.{field} {rule}")));
        let backup = BackupPartition::new(partition).storage(storage.clone());
        assert_eq!(refusal(&backup), Some(format!("BackupStorage.{field} {rule}")));
        let query = GetBackupByStorageQueryDescription::new(
            storage,
            ApplicationBackupEntity::new().application_name("fabric:/A"),
        );
        assert_eq!(refusal(&GetBackupsFromBackupLocation::new(query)), Some(format!("Storage.{field} {rule}")));
    }
}

fn managed(kind: ManagedIdentityType, uri: &str, container: &str) -> ManagedIdentityAzureBlobBackupStorageDescription {
    ManagedIdentityAzureBlobBackupStorageDescription::new(kind, uri, container)
}

#[test]
fn a_storage_query_needs_the_names_of_its_entity() {
    let cases: [(BackupEntity, Option<&str>); 5] = [
        (ApplicationBackupEntity::new().into(), Some("ApplicationName")),
        (ServiceBackupEntity::new().into(), Some("ServiceName")),
        (PartitionBackupEntity::new().partition_id(uuid::Uuid::from_u128(1)).into(), Some("ServiceName")),
        (PartitionBackupEntity::new().service_name("fabric:/A/B").into(), Some("PartitionId")),
        (ServiceBackupEntity::new().service_name("fabric:/A/B").into(), None),
    ];
    for (entity, field) in cases {
        let call = GetBackupsFromBackupLocation::new(GetBackupByStorageQueryDescription::new(share(), entity));
        assert_eq!(refusal(&call), field.map(|field| format!("BackupEntity.{field} is required")));
    }
}

#[test]
fn a_restore_names_its_backup_or_asks_for_the_latest() {
    let partition: PartitionId = "6b1c2f7e-0000-4000-8000-000000000001".parse().unwrap();
    let restore = RestorePartition::new(partition);
    let rule = "BackupId is required unless Latest is true";
    assert_eq!(refusal(&restore).as_deref(), Some(rule));
    assert_eq!(refusal(&restore.clone().latest(false)).as_deref(), Some(rule));
    assert_eq!(refusal(&restore.clone().latest(true)), None);
    let named = |id, location: &str| {
        let backup = RestorePartitionDescription::new(uuid::Uuid::from_u128(id), location);
        refusal(&restore.clone().restore(backup))
    };
    assert_eq!(named(1, "a\\b.zip"), None);
    assert_eq!(named(0, "a\\b.zip").as_deref(), Some("BackupId must not be all zeros"));
    assert_eq!(named(1, " ").as_deref(), Some("BackupLocation must not be blank"));
}

#[test]
fn the_preview_version_rejects_later_kinds_and_members_at_any_depth() {
    let partition: PartitionId = "6b1c2f7e-0000-4000-8000-000000000001".parse().unwrap();
    let preview = Target::new("http://localhost:19080".parse().unwrap()).api_version(crate::ApiVersion::V6_2_PREVIEW);
    let refused = |request: Result<_, crate::Error>| match request.map(drop).unwrap_err().cause() {
        Cause::Build(BuildError::NotInVersion { what, since, .. }) => format!("{what} {since}"),
        other => panic!("{other}"),
    };
    let storages: [(BackupStorageDescription, &str); 2] = [
        (DsmsAzureBlobBackupStorageDescription::new("l", "c").into(), "7.2"),
        (managed(ManagedIdentityType::Vmss, "u", "c").into(), "8.0"),
    ];
    for (storage, since) in storages {
        let mut policy = policy(every("PT1H"));
        policy.storage = storage.clone();
        let backup = RestorePartitionDescription::new(uuid::Uuid::from_u128(1), "a").backup_storage(storage.clone());
        let query = GetBackupByStorageQueryDescription::new(
            storage.clone(),
            ApplicationBackupEntity::new().application_name("fabric:/A"),
        );
        for (request, place) in [
            (CreateBackupPolicy::new(policy).to_request(&preview), "Storage"),
            (BackupPartition::new(partition).storage(storage).to_request(&preview), "BackupStorage"),
            (RestorePartition::new(partition).restore(backup).to_request(&preview), "BackupStorage"),
            (GetBackupsFromBackupLocation::new(query).to_request(&preview), "Storage"),
        ] {
            assert_eq!(refused(request), format!("{place}.StorageKind {since}"));
        }
    }
    let latest = RestorePartition::new(partition).latest(true);
    assert_eq!(refused(latest.to_request(&preview)), "Latest 9.1");
    assert!(latest.to_request(&Target::new("http://localhost:19080".parse().unwrap())).is_ok());
    let nothing = RestorePartition::new(partition).to_request(&preview).unwrap_err();
    assert!(matches!(nothing.cause(), Cause::Build(BuildError::Invalid { .. })), "{nothing}");
}

#[test]
fn the_placeholder_is_rejected_in_unknown_members_at_any_depth() {
    let partition: PartitionId = "6b1c2f7e-0000-4000-8000-000000000001".parse().unwrap();
    let masked = |request: Result<_, crate::Error>| match request.map(drop).unwrap_err().cause() {
        Cause::Build(BuildError::MaskedSecret { member }) => member.clone(),
        other => panic!("{other}"),
    };
    let target = Target::new("http://localhost:19080".parse().unwrap());
    let place = |json: &str| {
        let policy = format!(r#"{{"Name":"P","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":3,{json}}}"#);
        masked(CreateBackupPolicy::new(serde_json::from_str(&policy).unwrap()).to_request(&target))
    };
    let (schedule, storage) = (
        r#""Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT1H"}"#,
        r#""Storage":{"StorageKind":"FileShare","Path":"p"}"#,
    );
    assert_eq!(place(&format!(r#"{storage},"Schedule":{{"ScheduleKind":"Lunar","Key":"****"}}"#)), "Schedule.Key");
    let retention = r#""RetentionPolicy":{"RetentionPolicyType":"Basic","RetentionDuration":"P1D","Key":["****"]}"#;
    assert_eq!(place(&format!("{schedule},{storage},{retention}")), "RetentionPolicy.Key");

    let mut backup = RestorePartitionDescription::new(uuid::Uuid::from_u128(1), "a");
    backup.extra.set_json("Key", "\"****\"").unwrap();
    assert_eq!(masked(RestorePartition::new(partition).restore(backup).to_request(&target)), "Key");
    let entity = ApplicationBackupEntity::new().application_name("fabric:/A");
    let mut query = GetBackupByStorageQueryDescription::new(share(), entity.clone());
    query.extra.set_json("Key", "\"****\"").unwrap();
    assert_eq!(masked(GetBackupsFromBackupLocation::new(query).to_request(&target)), "Key");
    let mut entity = entity;
    entity.extra.set_json("Key", "\"****\"").unwrap();
    let query = GetBackupByStorageQueryDescription::new(share(), entity);
    assert_eq!(masked(GetBackupsFromBackupLocation::new(query).to_request(&target)), "BackupEntity.Key");
}
