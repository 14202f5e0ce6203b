//! The coarse meaning of an error.

/// What an error means to a caller. Meanings that share an HTTP status are told apart, and a code has one meaning under
/// whatever status it comes; the statuses given here are the usual ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request could not be built; nothing was sent.
    InvalidRequest,
    /// The server refused an argument (400).
    InvalidArgument,
    /// The service keeps no state on disk, so that there is nothing to back up (400).
    NotStateful,
    /// The backup does not fit the partition, or the partition cannot be told (400).
    PartitionMismatch,
    /// The state does not allow it: backup still enabled, or another conflict (400, 409).
    Conflict,
    /// No credentials, or none that the cluster knows (401, and 403 without a body).
    Unauthorized,
    /// The credentials do not allow this (403).
    Forbidden,
    /// The application, service, partition or name does not exist (404).
    EntityNotFound,
    /// The policy does not exist (404).
    PolicyNotFound,
    /// Backup is not enabled where it has to be (404).
    BackupNotEnabled,
    /// The backup, or the folder or file that it was in, is not there (404, 500).
    BackupNotFound,
    /// The cluster has no fault analysis service, which restores need (404).
    FaultAnalysisServiceMissing,
    /// The cluster has no backup service (404 without a body).
    BackupServiceMissing,
    /// Another 404 with a code.
    NotFound,
    /// The policy's name is taken (409).
    PolicyExists,
    /// A backup of the partition is running (409).
    BackupInProgress,
    /// A restore of the partition is running (409).
    RestoreInProgress,
    /// The request is too large (413).
    TooLarge,
    /// The server or the gateway gave up waiting (504), or the client did.
    Timeout,
    /// Too many requests, or the service is moving (429, 502, 503).
    Unavailable,
    /// The storage cannot be reached, has no room, or refuses the policy's credentials (500).
    Storage,
    /// The backup to restore cannot be read: it is not there, or the storage refuses (500). Nothing was begun.
    BackupUnavailable,
    /// The backup, or its chain, is damaged (500).
    BackupUnusable,
    /// The server failed (500 and what else has no name here).
    Server,
    /// A reply of success that cannot be read, a status below 400 that the operation never answers, an answer that is too
    /// large or not HTTP, or a list that would never end.
    UnreadableResponse,
    /// The client's settings do not go together; nothing was sent.
    Settings,
    /// There is no credential to send; nothing was sent.
    Credential,
    /// Nothing was sent: no connection.
    Unreachable,
    /// The server's identity was refused; nothing was sent.
    IdentityRefused,
    /// The request may have left, and no answer came.
    ResponseLost,
    /// The response to a change was lost, and no read shows whether the change was made.
    UnknownOutcome,
}

impl ErrorKind {
    /// Whether it is about who asks, or who answers, and not about what was asked: another call would fare no better.
    pub fn is_about_access(self) -> bool {
        let on_this_side = matches!(self, Self::Settings | Self::Credential);
        on_this_side || matches!(self, Self::Unauthorized | Self::Forbidden | Self::IdentityRefused)
    }

    /// In lower case with hyphens, as the command line prints it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid-request",
            Self::InvalidArgument => "invalid-argument",
            Self::NotStateful => "not-stateful",
            Self::PartitionMismatch => "partition-mismatch",
            Self::Conflict => "conflict",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::EntityNotFound => "entity-not-found",
            Self::PolicyNotFound => "policy-not-found",
            Self::BackupNotEnabled => "backup-not-enabled",
            Self::BackupNotFound => "backup-not-found",
            Self::FaultAnalysisServiceMissing => "fault-analysis-service-missing",
            Self::BackupServiceMissing => "backup-service-missing",
            Self::NotFound => "not-found",
            Self::PolicyExists => "policy-exists",
            Self::BackupInProgress => "backup-in-progress",
            Self::RestoreInProgress => "restore-in-progress",
            Self::TooLarge => "too-large",
            Self::Timeout => "timeout",
            Self::Unavailable => "unavailable",
            Self::Storage => "storage",
            Self::BackupUnavailable => "backup-unavailable",
            Self::BackupUnusable => "backup-unusable",
            Self::Server => "server",
            Self::UnreadableResponse => "unreadable-response",
            Self::Settings => "settings",
            Self::Credential => "credential",
            Self::Unreachable => "unreachable",
            Self::IdentityRefused => "identity-refused",
            Self::ResponseLost => "response-lost",
            Self::UnknownOutcome => "unknown-outcome",
        }
    }
}

impl std::fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
