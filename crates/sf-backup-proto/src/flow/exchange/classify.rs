//! What an error means for the next step of a call.

use crate::error::{Cause, Error, FabricErrorCode, ResponseShape, TransportErrorKind};

/// What to do about an error, regardless of the operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Classification {
    /// The token may have expired.
    StaleToken,
    /// An argument was rejected, possibly the api-version. The message is free text and does not identify the argument.
    RefusedArgument,
    /// Nothing was done, and a retry may succeed: too many requests, or a transient code.
    NotDone,
    /// It may have been done, and a retry may succeed.
    Lost,
    /// The gateway knows no backup service; the one at another endpoint may.
    NotHere,
    /// The response is unusable; a change may have been made.
    Unusable,
    /// No retry helps.
    Final,
}

impl Classification {
    pub(super) fn of<T>(error: &Error<T>, may_refresh: bool) -> Self {
        let response = match error.cause() {
            Cause::Fabric(response) => response,
            Cause::Transport {
                fault: TransportErrorKind::Rejected | TransportErrorKind::ClientRefusedLate, ..
            } => {
                return Self::Unusable;
            }
            Cause::Transport { fault: TransportErrorKind::NotAttempted(_), .. } => return Self::Final,
            Cause::Transport { .. } => return Self::Lost,
            _ => return Self::Final,
        };
        let foreign = response.code.is_none() && matches!(response.shape, ResponseShape::Empty | ResponseShape::Html);
        match response.status.as_u16() {
            401 | 403 if may_refresh => Self::StaleToken,
            400 if response.code == Some(FabricErrorCode::InvalidArgument) => Self::RefusedArgument,
            404 if foreign => Self::NotHere,
            400..500 if response.is_transient() => Self::NotDone,
            500.. if response.is_transient() => Self::Lost,
            _ => Self::Final,
        }
    }
}

/// Whether the error shows that the backup service accepted the api-version: the service checks it before the rest of
/// the request. Errors of the gateway and of authentication come before that check.
pub(super) fn version_was_accepted<T>(error: &Error<T>) -> bool {
    error
        .fabric()
        .is_some_and(|response| response.code.is_some() && matches!(response.status.as_u16(), 400 | 404 | 409))
}
