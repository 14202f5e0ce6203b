//! What an error means for the next step of a call.

use crate::error::{Cause, Error, FabricErrorCode, ResponseShape, TransportErrorKind};

/// What to do about an error, apart from the operation's nature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Classification {
    /// The token may have run out.
    StaleToken,
    /// An argument is refused: the api-version, perhaps. The message is free text and does not tell.
    RefusedArgument,
    /// Nothing was done, and another time it may be: too many requests, or a code that passes.
    NotDone,
    /// It may have been done or not, and may go well another time.
    Lost,
    /// The gateway knows no backup service: another endpoint's may.
    NotHere,
    /// A response came, and is of no use; the change, if it is one, may be done.
    Unusable,
    /// It stays as it is.
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

/// Whether the backup service has come past its look at the api-version: with a response of its own to what was asked. The
/// gateway's responses, and those about who is asking, come before that.
pub(super) fn version_was_accepted<T>(error: &Error<T>) -> bool {
    error
        .fabric()
        .is_some_and(|response| response.code.is_some() && matches!(response.status.as_u16(), 400 | 404 | 409))
}
