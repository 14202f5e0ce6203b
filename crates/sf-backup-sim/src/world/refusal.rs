//! The error responses of the gateway and the backup service.

use http::StatusCode;
use sf_backup_proto::FabricErrorCode;

/// An error response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A response with a `FabricError` body.
    Fabric {
        /// The HTTP status.
        status: StatusCode,
        /// The error code.
        code: FabricErrorCode,
        /// The server's spelling of the code, if it differs from the published one.
        spelling: Option<&'static str>,
        /// The error message.
        message: String,
        /// Whether the content type is `application/json`, as from the gateway. The backup service sends `text/plain`.
        json: bool,
    },
    /// A response with the body `{"Message":…}`, as from the web framework.
    Message(StatusCode, String),
    /// A response without a body.
    Empty(StatusCode),
}
