//! The errors of the backup service: status, code and message of each.

use crate::world::refusal::Refusal;
use http::StatusCode;
use sf_backup_proto::FabricErrorCode;

use crate::world::entity::Unresolved;

/// An error of the backup service: JSON, with the content type `text/plain`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ServiceError {
    status: StatusCode,
    code: Code,
    message: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Code {
    Name(&'static str),
    /// An HRESULT without a name in the service.
    Number(u32),
}

const fn service_error(status: StatusCode, code: &'static str, message: &'static str) -> ServiceError {
    ServiceError { status, code: Code::Name(code), message }
}

const BAD: StatusCode = StatusCode::BAD_REQUEST;
const MISSING: StatusCode = StatusCode::NOT_FOUND;
const FAILED: StatusCode = StatusCode::INTERNAL_SERVER_ERROR;

pub(crate) const INVALID_API_VERSION: ServiceError = service_error(BAD, "E_INVALIDARG", "Invalid API Version");
pub(crate) const INVALID_ARGUMENTS: ServiceError = service_error(BAD, "E_INVALIDARG", "Invalid Arguments.");
pub(crate) const INVALID_HEADER: ServiceError =
    service_error(BAD, "E_INVALIDARG", "Invalid Header Request. valid for Application / Service / Partition Id");
pub(crate) const INTERVAL_TOO_LONG: ServiceError =
    service_error(BAD, "E_INVALIDARG", "Allowed maximum time interval between consecutive backups is 15 days.");
pub(crate) const INTERVAL_TOO_SHORT: ServiceError = service_error(
    BAD,
    "E_INVALIDARG",
    "Minimum time interval supported is 1 minute and precision in seconds is not supported.",
);
pub(crate) const POLICY_EXISTS: ServiceError = service_error(
    StatusCode::CONFLICT,
    "FABRIC_E_BACKUP_POLICY_ALREADY_EXISTS",
    "Fabric Backup Policy already exists.",
);
pub(crate) const POLICY_MISSING: ServiceError =
    service_error(MISSING, "FABRIC_E_BACKUP_POLICY_DOES_NOT_EXIST", "Fabric Backup Policy doesn't exist");
pub(crate) const STILL_ENABLED: ServiceError =
    service_error(BAD, "FABRIC_E_BACKUP_IS_ENABLED", "Backup Mapping Exist for the Backup Policy");
pub(crate) const NOT_ENABLED: ServiceError = service_error(
    MISSING,
    "FABRIC_E_BACKUP_NOT_ENABLED",
    "Backup has not been configured/ enabled for this specific partition/ service/ application.",
);
pub(crate) const NO_MAPPING: ServiceError =
    service_error(MISSING, "FABRIC_E_BACKUP_NOT_ENABLED", "Backup Mapping is not existing.");
pub(crate) const STATELESS: ServiceError = service_error(
    BAD,
    "FABRIC_E_INVALID_FOR_STATELESS_SERVICES",
    "Not applicable for stateless or non persisted stateful services.",
);
pub(crate) const APPLICATION_MISSING: ServiceError =
    service_error(MISSING, "FABRIC_E_APPLICATION_NOT_FOUND", "Application not found");
pub(crate) const SERVICE_MISSING: ServiceError =
    service_error(MISSING, "FABRIC_E_SERVICE_DOES_NOT_EXIST", "Service not found");
const PARTITION_MISSING: ServiceError = service_error(MISSING, "FABRIC_E_PARTITION_NOT_FOUND", "Partition not found");
const MALFORMED_GUID: ServiceError = ServiceError {
    status: FAILED,
    code: Code::Number(2_148_734_263),
    message: "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).",
};
pub(crate) const NULL_REFERENCE: ServiceError =
    service_error(FAILED, "E_UNEXPECTED", "Object reference not set to an instance of an object.");
pub(crate) const TOKEN_WITHOUT_PLUS: ServiceError =
    service_error(FAILED, "E_UNEXPECTED", "Index was outside the bounds of the array.");
/// Lists a storage without backups, without `MaxResults`.
pub(crate) const EMPTY_LIST: ServiceError = service_error(
    FAILED,
    "E_UNEXPECTED",
    "Index was out of range. Must be non-negative and less than the size of the collection.\r\nParameter name: index ,\r\n",
);
/// Lists a storage without backups, with `MaxResults`.
pub(crate) const EMPTY_PAGE: ServiceError = service_error(
    BAD,
    "E_INVALIDARG",
    "Index was out of range. Must be non-negative and less than the size of the collection.\r\nParameter name: index",
);
/// Lists a storage without backups, after others that had some.
pub(crate) const EMPTY_REST: ServiceError =
    service_error(FAILED, "E_POINTER", "Value cannot be null.\r\nParameter name: collection");

pub(crate) const BACKUP_IN_PROGRESS: ServiceError =
    service_error(StatusCode::CONFLICT, "FABRIC_E_BACKUP_IN_PROGRESS", "Backup already in Progress");
pub(crate) const RESTORE_IN_PROGRESS: ServiceError =
    service_error(StatusCode::CONFLICT, "FABRIC_E_RESTORE_IN_PROGRESS", "Restore already in Progress.");
pub(crate) const NO_FAULT_ANALYSIS: ServiceError = service_error(
    MISSING,
    "FABRIC_E_FAULT_ANALYSIS_SERVICE_NOT_ENABLED",
    "Fault Analysis Service is needed for Restore.",
);
pub(crate) const NO_RESTORE_POINT: ServiceError =
    service_error(FAILED, "E_UNEXPECTED", "Unable to get recovery point details.");
pub(crate) const BROKEN_CHAIN: ServiceError =
    service_error(FAILED, "E_UNEXPECTED", "Unable to get backup locations in chain.");
const MISMATCH: &str = "FABRIC_E_RESTORE_SOURCE_TARGET_PARTITION_MISMATCH";
pub(crate) const BACKUP_MISMATCH: ServiceError =
    service_error(BAD, MISMATCH, "BackupId and Backup Locations are mismatch.");
pub(crate) const WRONG_RANGE: ServiceError =
    service_error(BAD, MISMATCH, "Invalid Source and Target Partition Type Or High/Low Key.");
pub(crate) const WRONG_NAME: ServiceError =
    service_error(BAD, MISMATCH, "Invalid Source and Target Partition Type Or Name.");
pub(crate) const WRONG_KIND: ServiceError = service_error(BAD, MISMATCH, "Invalid Source and Target Partition Type.");
/// The primary of the service is moving.
pub(crate) const NOT_PRIMARY: ServiceError = service_error(
    StatusCode::SERVICE_UNAVAILABLE,
    "FABRIC_E_NOT_PRIMARY",
    "The backup service is moving to another node.",
);
pub(crate) const TIMED_OUT: ServiceError =
    service_error(StatusCode::GATEWAY_TIMEOUT, "FABRIC_E_TIMEOUT", "Timeout for the request happened");

impl From<ServiceError> for Refusal {
    fn from(fault: ServiceError) -> Self {
        let (code, spelling) = match fault.code {
            Code::Name(name) => (FabricErrorCode::from_text(name), Some(name)),
            Code::Number(number) => (FabricErrorCode::Hresult(number), None),
        };
        Self::Fabric { status: fault.status, code, spelling, message: fault.message.to_owned(), json: false }
    }
}

impl From<Unresolved> for ServiceError {
    fn from(unresolved: Unresolved) -> Self {
        match unresolved {
            Unresolved::ServiceNotFound => SERVICE_MISSING,
            Unresolved::PartitionNotFound => PARTITION_MISSING,
            Unresolved::BadGuid => MALFORMED_GUID,
            Unresolved::Segments => INVALID_ARGUMENTS,
        }
    }
}

/// `E_INVALIDARG` of the backup service, with a specific message.
pub(crate) fn invalid(message: String) -> Refusal {
    Refusal::Fabric { status: BAD, code: FabricErrorCode::InvalidArgument, spelling: None, message, json: false }
}

/// An unhandled exception of the service.
pub(crate) fn unexpected(message: &str) -> Refusal {
    Refusal::Fabric {
        status: FAILED,
        code: FabricErrorCode::from_text("E_UNEXPECTED"),
        spelling: Some("E_UNEXPECTED"),
        message: message.to_owned(),
        json: false,
    }
}

/// A failure of a storage, with an HRESULT that has no name in the service.
pub(crate) fn storage(hresult: u32, message: &str) -> Refusal {
    Refusal::Fabric {
        status: FAILED,
        code: FabricErrorCode::Hresult(hresult),
        spelling: None,
        message: message.to_owned(),
        json: false,
    }
}
