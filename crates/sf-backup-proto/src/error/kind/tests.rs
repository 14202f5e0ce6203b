use http::{HeaderMap, StatusCode};
use proptest::prelude::*;
use serde_json::json;

use super::{Cause, ErrorKind, FabricError, FabricErrorCode, TransportErrorKind};
use crate::error::{BuildError, Error, ResponseError};
use crate::operation::{Operation, OperationSpec};
use crate::operations::{
    CreateBackupPolicy, EnableApplicationBackup, EnablePartitionBackup, EnableServiceBackup, GetBackupPolicyList,
    GetServiceBackupList, RestorePartition,
};

fn error_of(operation: &'static OperationSpec, status: u16, body: &str) -> Error {
    let response = FabricError::read(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), body.as_bytes());
    Error::new(operation, None, Cause::Fabric(response))
}

fn coded(code: &str) -> String {
    json!({"Error": {"Code": code, "Message": "text"}}).to_string()
}

fn kind(status: u16, body: &str) -> ErrorKind {
    error_of(EnableServiceBackup::spec(), status, body).kind()
}

#[test]
fn meanings_that_share_a_status_are_distinguished() {
    for (status, code, expected) in [
        (400, "E_INVALIDARG", ErrorKind::InvalidArgument),
        (400, "FABRIC_E_BACKUP_IS_ENABLED", ErrorKind::Conflict),
        (400, "FABRIC_E_INVALID_FOR_STATELESS_SERVICES", ErrorKind::NotStateful),
        (400, "FABRIC_E_RESTORE_SOURCE_TARGET_PARTITION_MISMATCH", ErrorKind::PartitionMismatch),
        (403, "E_ACCESSDENIED", ErrorKind::Forbidden),
        (404, "FABRIC_E_PARTITION_NOT_FOUND", ErrorKind::EntityNotFound),
        (404, "FABRIC_E_SERVICE_DOES_NOT_EXIST", ErrorKind::EntityNotFound),
        (404, "FABRIC_E_BACKUP_NOT_ENABLED", ErrorKind::BackupNotEnabled),
        (404, "FABRIC_E_BACKUP_POLICY_NOT_EXISTING", ErrorKind::PolicyNotFound),
        (404, "FABRIC_E_BACKUP_POLICY_DOES_NOT_EXIST", ErrorKind::PolicyNotFound),
        (404, "FABRIC_E_FAULT_ANALYSIS_SERVICE_NOT_ENABLED", ErrorKind::FaultAnalysisServiceMissing),
        (404, "FABRIC_E_DIRECTORY_NOT_FOUND", ErrorKind::BackupNotFound),
        (404, "FABRIC_E_ENDPOINT_NOT_FOUND", ErrorKind::Unavailable),
        (404, "FABRIC_E_NODE_NOT_FOUND", ErrorKind::NotFound),
        (404, "NotFound", ErrorKind::NotFound),
        (409, "FABRIC_E_BACKUP_POLICY_ALREADY_EXISTS", ErrorKind::PolicyExists),
        (409, "FABRIC_E_BACKUP_IN_PROGRESS", ErrorKind::BackupInProgress),
        (409, "FABRIC_E_RESTORE_IN_PROGRESS", ErrorKind::RestoreInProgress),
        (409, "FABRIC_E_APPLICATION_UPGRADE_IN_PROGRESS", ErrorKind::Conflict),
        (500, "E_FAIL", ErrorKind::Server),
        (500, "2148734263", ErrorKind::InvalidArgument),
        (500, "2148734496", ErrorKind::Storage),
        (503, "FABRIC_E_VALUE_TOO_LARGE", ErrorKind::TooLarge),
        (503, "FABRIC_E_NOT_PRIMARY", ErrorKind::Unavailable),
        (504, "FABRIC_E_TIMEOUT", ErrorKind::Timeout),
    ] {
        assert_eq!(kind(status, &coded(code)), expected, "{status} {code}");
    }
}

/// The server reads the backup before it stores anything: what it says about that is a definite refusal.
#[test]
fn a_restore_that_is_refused_for_its_backup_was_not_begun() {
    let restore = RestorePartition::spec();
    for message in [
        "Unable to get recovery point details.",
        "Unable to get backup locations in chain.",
        "UNABLE TO GET RECOVERY POINT DETAILS",
    ] {
        for code in [json!("E_UNEXPECTED"), json!("E_FAIL"), json!(2_147_549_183_u32), json!(null)] {
            for status in [500, 503, 504] {
                let body = json!({"Error": {"Code": code, "Message": message}}).to_string();
                let error = error_of(restore, status, &body);
                assert_eq!(error.kind(), ErrorKind::BackupUnavailable, "{status} {body}");
                assert!(!error.may_have_changed() && !error.is_transient(), "{status} {body}");
                assert!(!error.to_string().contains("may have been done"), "{error}");
            }
        }
        let plain = error_of(restore, 500, &json!({"Message": message}).to_string());
        assert_eq!((plain.kind(), plain.is_transient()), (ErrorKind::BackupUnavailable, false));
        let text = error_of(restore, 500, message);
        assert_eq!((text.kind(), text.may_have_changed()), (ErrorKind::BackupUnavailable, false));
    }
    // Errors of the storage come from the same read.
    for code in ["FABRIC_E_BACKUPCOPIER_UNEXPECTED_ERROR", "FABRIC_E_BACKUPCOPIER_ACCESS_DENIED", "COR_E_IO"] {
        let error = error_of(restore, 500, &coded(code));
        assert!(!error.may_have_changed(), "{code}: {:?}", error.kind());
    }
    // Other failures of the server, and those of other changes, exclude nothing.
    assert!(error_of(restore, 500, &coded("E_FAIL")).may_have_changed());
    assert!(error_of(restore, 504, "").may_have_changed());
    assert!(error_of(CreateBackupPolicy::spec(), 500, &coded("COR_E_IO")).may_have_changed());
}

#[test]
fn responses_without_a_code_are_classified_by_status() {
    for (status, body, expected) in [
        (200, "", ErrorKind::UnreadableResponse),
        (302, "", ErrorKind::UnreadableResponse),
        (400, "", ErrorKind::InvalidArgument),
        (400, r#"{"Message":"The request is invalid."}"#, ErrorKind::InvalidArgument),
        (401, "", ErrorKind::Unauthorized),
        (403, "", ErrorKind::Unauthorized),
        (403, "<html><body>Forbidden</body></html>", ErrorKind::Forbidden),
        (404, "", ErrorKind::BackupServiceMissing),
        (404, "<!DOCTYPE html><p>nginx</p>", ErrorKind::NotFound),
        (
            405,
            r#"{"Message":"The requested resource does not support http method 'GET'."}"#,
            ErrorKind::InvalidArgument,
        ),
        (409, "", ErrorKind::Conflict),
        (411, "", ErrorKind::InvalidArgument),
        (413, "", ErrorKind::TooLarge),
        (429, "", ErrorKind::Unavailable),
        (500, "", ErrorKind::Server),
        (501, "", ErrorKind::Server),
        (502, "<html></html>", ErrorKind::Unavailable),
        (503, "", ErrorKind::Unavailable),
        (504, "", ErrorKind::Timeout),
    ] {
        assert_eq!(kind(status, body), expected, "{status} {body}");
    }
}

#[test]
fn an_unknown_service_is_the_backup_service_where_none_was_named() {
    let service = coded("FABRIC_E_SERVICE_DOES_NOT_EXIST");
    let name = coded("FABRIC_E_NAME_DOES_NOT_EXIST");
    for (operation, of_service, of_name) in [
        (GetBackupPolicyList::spec(), ErrorKind::BackupServiceMissing, ErrorKind::BackupServiceMissing),
        (EnableApplicationBackup::spec(), ErrorKind::BackupServiceMissing, ErrorKind::EntityNotFound),
        (EnableServiceBackup::spec(), ErrorKind::EntityNotFound, ErrorKind::EntityNotFound),
        (EnablePartitionBackup::spec(), ErrorKind::EntityNotFound, ErrorKind::EntityNotFound),
    ] {
        assert_eq!(error_of(operation, 404, &service).kind(), of_service, "{operation}");
        assert_eq!(error_of(operation, 404, &name).kind(), of_name, "{operation}");
    }
    let named = r#"{"Error":{"Code":"FABRIC_E_SERVICE_DOES_NOT_EXIST",
        "Message":"Service fabric:/System/BackupRestoreService does not exist."}}"#;
    assert_eq!(kind(404, named), ErrorKind::BackupServiceMissing);
}

/// For a transport that has only the error of the system: in doubt, the request may have been sent.
#[test]
fn an_io_error_is_before_the_request_only_if_that_is_certain() {
    use std::io::ErrorKind as Io;
    for unsent in [Io::ConnectionRefused, Io::HostUnreachable, Io::NetworkUnreachable, Io::AddrNotAvailable] {
        assert!(!TransportErrorKind::from(unsent).may_have_been_sent(), "{unsent}");
    }
    for lost in
        [Io::ConnectionReset, Io::ConnectionAborted, Io::BrokenPipe, Io::UnexpectedEof, Io::Interrupted, Io::Other]
    {
        assert_eq!(TransportErrorKind::from(lost), TransportErrorKind::Lost, "{lost}");
    }
    assert_eq!(TransportErrorKind::from(Io::TimedOut), TransportErrorKind::TimedOut);
    assert_eq!(TransportErrorKind::from(Io::InvalidData), TransportErrorKind::Rejected);
}

#[test]
fn queries_of_the_cluster_itself_say_nothing_of_the_backup_service() {
    use crate::operations::inventory::{GetApplicationInfoList, GetClusterVersion};
    assert_eq!(error_of(GetClusterVersion::spec(), 404, "").kind(), ErrorKind::NotFound);
    let missing = error_of(GetApplicationInfoList::spec(), 404, &coded("FABRIC_E_SERVICE_DOES_NOT_EXIST"));
    assert_eq!(missing.kind(), ErrorKind::EntityNotFound);
}

#[test]
fn calls_without_a_response() {
    let of = |cause: Cause<&'static str>| Error::new(GetServiceBackupList::spec(), None, cause).kind();
    let lost = |fault| of(Cause::Transport { fault, source: "reset" });
    assert_eq!(of(Cause::Build(BuildError::TooLong)), ErrorKind::InvalidRequest);
    assert_eq!(lost(TransportErrorKind::Unreachable), ErrorKind::Unreachable);
    assert_eq!(lost(TransportErrorKind::IdentityRefused), ErrorKind::IdentityRefused);
    assert_eq!(lost(TransportErrorKind::ClientRefused), ErrorKind::Unauthorized);
    assert_eq!(lost(TransportErrorKind::ClientRefusedLate), ErrorKind::Unauthorized);
    assert_eq!(lost(TransportErrorKind::Lost), ErrorKind::ResponseLost);
    assert_eq!(lost(TransportErrorKind::TimedOut), ErrorKind::Timeout);
    let response = ResponseError { status: StatusCode::OK, length: 3, path: ".".to_owned(), problem: "no".to_owned() };
    assert_eq!(of(Cause::Response(response)), ErrorKind::UnreadableResponse);
}

proptest! {
    /// A known code means the same under every status.
    #[test]
    fn every_code_has_one_kind(
        status in 400_u16..600,
        code in proptest::sample::select(FabricErrorCode::KNOWN),
        numbered: bool,
    ) {
        let spelling = match code.hresult() {
            Some(hresult) if numbered => json!(hresult),
            _ => json!(code.to_string()),
        };
        let body = json!({"Error": {"Code": spelling}}).to_string();
        let error = error_of(EnableServiceBackup::spec(), status, &body);
        prop_assert_eq!(error.kind(), code.facts().unwrap().kind);
    }
}
