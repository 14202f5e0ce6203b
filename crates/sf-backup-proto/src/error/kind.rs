//! The coarse meaning of an error, whatever its spelling.

use super::{AnswerShape, Cause, Error, FabricError, FabricErrorCode, Fault};

/// What an error means to a caller. Meanings that share an HTTP status are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request could not be built; nothing was sent.
    InvalidRequest,
    /// The server refused an argument (400).
    InvalidArgument,
    /// No or no valid credentials (401).
    Unauthorized,
    /// The credentials do not allow this (403).
    Forbidden,
    /// The application, service, partition or name does not exist (404).
    EntityNotFound,
    /// The policy does not exist (404).
    PolicyNotFound,
    /// Backup is not enabled where it has to be (404).
    BackupNotEnabled,
    /// The cluster has no fault analysis service, which restores need (404).
    FaultAnalysisServiceMissing,
    /// The cluster has no backup service (an empty 404).
    BackupServiceMissing,
    /// Another 404 with a code.
    NotFound,
    /// The policy's name is taken (409).
    PolicyExists,
    /// A backup or restore of the partition is running (409).
    InProgress,
    /// The state does not allow it: backup still enabled, or another conflict (400, 409).
    WrongState,
    /// The request is too large (413).
    TooLarge,
    /// The server or the gateway gave up waiting (504), or the client did.
    Timeout,
    /// Too many requests, or the service is moving (429, 502, 503).
    Unavailable,
    /// The server failed (500 and what else has no name here).
    Server,
    /// A reply of success that cannot be read.
    UnreadableReply,
    /// Nothing was sent: no connection.
    Unreachable,
    /// The server's identity was refused; nothing was sent.
    IdentityRefused,
    /// The request may have left, and no answer came.
    LostAnswer,
    /// A change was sent, its answer was lost, and no read tells what became of it.
    UnknownOutcome,
}

impl ErrorKind {
    /// In lower case with hyphens, as the command line prints it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid-request",
            Self::InvalidArgument => "invalid-argument",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::EntityNotFound => "entity-not-found",
            Self::PolicyNotFound => "policy-not-found",
            Self::BackupNotEnabled => "backup-not-enabled",
            Self::FaultAnalysisServiceMissing => "fault-analysis-service-missing",
            Self::BackupServiceMissing => "backup-service-missing",
            Self::NotFound => "not-found",
            Self::PolicyExists => "policy-exists",
            Self::InProgress => "in-progress",
            Self::WrongState => "wrong-state",
            Self::TooLarge => "too-large",
            Self::Timeout => "timeout",
            Self::Unavailable => "unavailable",
            Self::Server => "server",
            Self::UnreadableReply => "unreadable-reply",
            Self::Unreachable => "unreachable",
            Self::IdentityRefused => "identity-refused",
            Self::LostAnswer => "lost-answer",
            Self::UnknownOutcome => "unknown-outcome",
        }
    }

    pub(super) fn of<T>(cause: &Cause<T>) -> Self {
        match cause {
            Cause::Build(_) => Self::InvalidRequest,
            Cause::Fabric(error) => Self::of_answer(error),
            Cause::Reply(_) | Cause::RepeatedToken(_) => Self::UnreadableReply,
            Cause::Transport { fault: Fault::Unreachable, .. } => Self::Unreachable,
            Cause::Transport { fault: Fault::IdentityRefused, .. } => Self::IdentityRefused,
            Cause::Transport { fault: Fault::Lost, .. } => Self::LostAnswer,
            Cause::Transport { fault: Fault::TimedOut, .. } => Self::Timeout,
        }
    }

    /// By code first and by status second: the same code travels under different statuses.
    fn of_answer(error: &FabricError) -> Self {
        if let Some(kind) = error.code.as_ref().and_then(Self::of_code) {
            return kind;
        }
        match error.status.as_u16() {
            401 => Self::Unauthorized,
            403 => Self::Forbidden,
            404 if error.shape == AnswerShape::Empty => Self::BackupServiceMissing,
            404 => Self::NotFound,
            409 => Self::WrongState,
            413 => Self::TooLarge,
            504 => Self::Timeout,
            429 | 502 | 503 => Self::Unavailable,
            400..500 => Self::InvalidArgument,
            _ => Self::Server,
        }
    }

    fn of_code(code: &FabricErrorCode) -> Option<Self> {
        let name = code.facts()?.name;
        Some(match name {
            "E_ACCESSDENIED" => Self::Forbidden,
            "FABRIC_E_BACKUP_NOT_ENABLED" => Self::BackupNotEnabled,
            "FABRIC_E_BACKUP_POLICY_NOT_EXISTING" => Self::PolicyNotFound,
            "FABRIC_E_BACKUP_POLICY_ALREADY_EXISTING" => Self::PolicyExists,
            "FABRIC_E_BACKUP_IS_ENABLED" => Self::WrongState,
            "FABRIC_E_BACKUP_IN_PROGRESS" | "FABRIC_E_RESTORE_IN_PROGRESS" => Self::InProgress,
            "FABRIC_E_FAULT_ANALYSIS_SERVICE_NOT_EXISTING" => Self::FaultAnalysisServiceMissing,
            "FABRIC_E_TIMEOUT" => Self::Timeout,
            "FABRIC_E_APPLICATION_NOT_FOUND"
            | "FABRIC_E_SERVICE_DOES_NOT_EXIST"
            | "FABRIC_E_PARTITION_NOT_FOUND"
            | "FABRIC_E_NAME_DOES_NOT_EXIST" => Self::EntityNotFound,
            _ => return None,
        })
    }
}

impl std::fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// What to do: by code where it has one, else by kind.
pub(super) fn hint<T>(error: &Error<T>) -> Option<String> {
    let facts = error.fabric().and_then(|answer| answer.code.as_ref()).and_then(FabricErrorCode::facts);
    if let Some(facts) = facts {
        return Some(facts.action.to_owned());
    }
    let hint = match error.kind() {
        ErrorKind::BackupServiceMissing => {
            "the cluster runs no backup service (fabric:/System/BackupRestoreService): add BackupRestoreService to its \
             configuration; an entity that does not exist is answered with a code"
        }
        ErrorKind::Unauthorized => "give a client certificate or a token that the cluster knows",
        ErrorKind::Forbidden => "changes, and listing a storage, need the cluster's Admin role",
        ErrorKind::Unreachable => {
            "check the address and the port (the HTTP gateway's, 19080 unless configured otherwise)"
        }
        ErrorKind::Timeout if error.may_have_changed() => {
            "read the state before repeating this; a longer timeout may help"
        }
        ErrorKind::Timeout => "try again, with a longer timeout if it keeps happening",
        ErrorKind::LostAnswer if error.may_have_changed() => "read the state before repeating this",
        ErrorKind::Unavailable => "the backup service is busy or moving to another node: try again in a moment",
        _ => return None,
    };
    Some(hint.to_owned())
}
