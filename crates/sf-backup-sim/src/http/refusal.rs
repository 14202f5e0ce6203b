//! The refusals of the backup service and of the gateway in front of it: status, code and message of each.

use http::StatusCode;
use sf_backup_proto::FabricErrorCode;
use sf_backup_proto::server::Refusal;

use crate::world::entity::Unresolved;

/// A refusal of the backup service: JSON, labelled `text/plain`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    status: StatusCode,
    code: Code,
    message: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Code {
    Name(&'static str),
    /// An HRESULT that the service has no name for.
    Number(u32),
}

const fn fault(status: StatusCode, code: &'static str, message: &'static str) -> Fault {
    Fault { status, code: Code::Name(code), message }
}

const BAD: StatusCode = StatusCode::BAD_REQUEST;
const MISSING: StatusCode = StatusCode::NOT_FOUND;
const FAILED: StatusCode = StatusCode::INTERNAL_SERVER_ERROR;

pub(crate) const INVALID_API_VERSION: Fault = fault(BAD, "E_INVALIDARG", "Invalid API Version");
pub(crate) const INVALID_ARGUMENTS: Fault = fault(BAD, "E_INVALIDARG", "Invalid Arguments.");
pub(crate) const INVALID_HEADER: Fault =
    fault(BAD, "E_INVALIDARG", "Invalid Header Request. valid for Application / Service / Partition Id");
pub(crate) const INTERVAL_TOO_LONG: Fault =
    fault(BAD, "E_INVALIDARG", "Allowed maximum time interval between consecutive backups is 15 days.");
pub(crate) const INTERVAL_TOO_SHORT: Fault = fault(
    BAD,
    "E_INVALIDARG",
    "Minimum time interval supported is 1 minute and precision in seconds is not supported.",
);
pub(crate) const POLICY_EXISTS: Fault =
    fault(StatusCode::CONFLICT, "FABRIC_E_BACKUP_POLICY_ALREADY_EXISTS", "Fabric Backup Policy already exists.");
pub(crate) const POLICY_MISSING: Fault =
    fault(MISSING, "FABRIC_E_BACKUP_POLICY_DOES_NOT_EXIST", "Fabric Backup Policy doesn't exist");
pub(crate) const STILL_ENABLED: Fault =
    fault(BAD, "FABRIC_E_BACKUP_IS_ENABLED", "Backup Mapping Exist for the Backup Policy");
pub(crate) const NOT_ENABLED: Fault = fault(
    MISSING,
    "FABRIC_E_BACKUP_NOT_ENABLED",
    "Backup has not been configured/ enabled for this specific partition/ service/ application.",
);
pub(crate) const NO_MAPPING: Fault = fault(MISSING, "FABRIC_E_BACKUP_NOT_ENABLED", "Backup Mapping is not existing.");
pub(crate) const STATELESS: Fault = fault(
    BAD,
    "FABRIC_E_INVALID_FOR_STATELESS_SERVICES",
    "Not applicable for stateless or non persisted stateful services.",
);
pub(crate) const APPLICATION_MISSING: Fault = fault(MISSING, "FABRIC_E_APPLICATION_NOT_FOUND", "Application not found");
pub(crate) const SERVICE_MISSING: Fault = fault(MISSING, "FABRIC_E_SERVICE_DOES_NOT_EXIST", "Service not found");
const PARTITION_MISSING: Fault = fault(MISSING, "FABRIC_E_PARTITION_NOT_FOUND", "Partition not found");
const MALFORMED_GUID: Fault = Fault {
    status: FAILED,
    code: Code::Number(2_148_734_263),
    message: "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).",
};
pub(crate) const NULL_REFERENCE: Fault =
    fault(FAILED, "E_UNEXPECTED", "Object reference not set to an instance of an object.");
pub(crate) const TOKEN_WITHOUT_PLUS: Fault =
    fault(FAILED, "E_UNEXPECTED", "Index was outside the bounds of the array.");
/// A storage that holds nothing, listed without `MaxResults`.
pub(crate) const EMPTY_LIST: Fault = fault(
    FAILED,
    "E_UNEXPECTED",
    "Index was out of range. Must be non-negative and less than the size of the collection.\r\nParameter name: index ,\r\n",
);
/// The same with `MaxResults`.
pub(crate) const EMPTY_PAGE: Fault = fault(
    BAD,
    "E_INVALIDARG",
    "Index was out of range. Must be non-negative and less than the size of the collection.\r\nParameter name: index",
);
/// The same, when storages before had something.
pub(crate) const EMPTY_REST: Fault = fault(FAILED, "E_POINTER", "Value cannot be null.\r\nParameter name: collection");

pub(crate) const BACKUP_IN_PROGRESS: Fault =
    fault(StatusCode::CONFLICT, "FABRIC_E_BACKUP_IN_PROGRESS", "Backup already in Progress");
pub(crate) const RESTORE_IN_PROGRESS: Fault =
    fault(StatusCode::CONFLICT, "FABRIC_E_RESTORE_IN_PROGRESS", "Restore already in Progress.");
pub(crate) const NO_FAULT_ANALYSIS: Fault =
    fault(MISSING, "FABRIC_E_FAULT_ANALYSIS_SERVICE_NOT_ENABLED", "Fault Analysis Service is needed for Restore.");
pub(crate) const NO_RESTORE_POINT: Fault = fault(FAILED, "E_UNEXPECTED", "Unable to get recovery point details.");
pub(crate) const BROKEN_CHAIN: Fault = fault(FAILED, "E_UNEXPECTED", "Unable to get backup locations in chain.");
const MISMATCH: &str = "FABRIC_E_RESTORE_SOURCE_TARGET_PARTITION_MISMATCH";
pub(crate) const BACKUP_MISMATCH: Fault = fault(BAD, MISMATCH, "BackupId and Backup Locations are mismatch.");
pub(crate) const WRONG_RANGE: Fault = fault(BAD, MISMATCH, "Invalid Source and Target Partition Type Or High/Low Key.");
pub(crate) const WRONG_NAME: Fault = fault(BAD, MISMATCH, "Invalid Source and Target Partition Type Or Name.");
pub(crate) const WRONG_KIND: Fault = fault(BAD, MISMATCH, "Invalid Source and Target Partition Type.");
/// While the service's primary moves.
pub(crate) const NOT_PRIMARY: Fault =
    fault(StatusCode::SERVICE_UNAVAILABLE, "FABRIC_E_NOT_PRIMARY", "The backup service is moving to another node.");
pub(crate) const TIMED_OUT: Fault =
    fault(StatusCode::GATEWAY_TIMEOUT, "FABRIC_E_TIMEOUT", "Timeout for the request happened");

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        let (code, spelling) = match fault.code {
            Code::Name(name) => (FabricErrorCode::from_text(name), Some(name)),
            Code::Number(number) => (FabricErrorCode::Hresult(number), None),
        };
        Self::Fabric { status: fault.status, code, spelling, message: fault.message.to_owned(), json: false }
    }
}

impl From<Unresolved> for Fault {
    fn from(unresolved: Unresolved) -> Self {
        match unresolved {
            Unresolved::ServiceNotFound => SERVICE_MISSING,
            Unresolved::PartitionNotFound => PARTITION_MISSING,
            Unresolved::BadGuid => MALFORMED_GUID,
            Unresolved::Segments => INVALID_ARGUMENTS,
        }
    }
}

/// `E_INVALIDARG` of the backup service, with a message made up for the occasion.
pub(crate) fn invalid(message: String) -> Refusal {
    Refusal::Fabric { status: BAD, code: FabricErrorCode::InvalidArgument, spelling: None, message, json: false }
}

/// An exception of the service's that it did not foresee.
pub(crate) fn unexpected(message: &str) -> Refusal {
    Refusal::Fabric {
        status: FAILED,
        code: FabricErrorCode::from_text("E_UNEXPECTED"),
        spelling: Some("E_UNEXPECTED"),
        message: message.to_owned(),
        json: false,
    }
}

/// A storage's own failure, under the HRESULT that the service has no name for.
pub(crate) fn storage(hresult: u32, message: &str) -> Refusal {
    Refusal::Fabric {
        status: FAILED,
        code: FabricErrorCode::Hresult(hresult),
        spelling: None,
        message: message.to_owned(),
        json: false,
    }
}

/// A refusal of the gateway's own: JSON, and labelled so.
fn gateway(status: StatusCode, code: &'static str, message: &str) -> Refusal {
    Refusal::Fabric {
        status,
        code: FabricErrorCode::from_text(code),
        spelling: Some(code),
        message: message.to_owned(),
        json: true,
    }
}

/// No operation stands under this method and path.
pub(crate) fn no_template() -> Refusal {
    gateway(BAD, "E_INVALIDARG", "The URI or the method of the request is none that this gateway serves.")
}

pub(crate) fn body_too_large() -> Refusal {
    gateway(StatusCode::PAYLOAD_TOO_LARGE, "FABRIC_E_MESSAGE_TOO_LARGE", "The message is too large.")
}

/// To a query that the gateway answers itself.
pub(crate) fn gateway_service_missing() -> Refusal {
    gateway(MISSING, "FABRIC_E_SERVICE_DOES_NOT_EXIST", "The service does not exist.")
}

/// The same of an application.
pub(crate) fn gateway_application_missing() -> Refusal {
    gateway(MISSING, "FABRIC_E_APPLICATION_NOT_FOUND", "The application does not exist.")
}

/// A query about the health of what is not there.
pub(crate) fn health_entity_missing() -> Refusal {
    gateway(MISSING, "FABRIC_E_HEALTH_ENTITY_NOT_FOUND", "The health entity does not exist.")
}

/// A query whose api-version is missing, malformed or newer than the runtime.
pub(crate) fn gateway_version() -> Refusal {
    gateway(BAD, "E_INVALIDARG", "The api-version of the request is missing, malformed or not supported.")
}

/// A query whose partition id is no GUID.
pub(crate) fn gateway_bad_partition() -> Refusal {
    gateway(BAD, "E_INVALIDARG", "The partition id of the request is malformed.")
}

/// The same of a partition.
pub(crate) fn gateway_partition_missing() -> Refusal {
    gateway(MISSING, "FABRIC_E_PARTITION_NOT_FOUND", "The partition does not exist.")
}

pub(crate) fn access_denied() -> Refusal {
    gateway(StatusCode::FORBIDDEN, "E_ACCESSDENIED", "Access Denied.")
}

/// The web framework's own words for a request that it could not bind.
pub(crate) fn invalid_request() -> Refusal {
    Refusal::Message(BAD, "The request is invalid.".into())
}

/// The web framework's own words for anything unforeseen.
pub(crate) fn unhandled() -> Refusal {
    Refusal::Message(FAILED, "An error has occurred.".into())
}
