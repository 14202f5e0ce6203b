//! Kinds of errors.

macro_rules! kinds {
    ($(#[$meta:meta])* ErrorKind { $($(#[$doc:meta])* $kind:ident = $name:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $($(#[$doc])* $kind,)+
        }

        impl ErrorKind {
            /// The kind in lower case with hyphens, as the command line prints it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }
        }
    };
}

kinds! {
    /// What an error means to a caller. Distinguishes meanings that share an HTTP status; a code has the same kind with any
    /// status. The statuses given here are the usual ones.
    ErrorKind {
        /// The request could not be built; nothing was sent.
        InvalidRequest = "invalid-request",
        /// The server refused an argument (400).
        InvalidArgument = "invalid-argument",
        /// The service keeps no state on disk, so that there is nothing to back up (400).
        NotStateful = "not-stateful",
        /// The backup does not fit the partition, or the partition key is invalid (400).
        PartitionMismatch = "partition-mismatch",
        /// The state does not allow it: backup still enabled, or another conflict (400, 409).
        Conflict = "conflict",
        /// No credentials, or none that the cluster knows (401, and 403 without a body).
        Unauthorized = "unauthorized",
        /// The credentials do not allow this (403).
        Forbidden = "forbidden",
        /// The application, service, partition or name does not exist (404).
        EntityNotFound = "entity-not-found",
        /// The policy does not exist (404).
        PolicyNotFound = "policy-not-found",
        /// Backup is not enabled where it has to be (404).
        BackupNotEnabled = "backup-not-enabled",
        /// The backup, or the folder or file that it was in, is not there (404, 500).
        BackupNotFound = "backup-not-found",
        /// The cluster has no fault analysis service, which restores need (404).
        FaultAnalysisServiceMissing = "fault-analysis-service-missing",
        /// The cluster has no backup service (404 without a body).
        BackupServiceMissing = "backup-service-missing",
        /// Another 404 with a code.
        NotFound = "not-found",
        /// The policy's name is taken (409).
        PolicyExists = "policy-exists",
        /// A backup of the partition is running (409).
        BackupInProgress = "backup-in-progress",
        /// A restore of the partition is running (409).
        RestoreInProgress = "restore-in-progress",
        /// The request is too large (413).
        TooLarge = "too-large",
        /// The server or the gateway gave up waiting (504), or the client did.
        Timeout = "timeout",
        /// Too many requests, or the service is moving (429, 502, 503).
        Unavailable = "unavailable",
        /// The storage cannot be reached, has no room, or refuses the policy's credentials (500).
        Storage = "storage",
        /// The backup to restore cannot be read: it is not there, or the storage refuses (500). No restore was started.
        BackupUnavailable = "backup-unavailable",
        /// The backup, or its chain, is damaged (500).
        BackupUnusable = "backup-unusable",
        /// The server failed (500, and any other error).
        Server = "server",
        /// A response that cannot be read: invalid content, an unexpected status below 400, a body that is too large or not
        /// HTTP, or a list that would never end.
        UnreadableResponse = "unreadable-response",
        /// The client's settings contradict each other; nothing was sent.
        Settings = "settings",
        /// There is no credential to send; nothing was sent.
        Credential = "credential",
        /// Nothing was sent: no connection.
        Unreachable = "unreachable",
        /// The server's identity was refused; nothing was sent.
        IdentityRefused = "identity-refused",
        /// The request may have been sent, but no response arrived.
        ResponseLost = "response-lost",
        /// The response to a change was lost, and no read shows whether the change was made.
        UnknownOutcome = "unknown-outcome",
    }
}

impl ErrorKind {
    /// Whether the error concerns the client's settings, identity or permissions, or the server's identity. Other calls
    /// of the same client would fail as well.
    pub fn is_about_access(self) -> bool {
        let on_this_side = matches!(self, Self::Settings | Self::Credential);
        on_this_side || matches!(self, Self::Unauthorized | Self::Forbidden | Self::IdentityRefused)
    }
}

impl std::fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
