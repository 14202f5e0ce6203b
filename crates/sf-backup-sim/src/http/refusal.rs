//! The refusals of the gateway and of the web framework: status, code and message of each.

use crate::world::refusal::Refusal;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use serde_json::{Value, json};
use sf_backup_proto::FabricErrorCode;

const JSON: &str = "application/json; charset=utf-8";

impl Refusal {
    /// Converts the refusal to an HTTP response.
    pub fn into_response(self) -> Response<Bytes> {
        let (status, label, body) = match self {
            Self::Fabric { status, code, spelling, message, json } => {
                let label = if json { JSON } else { "text/plain; charset=utf-8" };
                let code = spelling.map_or_else(|| json!(code), Value::from);
                (status, Some(label), json!({ "Error": { "Code": code, "Message": message } }).to_string())
            }
            Self::Message(status, message) => (status, Some(JSON), json!({ "Message": message }).to_string()),
            Self::Empty(status) => (status, None, String::new()),
        };
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = status;
        if let Some(label) = label {
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(label));
        }
        response
    }
}

const BAD: StatusCode = StatusCode::BAD_REQUEST;
const MISSING: StatusCode = StatusCode::NOT_FOUND;
const FAILED: StatusCode = StatusCode::INTERNAL_SERVER_ERROR;

/// A refusal of the gateway: JSON with the content type of JSON.
fn gateway(status: StatusCode, code: &'static str, message: &str) -> Refusal {
    Refusal::Fabric {
        status,
        code: FabricErrorCode::from_text(code),
        spelling: Some(code),
        message: message.to_owned(),
        json: true,
    }
}

/// No operation has this method and path.
pub(crate) fn no_template() -> Refusal {
    gateway(BAD, "E_INVALIDARG", "This gateway does not serve this URI and method.")
}

pub(crate) fn body_too_large() -> Refusal {
    gateway(StatusCode::PAYLOAD_TOO_LARGE, "FABRIC_E_MESSAGE_TOO_LARGE", "The message is too large.")
}

/// The service of an inventory query does not exist.
pub(crate) fn gateway_service_missing() -> Refusal {
    gateway(MISSING, "FABRIC_E_SERVICE_DOES_NOT_EXIST", "The service does not exist.")
}

/// The application of an inventory query does not exist.
pub(crate) fn gateway_application_missing() -> Refusal {
    gateway(MISSING, "FABRIC_E_APPLICATION_NOT_FOUND", "The application does not exist.")
}

/// The entity of a health query does not exist.
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

/// The partition of an inventory query does not exist.
pub(crate) fn gateway_partition_missing() -> Refusal {
    gateway(MISSING, "FABRIC_E_PARTITION_NOT_FOUND", "The partition does not exist.")
}

/// The node of an inventory query does not exist.
pub(crate) fn gateway_node_missing() -> Refusal {
    gateway(MISSING, "FABRIC_E_NODE_NOT_FOUND", "The node does not exist.")
}

/// The replica of an inventory query does not exist.
pub(crate) fn gateway_replica_missing() -> Refusal {
    gateway(MISSING, "FABRIC_E_REPLICA_DOES_NOT_EXIST", "The replica does not exist.")
}

/// The application type of an inventory query does not exist.
pub(crate) fn gateway_application_type_missing() -> Refusal {
    gateway(MISSING, "FABRIC_E_APPLICATION_TYPE_NOT_FOUND", "The application type does not exist.")
}

/// The body of an inventory query is malformed.
pub(crate) fn gateway_bad_body() -> Refusal {
    gateway(BAD, "E_INVALIDARG", "The body of the request is malformed.")
}

pub(crate) fn access_denied() -> Refusal {
    gateway(StatusCode::FORBIDDEN, "E_ACCESSDENIED", "Access Denied.")
}

/// The error of the web framework for a request that it cannot bind.
pub(crate) fn invalid_request() -> Refusal {
    Refusal::Message(BAD, "The request is invalid.".into())
}

/// The error of the web framework for an unhandled exception.
pub(crate) fn unhandled() -> Refusal {
    Refusal::Message(FAILED, "An error has occurred.".into())
}
