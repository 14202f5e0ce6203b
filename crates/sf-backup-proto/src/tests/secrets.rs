//! Secrets are sent but never displayed; the server's placeholders for secrets are never sent.

use http::Response;
use proptest::prelude::*;

use super::strategies::policy::{policy, storage};
use crate::error::{BuildError, Cause};
use crate::model::policy::BackupPolicyDescription;
use crate::model::query::GetBackupByStorageQueryDescription;
use crate::model::restore::RestorePartitionDescription;
use crate::model::storage::{
    AzureBlobBackupStorageDescription, BackupStorageDescription, FileShareBackupStorageDescription,
};
use crate::model::{UnknownKind, entity::ApplicationBackupEntity};
use crate::operation::Operation;
use crate::operations::{
    BackupPartition, CreateBackupPolicy, GetBackupPolicyByName, GetBackupPolicyList, GetBackupsFromBackupLocation,
    RestorePartition, UpdateBackupPolicy,
};
use crate::secret::{MASK, Secret};
use crate::{PartitionId, Target};

const PLANTED: &str = "hunter2";

fn target() -> Target {
    Target::new("http://localhost:19080".parse().unwrap())
}

fn partition() -> PartitionId {
    "6b1c2f7e-0000-4000-8000-000000000001".parse().unwrap()
}

fn masked(call: &impl Operation) -> Option<String> {
    match call.to_request(&target()) {
        Ok(_) => None,
        Err(error) => match error.cause() {
            Cause::Build(BuildError::MaskedSecret { member }) => Some(member.clone()),
            other => panic!("{other}"),
        },
    }
}

/// Asserts that every operation with a storage rejects the placeholder in `member`, and names its path.
fn masked_everywhere(storage: &BackupStorageDescription, member: Option<&str>) {
    let at = |prefix: &str| member.map(|member| format!("{prefix}.{member}"));
    let schedule = crate::model::schedule::FrequencyBasedBackupScheduleDescription::new(crate::IsoDuration::hours(1));
    let policy = BackupPolicyDescription::new("P", false, 0, schedule, storage.clone());
    assert_eq!(masked(&CreateBackupPolicy::new(policy.clone())), at("Storage"));
    assert_eq!(masked(&UpdateBackupPolicy::new("P".parse().unwrap(), policy)), at("Storage"));
    assert_eq!(masked(&BackupPartition::new(partition()).storage(storage.clone())), at("BackupStorage"));
    let restore = RestorePartitionDescription::new(uuid::Uuid::from_u128(1), "l").backup_storage(storage.clone());
    assert_eq!(masked(&RestorePartition::new(partition()).restore(restore)), at("BackupStorage"));
    let entity = ApplicationBackupEntity::new().application_name("fabric:/A");
    let query = GetBackupByStorageQueryDescription::new(storage.clone(), entity);
    assert_eq!(masked(&GetBackupsFromBackupLocation::new(query)), at("Storage"));
}

#[test]
fn a_masked_secret_cannot_be_sent_until_it_is_replaced_or_declared_absent() {
    let azure = AzureBlobBackupStorageDescription::new(MASK, "c");
    masked_everywhere(&azure.into(), Some("ConnectionString"));
    let mut share = FileShareBackupStorageDescription::new("p").primary_password(MASK).secondary_password(MASK);
    masked_everywhere(&share.clone().into(), Some("PrimaryPassword"));
    share.primary_password = Some("real".into());
    masked_everywhere(&share.clone().into(), Some("SecondaryPassword"));
    share.secondary_password = None;
    masked_everywhere(&share.into(), None);
}

#[test]
fn the_refusal_names_the_field_and_what_to_do() {
    let storage = AzureBlobBackupStorageDescription::new(MASK, "c");
    let error = BackupPartition::new(partition()).storage(storage.into()).to_request(&target()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "BackupPartition of partition 6b1c2f7e-0000-4000-8000-000000000001: BackupStorage.ConnectionString contains the server's placeholder **** instead of a secret: set the real one, or clear it if there is none"
    );
}

#[test]
fn a_placeholder_in_unknown_members_cannot_be_sent() {
    let mut share = FileShareBackupStorageDescription::new("p");
    share.extra.set_json("Kerberos", r#"{"Realm":"r","Keytab":["x","****"]}"#).unwrap();
    masked_everywhere(&share.into(), Some("Kerberos.Keytab"));
    let mut tape = UnknownKind::new("Tape");
    tape.members_mut().set_json("Password", r#""****""#).unwrap();
    masked_everywhere(&BackupStorageDescription::Unknown(tape.clone()), Some("Password"));
    tape.members_mut().set_json("Password", r#""real""#).unwrap();
    masked_everywhere(&BackupStorageDescription::Unknown(tape), None);
}

#[test]
fn a_policy_as_returned_by_a_server_cannot_be_sent_back() {
    let shown = br#"{"Name":"P","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":1,
        "Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT1H"},
        "Storage":{"StorageKind":"FileShare","Path":"p","PrimaryUserName":null,"PrimaryPassword":"****",
                   "SecondaryUserName":null,"SecondaryPassword":"****","FriendlyName":""},"RetentionPolicy":null}"#;
    let get = GetBackupPolicyByName::new("P".parse().unwrap());
    let policy = get.parse(&Response::new(&shown[..])).unwrap();
    let update = UpdateBackupPolicy::new("P".parse().unwrap(), policy);
    assert_eq!(masked(&update).as_deref(), Some("Storage.PrimaryPassword"));
}

#[test]
fn only_the_exact_placeholder_is_rejected() {
    for text in ["***", "*****", " ****", "****x"] {
        assert!(!Secret::from(text).is_mask(), "{text}");
        masked_everywhere(&AzureBlobBackupStorageDescription::new(text, "c").into(), None);
    }
}

/// A secret in the place of another value: the errors of both sides name the path, but not the value.
#[test]
fn a_misplaced_secret_is_not_quoted_by_an_error() {
    let bodies = [
        r#"{"Items":"hunter2"}"#,
        r#"{"Items":["hunter2, expected hunter2"]}"#,
        r#"{"Items":[{"Name":"p","MaxIncrementalBackups":"hunter2"}]}"#,
        r#"{"Items":[{"Storage":"hunter2","Schedule":"hunter2"}]}"#,
        r#"{"Items":[{"Storage":{"Path":"p","StorageKind":["hunter2"]}}]}"#,
        r#"{"Items":[{"Storage":{"StorageKind":{"hunter2":1}}}]}"#,
        r#"{"Items":[{"Storage":{"Path":{"x":1},"StorageKind":"FileShare","PrimaryPassword":"hunter2"}}]}"#,
        r#"{"Items":[{"Schedule":{"ScheduleKind":"FrequencyBased","Interval":"hunter2"}}]}"#,
        r#"{"Items":[{"Schedule":{"Interval":"hunter2","ScheduleKind":"FrequencyBased"}}]}"#,
        r#"{"Items":[{"Storage":{"StorageKind":"FileShare","Path":"hunter2"#,
        r#""hunter2""#,
    ];
    for body in bodies {
        let error = GetBackupPolicyList::new().parse(&Response::new(body)).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(PLANTED), "{body}: {error:?}");
    }
}

#[test]
fn a_misplaced_secret_in_a_response_is_not_quoted_by_the_error() {
    for (body, place) in [
        (r#"{"BackupStorage":"hunter2"}"#, "BackupStorage"),
        (
            r#"{"BackupStorage":{"StorageKind":"FileShare","Path":"p","PrimaryPassword":{"hunter2":1}}}"#,
            "BackupStorage",
        ),
        (
            r#"{"BackupStorage":{"StorageKind":"AzureBlobStore","ConnectionString":["hunter2"],"ContainerName":"c"}}"#,
            "BackupStorage",
        ),
        (r#""hunter2""#, "."),
    ] {
        let path = "/Partitions/6b1c2f7e-0000-4000-8000-000000000001/$/Backup";
        let request = http::Request::post(path).body(bytes::Bytes::from_static(body.as_bytes())).unwrap();
        let error = BackupPartition::from_request(&request).unwrap_err();
        assert!(error.place().starts_with(place), "{error}");
        assert!(!format!("{error} {error:?}").contains(PLANTED), "{error:?}");
    }
}

proptest! {
    #[test]
    fn no_debug_shows_a_secret(mut policy in policy(), mut storage in storage()) {
        plant(&mut policy.storage);
        plant(&mut storage);
        policy.extra.set_json("FutureKey", "\"hunter2\"").unwrap();
        let seen = [
            format!("{:?}", CreateBackupPolicy::new(policy.clone())),
            format!("{:?}", BackupPartition::new(partition()).storage(storage.clone())),
            format!("{:?}", CreateBackupPolicy::new(policy.clone()).to_request(&target())),
            format!("{:?}", crate::Page::new(vec![policy.clone()], None)),
            format!("{policy:#?} {storage:#?}"),
        ];
        for text in seen {
            prop_assert!(!text.contains(PLANTED), "{}", text);
        }
    }
}

#[test]
fn debug_of_an_error_names_its_operation_without_its_documentation() {
    let error =
        BackupPartition::new(partition()).parse(&Response::builder().status(404).body("").unwrap()).unwrap_err();
    let shown = format!("{error:?}");
    assert!(shown.contains("OperationSpec(\"BackupPartition\")") && !shown.contains("Reference"), "{shown}");
}

fn plant(storage: &mut BackupStorageDescription) {
    let json = format!("\"{PLANTED}\"");
    match storage {
        BackupStorageDescription::AzureBlobStore(store) => store.connection_string = PLANTED.into(),
        BackupStorageDescription::FileShare(share) => {
            share.primary_password = Some(PLANTED.into());
            share.secondary_password = Some(PLANTED.into());
        }
        BackupStorageDescription::DsmsAzureBlobStore(store) => store.extra.set_json("FutureKey", &json).unwrap(),
        BackupStorageDescription::ManagedIdentityAzureBlobStore(store) => {
            store.extra.set_json("FutureKey", &json).unwrap();
        }
        BackupStorageDescription::Unknown(unknown) => unknown.members_mut().set_json("Password", &json).unwrap(),
    }
}
