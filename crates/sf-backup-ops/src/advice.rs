//! What operators can do about errors: the meaning, the usual cause and the remedy of every known code, and hints.
//!
//! No text here names an option or a command of the command line.

use sf_backup_proto::error::LostOutcome;
use sf_backup_proto::operation::ExpectedState;
use sf_backup_proto::{Endpoint, Error, ErrorKind, FabricErrorCode};

mod codes;

/// What an error code means to an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CodeAdvice {
    /// The code's name: see [`CodeFacts::name`](sf_backup_proto::error::CodeFacts::name).
    pub name: &'static str,
    /// What the code means.
    pub meaning: &'static str,
    /// Why it usually happens to a backup client.
    pub cause: &'static str,
    /// What to do.
    pub action: &'static str,
}

impl CodeAdvice {
    /// Returns the advice for a code; `None` for an unknown code.
    ///
    /// ```
    /// use sf_backup_ops::advice::CodeAdvice;
    /// use sf_backup_proto::FabricErrorCode;
    ///
    /// let advice = CodeAdvice::of(&FabricErrorCode::from_text("0x80071C75")).unwrap();
    /// assert_eq!(advice.name, "FABRIC_E_BACKUP_POLICY_NOT_EXISTING");
    /// assert!(CodeAdvice::of(&FabricErrorCode::from_text("NotFound")).is_none());
    /// ```
    pub fn of(code: &FabricErrorCode) -> Option<&'static Self> {
        let name = code.facts()?.name;
        Self::all().find(|advice| advice.name == name)
    }

    /// Returns the advice for every known code.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        codes::ALL.iter().copied().flatten()
    }
}

/// Returns what to do about a failed call, if known: by its code, or for an unknown code by its kind.
pub fn hint<T>(error: &Error<T>) -> Option<String> {
    let kind = error.kind();
    if let Some(LostOutcome::Unknown(expected)) = error.lost_outcome() {
        return Some(format!("before repeating this, check {}", evidence(expected)));
    }
    // A kind that does not follow from the code is more specific than the code.
    let code = error.fabric().and_then(|response| response.code.as_ref());
    let code = code.filter(|code| code.facts().is_some_and(|facts| facts.kind == kind));
    let hint = match code.and_then(CodeAdvice::of) {
        Some(advice) => advice.action,
        None if error.endpoint().is_some_and(is_client_endpoint) && is_without_http(error) => CLIENT_PORT,
        None => of_kind(kind, error.may_have_changed())?,
    };
    Some(hint.to_owned())
}

/// The advice for an endpoint that [`is_client_endpoint`].
pub const CLIENT_PORT: &str =
    "port 19000 is for Service Fabric's own protocol; the HTTP gateway's port is 19080 unless configured otherwise";

/// Whether the port is that of Service Fabric's own protocol, which its PowerShell module uses, instead of the HTTP
/// gateway's.
pub fn is_client_endpoint(endpoint: &Endpoint) -> bool {
    endpoint.port() == 19000
}

/// Whether the other side does not speak HTTP.
fn is_without_http<T>(error: &Error<T>) -> bool {
    let kind = error.kind();
    let is_silent = matches!(kind, ErrorKind::Unreachable | ErrorKind::Timeout | ErrorKind::ResponseLost);
    error.fabric().is_none() && !error.may_have_changed() && (is_silent || kind == ErrorKind::UnreadableResponse)
}

/// Returns where to see whether the cluster is in the state after a lost change.
fn evidence(expected: &ExpectedState) -> &'static str {
    match expected {
        ExpectedState::Stored(..) | ExpectedState::Deleted(_) => "the policy",
        ExpectedState::DisabledApplication(_)
        | ExpectedState::DisabledService(_)
        | ExpectedState::DisabledPartition(_) => "the entity's backup configuration",
        ExpectedState::BackedUp(_) => "the partition's backup progress and its list of backups",
        ExpectedState::Restored(_) => "the partition's restore progress",
        ExpectedState::Unobservable => "the partition's health and whether it accepts writes again",
    }
}

/// `None` if the error itself contains the remedy, or always has a code.
fn of_kind(kind: ErrorKind, may_have_changed: bool) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::BackupServiceMissing => {
            "the cluster runs no backup service (fabric:/System/BackupRestoreService): add BackupRestoreService to its \
             configuration; for an entity that does not exist, the cluster returns another code"
        }
        ErrorKind::InvalidArgument => {
            "read the message, and check that the cluster's release supports the request and the api-version"
        }
        ErrorKind::Unauthorized => {
            "use a client certificate or token that the cluster accepts, and check that it has not expired"
        }
        ErrorKind::Forbidden => {
            "changes, and listing a storage, require the cluster's Admin role; a proxy or firewall in between may \
                also have refused the request"
        }
        ErrorKind::NotFound => {
            "check the address: the server may not be the cluster's HTTP gateway, or the gateway may be below a path"
        }
        ErrorKind::Conflict => "read the state, and try again when the conflict is resolved",
        ErrorKind::TooLarge => "make the request smaller; a proxy in between may limit its size",
        ErrorKind::Unreachable => {
            "check the address and the port (the HTTP gateway's, 19080 unless configured otherwise)"
        }
        ErrorKind::IdentityRefused => {
            "if the certificate shown is the cluster's, pin it or name its issuer; if not, stop: another server \
                responds in the cluster's place"
        }
        ErrorKind::Timeout if may_have_changed => "read the state before repeating this; a longer timeout may help",
        ErrorKind::Timeout => "try again, with a longer timeout if it keeps happening",
        ErrorKind::ResponseLost if may_have_changed => "read the state before repeating this",
        ErrorKind::ResponseLost => "try again: nothing was changed",
        ErrorKind::Unavailable => "the backup service is busy or moving to another node: try again in a moment",
        ErrorKind::Server => {
            "check the health of fabric:/System/BackupRestoreService and of the storage; the request id identifies \
                the request in the cluster's traces"
        }
        ErrorKind::BackupUnavailable => {
            "the backup does not exist or the storage refuses access; nothing was started: check that the backup is \
                still listed, and that the storage and its credentials are those of the backup"
        }
        ErrorKind::Credential => "check the source of the token (file, command or callback), and try again",
        ErrorKind::UnreadableResponse => {
            "check that the address is the cluster's HTTP gateway, and whether a newer release of sf-backup supports \
                the cluster's runtime"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
