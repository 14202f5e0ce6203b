//! The kind of an error, from its cause.

use super::{Cause, ErrorKind, FabricError, FabricErrorCode, NotAttempted, ResponseShape, TransportErrorKind};
use crate::spec::OperationSpec;

pub(super) fn of<T>(cause: &Cause<T>, operation: &OperationSpec) -> ErrorKind {
    match cause {
        Cause::Build(_) => ErrorKind::InvalidRequest,
        Cause::Fabric(error) => of_response(error, operation),
        Cause::OutOfTime => ErrorKind::Timeout,
        Cause::Response(_) | Cause::RepeatedToken(_) | Cause::EmptyPages(_) | Cause::TooManyItems(_) => {
            ErrorKind::UnreadableResponse
        }
        Cause::Transport { fault, .. } => match fault {
            TransportErrorKind::Unreachable => ErrorKind::Unreachable,
            TransportErrorKind::IdentityRefused => ErrorKind::IdentityRefused,
            TransportErrorKind::ClientRefused | TransportErrorKind::ClientRefusedLate => ErrorKind::Unauthorized,
            TransportErrorKind::Lost => ErrorKind::ResponseLost,
            TransportErrorKind::TimedOut => ErrorKind::Timeout,
            TransportErrorKind::Rejected => ErrorKind::UnreadableResponse,
            TransportErrorKind::NotAttempted(NotAttempted::Settings) => ErrorKind::Settings,
            TransportErrorKind::NotAttempted(NotAttempted::Credential) => ErrorKind::Credential,
        },
    }
}

/// By code first, then by status: the same code occurs with different statuses.
fn of_response(error: &FabricError, operation: &OperationSpec) -> ErrorKind {
    let asks_backup_service = operation.fixed.is_none(); // the other rows are queries of the cluster manager
    if asks_backup_service && misses_backup_service(error, operation) {
        return ErrorKind::BackupServiceMissing;
    }
    if error.is_unreadable_backup() {
        return ErrorKind::BackupUnavailable;
    }
    match error.code.as_ref().and_then(FabricErrorCode::facts) {
        Some(facts) => facts.kind,
        None => of_status(error),
    }
}

fn of_status(error: &FabricError) -> ErrorKind {
    match error.status.as_u16() {
        401 => ErrorKind::Unauthorized,
        // The gateway refuses an unknown certificate without a body, and an insufficient role with a code.
        403 if error.shape == ResponseShape::Empty => ErrorKind::Unauthorized,
        403 => ErrorKind::Forbidden,
        404 => ErrorKind::NotFound,
        409 => ErrorKind::Conflict,
        413 => ErrorKind::TooLarge,
        408 | 504 => ErrorKind::Timeout,
        429 | 502 | 503 => ErrorKind::Unavailable,
        400..500 => ErrorKind::InvalidArgument,
        // Another success than the operation's own, or a redirection: not a response of this API.
        ..400 => ErrorKind::UnreadableResponse,
        _ => ErrorKind::Server,
    }
}
/// Whether the response means that the backup service itself does not exist: a bare 404, which the service never sends, or,
/// from some clusters, the code for an unknown service or name. A code means the backup service only if the call names no
/// service or partition, or if the message names the backup service; otherwise it means the entity of the call.
fn misses_backup_service(error: &FabricError, operation: &OperationSpec) -> bool {
    let path = operation.path;
    let names_another = match error.code {
        None => return error.status.as_u16() == 404 && error.shape == ResponseShape::Empty,
        Some(FabricErrorCode::ServiceNotFound) => path.starts_with("/Services/") || path.starts_with("/Partitions/"),
        Some(FabricErrorCode::NameNotFound) => !path.starts_with("/BackupRestore/"),
        Some(_) => return false,
    };
    !names_another || error.message.as_ref().is_some_and(|message| message.contains("BackupRestoreService"))
}

#[cfg(test)]
mod tests;
