//! Reading is lenient: any case, order and spelling that servers and the API reference use, and unknown members.

use http::Response;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::error::{Cause, Error, FabricErrorCode, ResponseError};
use crate::model::backup::{BackupInfo, BackupType, Epoch, FabricErrorError};
use crate::model::configuration::BackupConfigurationInfo;
use crate::model::entity::BackupEntity;
use crate::model::policy::{BackupPolicyDescription, CompressionType};
use crate::model::progress::{BackupProgressInfo, RestoreProgressInfo, RestoreState};
use crate::model::schedule::{BackupScheduleDescription, DayOfWeek};
use crate::model::storage::BackupStorageDescription;
use crate::operation::Operation;
use crate::operations::{
    EnableServiceBackup, GetBackupPolicyList, GetPartitionBackupConfigurationInfo, GetPartitionBackupProgress,
    GetPartitionRestoreProgress, GetServiceBackupList,
};
use crate::{Page, PartitionId, ServiceId};

fn read<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_str(&value.to_string()).unwrap()
}

/// Reads a value and writes it back.
fn again<T: DeserializeOwned + Serialize>(value: &Value) -> Value {
    serde_json::to_value(read::<T>(value)).unwrap()
}

fn partition() -> PartitionId {
    "6b1c2f7e-0000-4000-8000-000000000001".parse().unwrap()
}

fn backups(body: &str) -> Result<Page<BackupInfo>, ResponseError> {
    let service: ServiceId = "fabric:/A/B".parse().unwrap();
    GetServiceBackupList::new(service).parse(&Response::new(body)).map_err(unreadable)
}

/// Where and why a response of success cannot be read.
fn unreadable(error: Error) -> ResponseError {
    match error.cause() {
        Cause::Response(error) => error.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn names_are_read_in_any_case() {
    let storage: BackupStorageDescription =
        read(&json!({"STORAGEKIND": "fileshare", "path": "p", "pRIMARYuSERnAME": "u"}));
    let written = json!({"StorageKind": "FileShare", "Path": "p", "PrimaryUserName": "u"});
    assert_eq!(serde_json::to_value(storage).unwrap(), written);
}

#[test]
fn a_discriminator_is_read_at_any_position() {
    for text in [
        r#"{"ScheduleKind":"FrequencyBased","Interval":"PT1H"}"#,
        r#"{"Interval":"PT1H","ScheduleKind":"FrequencyBased"}"#,
        r#"{"A":1,"Interval":"PT1H","schedulekind":"frequencybased","Z":2}"#,
        r#"{"":0,"ScheduleKind":"FrequencyBased","Interval":"PT1H"}"#,
    ] {
        let schedule: BackupScheduleDescription = serde_json::from_str(text).unwrap();
        assert!(matches!(&schedule, BackupScheduleDescription::FrequencyBased(_)), "{text}");
        assert!(
            serde_json::to_string(&schedule).unwrap().starts_with(r#"{"ScheduleKind":"FrequencyBased","#),
            "{text}"
        );
    }
}

#[test]
fn an_object_without_its_discriminator_is_rejected_by_name() {
    for text in [r#"{"Interval":"PT1H"}"#, "{}"] {
        let error = serde_json::from_str::<BackupScheduleDescription>(text).unwrap_err().to_string();
        assert!(error.contains("ScheduleKind"), "{error}");
    }
    assert!(serde_json::from_str::<BackupScheduleDescription>(r#"{"A":1,"ScheduleKind":7}"#).is_err());
}

#[test]
fn unknown_members_are_kept_and_written_back() {
    let policy = json!({
        "Name": "P", "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 1,
        "Schedule": {"ScheduleKind": "FrequencyBased", "Interval": "PT1H", "Jitter": {"Seconds": 10}},
        "Storage": {"StorageKind": "FileShare", "Path": "p", "Encryption": [1, null, "x"]},
        "RetentionPolicy": {"RetentionPolicyType": "Basic", "RetentionDuration": "P1D", "Grace": 2.5},
        "Owner": "ops",
    });
    assert_eq!(again::<BackupPolicyDescription>(&policy), policy);
    let read: BackupPolicyDescription = read(&policy);
    assert_eq!(read.extra.names().collect::<Vec<_>>(), ["Owner"]);
    assert_eq!(read.extra.json("Owner").as_deref(), Some("\"ops\""));
}

#[test]
fn unknown_kinds_are_kept_and_written_back_with_the_discriminator_first() {
    let tape = json!({"StorageKind": "Tape", "Drive": {"Slot": 3}, "FriendlyName": null});
    assert_eq!(again::<BackupStorageDescription>(&tape), tape);
    let storage: BackupStorageDescription = read(&tape);
    assert_eq!(storage.kind(), "Tape");
    assert!(serde_json::to_string(&storage).unwrap().starts_with(r#"{"StorageKind":"Tape","#));
    let lunar = json!({"Phase": "full", "ScheduleKind": "Lunar"});
    assert_eq!(again::<BackupScheduleDescription>(&lunar), lunar);
    let cell = json!({"EntityKind": "Cell", "CellName": "fabric:/A/B/C"});
    assert_eq!(again::<BackupEntity>(&cell), cell);
    let info = json!({"Kind": "Cell", "PolicyName": "P"});
    assert_eq!(again::<BackupConfigurationInfo>(&info), info);
}

#[test]
fn unknown_enum_values_are_kept_as_the_server_spells_them() {
    let progress = json!({"RestoreState": "TertiariesInProgress"});
    assert_eq!(again::<RestoreProgressInfo>(&progress), progress);
    let backup = json!({"BackupType": "differential"});
    assert_eq!(again::<BackupInfo>(&backup), backup);
    assert_eq!(
        read::<Vec<DayOfWeek>>(&json!(["Someday", 7, ""])).iter().map(DayOfWeek::as_str).collect::<Vec<_>>(),
        ["Someday", "7", ""]
    );
}

#[test]
fn known_enum_values_are_read_in_any_case_and_written_as_published() {
    assert_eq!(read::<BackupType>(&json!("FULL")), BackupType::Full);
    assert_eq!(again::<CompressionType>(&json!("zstandard")), json!("ZSTANDARD"));
    for spelling in ["SecondariesInProgress", "SecondaryInProgress"] {
        assert!(!matches!(RestoreState::from(spelling), RestoreState::Unknown(_)), "{spelling}");
        assert_eq!(again::<RestoreState>(&json!(spelling)), json!(spelling));
    }
}

#[test]
fn numbers_and_booleans_are_read_from_text() {
    let text = json!({
        "Name": "P", "AutoRestoreOnDataLoss": "False", "MaxIncrementalBackups": " 3 ",
        "Schedule": {"ScheduleKind": "FrequencyBased", "Interval": "PT1H"},
        "Storage": {"StorageKind": "FileShare", "Path": "p"},
        "RetentionPolicy": {"RetentionPolicyType": "Basic", "RetentionDuration": "P1D", "MinimumNumberOfBackups": "20"},
    });
    let written = again::<BackupPolicyDescription>(&text);
    assert_eq!(written["AutoRestoreOnDataLoss"], json!(false));
    assert_eq!(written["MaxIncrementalBackups"], json!(3));
    assert_eq!(written["RetentionPolicy"]["MinimumNumberOfBackups"], json!(20));
    for (member, wrong) in [
        ("MaxIncrementalBackups", json!(256)),
        ("MaxIncrementalBackups", json!(-1)),
        ("MaxIncrementalBackups", json!(1.5)),
        ("AutoRestoreOnDataLoss", json!("maybe")),
        ("AutoRestoreOnDataLoss", json!(1)),
    ] {
        let mut policy = text.clone();
        policy[member] = wrong.clone();
        assert!(serde_json::from_str::<BackupPolicyDescription>(&policy.to_string()).is_err(), "{member}: {wrong}");
    }
}

#[test]
fn lsns_and_epochs_are_read_as_numbers_or_text_and_written_as_text() {
    for lsn in [json!(54_719), json!("54719")] {
        assert_eq!(read::<RestoreProgressInfo>(&json!({"RestoredLsn": lsn})).restored_lsn, Some(54_719));
        assert_eq!(
            read::<BackupProgressInfo>(&json!({"LsnOfLastBackupRecord": lsn})).lsn_of_last_backup_record,
            Some(54_719)
        );
        assert_eq!(
            again::<BackupInfo>(&json!({"LsnOfLastBackupRecord": lsn})),
            json!({"LsnOfLastBackupRecord": "54719"})
        );
    }
    let extremes = json!({"DataLossVersion": "-9223372036854775808", "ConfigurationVersion": "9223372036854775807"});
    assert_eq!(again::<Epoch>(&extremes), extremes);
    assert!(serde_json::from_str::<Epoch>(r#"{"DataLossVersion":9223372036854775808}"#).is_err());
}

#[test]
fn both_spellings_of_an_epoch_are_read_and_null_does_not_hide_the_other() {
    let epoch = Epoch::new().data_loss_version(7).configuration_version(9);
    for text in [
        json!({"DataLossVersion": 7, "ConfigurationVersion": "9"}).to_string(),
        json!({"DataLossNumber": "7", "configurationnumber": 9}).to_string(),
        r#"{"DataLossVersion":"7","DataLossNumber":null,"ConfigurationNumber":null,"ConfigurationVersion":"9"}"#
            .to_owned(),
    ] {
        assert_eq!(serde_json::from_str::<Epoch>(&text).unwrap(), epoch, "{text}");
    }
}

#[test]
fn null_zeros_and_year_1_are_absent() {
    let nothing = json!({
        "BackupId": "00000000-0000-0000-0000-000000000000", "BackupChainId": "", "ApplicationName": null,
        "PartitionInformation": null, "EpochOfLastBackupRecord": null, "LsnOfLastBackupRecord": "",
        "CreationTimeUtc": "0001-01-01T00:00:00Z", "FailureError": null, "BackupType": null,
    });
    assert_eq!(read::<BackupInfo>(&nothing), BackupInfo::new());
    let error = serde_json::from_str::<BackupEntity>(r#"{"EntityKind":null}"#);
    assert!(error.is_err(), "a kind is not optional");
}

#[test]
fn a_required_member_that_is_null_or_missing_is_rejected_with_its_path() {
    let policy = |schedule: &str| {
        let body = format!(
            r#"{{"Items":[{{"Name":"P","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":1,"Schedule":{schedule}}}]}}"#
        );
        let error = unreadable(GetBackupPolicyList::new().parse(&Response::new(body.as_str())).unwrap_err());
        assert_eq!((error.status.as_u16(), error.length), (200, body.len()));
        (error.path, error.problem)
    };
    assert_eq!(policy("null").0, "Items[0].Schedule");
    let (path, problem) = policy(r#"{"ScheduleKind":"FrequencyBased"}"#);
    assert!(path == "Items[0].Schedule" && problem.contains("`Interval`"), "{path}: {problem}");
    assert_eq!(policy(r#"{"ScheduleKind":"FrequencyBased","Interval":"soon"}"#).0, "Items[0].Schedule.Interval");
}

#[test]
fn codes_are_names_in_any_spelling_or_hresults() {
    let code = |value: Value| read::<FabricErrorError>(&json!({"Code": value})).code;
    assert_eq!(code(json!("E_INVALIDARG")), Some(FabricErrorCode::InvalidArgument));
    assert_eq!(code(json!(2_147_942_487_u32)), Some(FabricErrorCode::InvalidArgument));
    assert_eq!(code(json!(-2_147_024_809)), Some(FabricErrorCode::InvalidArgument));
    assert_eq!(code(json!("0x80070057")), Some(FabricErrorCode::InvalidArgument));
    assert_eq!(again::<FabricErrorError>(&json!({"Code": 2_148_734_496_u32})), json!({"Code": 2_148_734_496_u32}));
    assert_eq!(again::<FabricErrorError>(&json!({"Code": "FABRIC_E_NEW"})), json!({"Code": "FABRIC_E_NEW"}));
    assert_eq!(code(json!(null)), None);
}

#[test]
fn a_null_body_means_no_result() {
    let null = Response::new(" null\n");
    assert_eq!(GetPartitionBackupProgress::new(partition()).parse(&null).unwrap(), None);
    assert_eq!(GetPartitionRestoreProgress::new(partition()).parse(&null).unwrap(), None);
    assert_eq!(GetPartitionBackupConfigurationInfo::new(partition()).parse(&null).unwrap(), None);
    assert!(backups("null").is_err(), "a list is never null");
}

#[test]
fn a_page_may_lack_any_member() {
    for body in
        ["{}", r#"{"Items":null,"Later":1}"#, r#"{"items":[],"CONTINUATIONTOKEN":""}"#, r#"{"ContinuationToken":null}"#]
    {
        assert_eq!(backups(body), Ok(Page::new(vec![], None)), "{body}");
    }
    let page = backups(r#"{"ContinuationToken":"a+b","Items":[null,{},null]}"#).unwrap();
    assert_eq!((page.items.len(), page.continuation_token.unwrap().as_str()), (1, "a+b"));
    let error = backups(r#"{"Error":{"Code":"E_FAIL","Message":"m"}}"#).unwrap_err();
    assert!(error.problem.contains("`Items`"), "another object is not an empty page: {error}");
}

#[test]
fn a_byte_order_mark_is_ignored_and_trailing_text_is_rejected() {
    assert!(backups("\u{feff}{}").is_ok());
    assert_eq!(backups("{} {}").unwrap_err().path, ".");
    assert!(backups("").is_err());
}

#[test]
fn success_without_content_ignores_its_body() {
    let enable = EnableServiceBackup::new("fabric:/A/B".parse().unwrap(), "P".parse().unwrap());
    for body in ["", "null", "{}", "<html>"] {
        assert!(enable.parse(&Response::builder().status(202).body(body).unwrap()).is_ok());
    }
    for status in [200, 201, 204, 301, 404] {
        assert!(enable.parse(&Response::builder().status(status).body("").unwrap()).is_err(), "{status}");
    }
}
