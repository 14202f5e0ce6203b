//! The exit codes, and their causes.

use sf_backup_proto::error::Cause;
use sf_backup_proto::{Error, ErrorKind};

/// The exit code of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Success.
    Done = 0,
    /// Any other error.
    Failed = 1,
    /// Invalid arguments or files, or a refusal to send. Nothing was sent.
    Usage = 2,
    /// The entity does not exist, or backup is not enabled on it.
    NotFound = 3,
    /// Conflict with the state of the cluster.
    Conflict = 4,
    /// Access denied.
    NotAllowed = 5,
    /// Timed out.
    TimedOut = 6,
    /// No endpoint could be reached.
    Unreachable = 7,
    /// The backup or restore itself failed.
    OperationFailed = 8,
    /// A change was sent, its response was lost, and its outcome could not be determined.
    Unknown = 9,
    /// The cluster lacks a required service.
    Lacking = 10,
    /// An audit: something is not protected.
    Unprotected = 20,
    /// An audit: nothing is known to be unprotected, but something is Unknown or Pending.
    Undetermined = 21,
    /// An audit: everything is protected, and the notification could not be sent.
    NotNotified = 22,
    /// The command succeeded, but the outcome of a change is missing in the log.
    NotLogged = 23,
    /// A drill: everything was restored, and the probe failed.
    ProbeFailed = 24,
    /// Interrupted.
    Interrupted = 130,
}

impl Exit {
    /// The code for a failed call.
    pub(crate) fn of<T>(error: &Error<T>) -> Self {
        let unanswered = matches!(error.cause(), Cause::Transport { .. });
        if unanswered && error.may_have_changed() {
            return Self::Unknown;
        }
        let coded = error.fabric().is_some_and(|response| response.code.is_some());
        match error.kind() {
            ErrorKind::InvalidRequest | ErrorKind::Settings => Self::Usage,
            ErrorKind::BackupUnavailable => Self::OperationFailed,
            ErrorKind::EntityNotFound
            | ErrorKind::PolicyNotFound
            | ErrorKind::BackupNotEnabled
            | ErrorKind::BackupNotFound => Self::NotFound,
            // A 404 without an error code may come from another server, not from the cluster.
            ErrorKind::NotFound if coded => Self::NotFound,
            ErrorKind::PolicyExists
            | ErrorKind::BackupInProgress
            | ErrorKind::RestoreInProgress
            | ErrorKind::NotStateful
            | ErrorKind::PartitionMismatch
            | ErrorKind::Conflict => Self::Conflict,
            ErrorKind::Unauthorized | ErrorKind::Forbidden | ErrorKind::IdentityRefused | ErrorKind::Credential => {
                Self::NotAllowed
            }
            ErrorKind::Unreachable => Self::Unreachable,
            ErrorKind::UnknownOutcome => Self::Unknown,
            ErrorKind::Timeout => Self::TimedOut,
            ErrorKind::BackupServiceMissing | ErrorKind::FaultAnalysisServiceMissing => Self::Lacking,
            _ => Self::Failed,
        }
    }

    /// The exit code of a run with several outcomes.
    pub(crate) fn worst(exits: impl IntoIterator<Item = Self>) -> Self {
        exits.into_iter().min_by_key(|exit| exit.rank()).unwrap_or(Self::Done)
    }

    /// Lower is worse.
    fn rank(self) -> u8 {
        match self {
            Self::Interrupted => 0,
            // Codes of an audit or a drill, which have one outcome, or of a command that succeeded.
            Self::Unprotected | Self::Undetermined | Self::NotNotified | Self::NotLogged | Self::ProbeFailed => 0,
            Self::Unknown => 1,
            Self::OperationFailed => 2,
            Self::TimedOut => 3,
            Self::Failed => 4,
            Self::Unreachable => 5,
            Self::Lacking => 6,
            Self::NotAllowed => 7,
            Self::Conflict => 8,
            Self::NotFound => 9,
            Self::Usage => 10,
            Self::Done => 11,
        }
    }

    /// The exit code of the process.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use sf_backup_proto::error::{NotAttempted, TransportErrorKind};
    use sf_backup_proto::flow::{Cluster, Exchange, Moment, Outcome, RetryPolicy, Step};
    use sf_backup_proto::{
        Endpoint, GetBackupPolicyList, Operation, RequestOptions, SkipRestorePartition, SuspendServiceBackup, Target,
    };

    use super::*;

    /// The exit code for a call without a response.
    fn unanswered(call: impl Operation, fault: TransportErrorKind) -> Exit {
        let endpoint: Endpoint = "http://localhost:19080".parse().unwrap();
        let once = RetryPolicy { max_attempts: 1, ..RetryPolicy::default() };
        let cluster = Cluster::new(endpoint, 1);
        let mut exchange: Exchange<_, &str> = Exchange::new(&cluster, call, RequestOptions::new().retry(once));
        assert!(matches!(exchange.step(Moment::START), Step::Send(_)));
        exchange.report(Outcome::Failed { fault, source: "nobody is there" }, Moment::START);
        match exchange.step(Moment::START) {
            Step::Done(Err(error)) => Exit::of(&error),
            step => panic!("{step:?}"),
        }
    }

    #[test]
    fn the_exit_code_without_a_response_depends_on_possible_changes() {
        let read = GetBackupPolicyList::new;
        let change = || SuspendServiceBackup::new("fabric:/A/S".parse().unwrap());
        assert_eq!(unanswered(read(), TransportErrorKind::Unreachable), Exit::Unreachable);
        assert_eq!(unanswered(change(), TransportErrorKind::Unreachable), Exit::Unreachable);
        assert_eq!(unanswered(read(), TransportErrorKind::IdentityRefused), Exit::NotAllowed);
        assert_eq!(unanswered(read(), TransportErrorKind::TimedOut), Exit::TimedOut);
        assert_eq!(unanswered(read(), TransportErrorKind::Lost), Exit::Failed);
        assert_eq!(unanswered(read(), TransportErrorKind::Rejected), Exit::Failed);
        assert_eq!(unanswered(change(), TransportErrorKind::Rejected), Exit::Unknown);
        assert_eq!(unanswered(change(), TransportErrorKind::NotAttempted(NotAttempted::Settings)), Exit::Usage);
        assert_eq!(unanswered(change(), TransportErrorKind::NotAttempted(NotAttempted::Credential)), Exit::NotAllowed);
        assert_eq!(unanswered(change(), TransportErrorKind::TimedOut), Exit::Unknown);
        assert_eq!(unanswered(change(), TransportErrorKind::Lost), Exit::Unknown);
        let skip = SkipRestorePartition::new(uuid::Uuid::from_u128(1).into());
        assert_eq!(unanswered(skip, TransportErrorKind::Lost), Exit::Unknown);
    }

    #[test]
    fn the_worst_exit_code_counts() {
        use Exit::*;
        let order =
            [Unknown, OperationFailed, TimedOut, Failed, Unreachable, Lacking, NotAllowed, Conflict, NotFound, Done];
        assert_eq!(order.map(Exit::code), [9, 8, 6, 1, 7, 10, 5, 4, 3, 0]);
        for (at, worse) in order.iter().enumerate() {
            assert_eq!(Exit::worst(order.into_iter().skip(at)), *worse);
            assert_eq!(Exit::worst(order.into_iter().skip(at).collect::<Vec<_>>().into_iter().rev()), *worse);
        }
        assert_eq!(Exit::worst([]), Done);
    }

    #[test]
    fn invalid_requests_are_usage_errors() {
        let pinned = Target::new("http://localhost:19080".parse().unwrap())
            .api_version(sf_backup_proto::ApiVersion::V6_2_PREVIEW);
        let call = SkipRestorePartition::new(uuid::Uuid::from_u128(1).into());
        let error: Error<Infallible> = call.to_request(&pinned).unwrap_err();
        assert_eq!(Exit::of(&error), Exit::Usage);
    }
}
