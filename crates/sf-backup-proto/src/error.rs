//! Errors: what happened, to which entity, and whether the cluster may have changed.

pub(crate) mod fabric;
mod kind;
mod transport;

use std::convert::Infallible;
use std::fmt;

pub use crate::code::{CodeFacts, ErrorKind, FabricErrorCode};
pub use crate::expected::ExpectedState;
pub use crate::response::ResponseError;
pub use crate::validation::BuildError;
pub use crate::wire::ReadError;
pub use fabric::{FabricError, ResponseShape};
pub use transport::{NotAttempted, TransportErrorKind};

use crate::cluster::Endpoint;
use crate::spec::OperationSpec;
use crate::text::one_line;

/// What verification found out about a change whose response was lost.
#[derive(Debug, Clone, PartialEq)]
pub enum LostOutcome {
    /// The change was not made and will not be made later.
    NotDone,
    /// No permitted read shows whether the change was made. Check by hand whether the cluster is in this state.
    Unknown(ExpectedState),
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Cause<T = Infallible> {
    /// The request could not be built; nothing was sent.
    #[error(transparent)]
    Build(BuildError),
    /// The response is an error.
    #[error(transparent)]
    Fabric(FabricError),
    /// The response reports success, but cannot be read.
    #[error(transparent)]
    Response(ResponseError),
    /// The server repeated a continuation token, so that the list would never end.
    #[error("the server repeats the continuation token {:?}: the list would never end", one_line(.0.as_str(), 200))]
    RepeatedToken(crate::name::ContinuationToken),
    /// This many consecutive pages of a list were empty, each with a token for the next.
    #[error("the server sent {0} pages in a row without an item, and a continuation token with each")]
    EmptyPages(u32),
    /// The time limit of the call passed before the next request could be sent.
    #[error("the call timed out before it could be sent")]
    OutOfTime,
    /// A list to be collected in memory has more than this many items.
    #[error("the list has more than {0} items, and was not read further; request a part of it")]
    TooManyItems(usize),
    /// No usable response: the transport's own error.
    #[error("{}", match fault {
        TransportErrorKind::Unreachable => "no connection, nothing was sent",
        TransportErrorKind::IdentityRefused => "the server's identity was refused, nothing was sent",
        TransportErrorKind::ClientRefused => "the server refuses this client, nothing was done",
        TransportErrorKind::ClientRefusedLate => "the server refuses this client after a request may have been sent",
        TransportErrorKind::Lost => "the connection broke before the response was complete",
        TransportErrorKind::TimedOut => "no response arrived in time",
        TransportErrorKind::Rejected => "the response cannot be used",
        TransportErrorKind::NotAttempted(NotAttempted::Settings) => "the client's settings cannot be used, nothing was sent",
        TransportErrorKind::NotAttempted(NotAttempted::Credential) => "no credential, nothing was sent",
    })]
    Transport {
        /// How.
        fault: TransportErrorKind,
        /// Why.
        source: T,
    },
}

impl<T> Cause<T> {
    /// Whether the server may have carried out the attempt that failed for this reason.
    fn maybe_applied(&self) -> bool {
        match self {
            Self::Fabric(error) => error.maybe_applied(),
            Self::Response(_) => true,
            Self::Transport { fault, .. } => fault.may_have_been_sent(),
            _ => false,
        }
    }
}

/// The error of a call: the cause and the call. `T` is the transport's own error.
///
/// `Display` is one line: the operation, the entity, the endpoint and the cause.
#[derive(Debug)]
pub struct Error<T = Infallible>(Box<Failure<T>>);

#[derive(Debug)]
struct Failure<T> {
    call: FailedCall,
    cause: Cause<T>,
    /// Why the source of tokens failed after the cluster rejected a token.
    no_fresh_token: Option<T>,
}

#[derive(Debug)]
struct FailedCall {
    operation: &'static OperationSpec,
    entity: Option<String>,
    endpoint: Option<Endpoint>,
    attempts: u32,
    request_id: Option<String>,
    lost_outcome: Option<LostOutcome>,
    /// Whether the server may have carried out an earlier attempt.
    earlier_maybe_applied: bool,
}

impl<T> Error<T> {
    pub(crate) fn new(operation: &'static OperationSpec, entity: Option<String>, cause: Cause<T>) -> Self {
        let call = FailedCall {
            operation,
            entity,
            endpoint: None,
            attempts: 0,
            request_id: None,
            lost_outcome: None,
            earlier_maybe_applied: false,
        };
        Self(Box::new(Failure { call, cause, no_fresh_token: None }))
    }

    pub(crate) fn at(mut self, endpoint: &Endpoint, attempts: u32, request_id: Option<String>) -> Self {
        let call = &mut self.0.call;
        (call.endpoint, call.attempts, call.request_id) = (Some(endpoint.clone()), attempts, request_id);
        self
    }

    /// Converts the transport's own error.
    pub fn map_transport<U>(self, map: impl Fn(T) -> U) -> Error<U> {
        let Failure { call, cause, no_fresh_token } = *self.0;
        let cause = match cause {
            Cause::Build(error) => Cause::Build(error),
            Cause::Fabric(error) => Cause::Fabric(error),
            Cause::Response(error) => Cause::Response(error),
            Cause::RepeatedToken(token) => Cause::RepeatedToken(token),
            Cause::EmptyPages(count) => Cause::EmptyPages(count),
            Cause::OutOfTime => Cause::OutOfTime,
            Cause::TooManyItems(limit) => Cause::TooManyItems(limit),
            Cause::Transport { fault, source } => Cause::Transport { fault, source: map(source) },
        };
        Error(Box::new(Failure { call, cause, no_fresh_token: no_fresh_token.map(map) }))
    }

    /// Attributes the error to another operation, for which this one was called.
    pub(crate) fn on_behalf_of(mut self, operation: &'static OperationSpec, entity: Option<String>) -> Self {
        (self.0.call.operation, self.0.call.entity) = (operation, entity);
        self
    }

    pub(crate) fn with_lost_outcome(mut self, outcome: LostOutcome) -> Self {
        self.0.call.lost_outcome = Some(outcome);
        self
    }

    pub(crate) fn earlier_maybe_applied(mut self, maybe_applied: bool) -> Self {
        self.0.call.earlier_maybe_applied = maybe_applied;
        self
    }

    /// Adds why the source of tokens failed after the cluster rejected a token.
    pub(crate) fn without_fresh_token(mut self, source: T) -> Self {
        self.0.no_fresh_token = Some(source);
        self
    }

    /// Why the source of tokens failed after the cluster rejected a token.
    pub fn no_fresh_token(&self) -> Option<&T> {
        self.0.no_fresh_token.as_ref()
    }

    /// What verification found out, if the response to a change was lost.
    pub fn lost_outcome(&self) -> Option<&LostOutcome> {
        self.0.call.lost_outcome.as_ref()
    }

    /// What went wrong.
    pub fn cause(&self) -> &Cause<T> {
        &self.0.cause
    }

    /// The operation that failed.
    pub fn operation(&self) -> &'static OperationSpec {
        self.0.call.operation
    }

    /// The entity of the call: `fabric:/App/Svc`, a partition id, `policy Daily`.
    pub fn entity(&self) -> Option<&str> {
        self.0.call.entity.as_deref()
    }

    /// The endpoint of the last attempt, if there was one.
    pub fn endpoint(&self) -> Option<&Endpoint> {
        self.0.call.endpoint.as_ref()
    }

    /// The number of attempts.
    pub fn attempts(&self) -> u32 {
        self.0.call.attempts
    }

    /// The `X-ServiceFabricRequestId` of the last attempt.
    pub fn request_id(&self) -> Option<&str> {
        self.0.call.request_id.as_deref()
    }

    /// The server's error response, if there was one.
    pub fn fabric(&self) -> Option<&FabricError> {
        match &self.0.cause {
            Cause::Fabric(error) => Some(error),
            _ => None,
        }
    }

    /// The kind of the error, the same for every spelling of its code.
    pub fn kind(&self) -> ErrorKind {
        match self.0.call.lost_outcome {
            Some(LostOutcome::Unknown(_)) => ErrorKind::UnknownOutcome,
            _ => kind::of(&self.0.cause, self.0.call.operation),
        }
    }

    /// Whether a retry can succeed without any other change.
    pub fn is_transient(&self) -> bool {
        match &self.0.cause {
            Cause::Fabric(error) => error.is_transient(),
            Cause::Transport { fault, .. } => matches!(
                fault,
                TransportErrorKind::Unreachable | TransportErrorKind::Lost | TransportErrorKind::TimedOut
            ),
            Cause::OutOfTime => true,
            _ => false,
        }
    }

    /// Whether the cluster may have made the change despite the error. Always `false` for reads.
    pub fn may_have_changed(&self) -> bool {
        if !self.0.call.operation.changes() || self.0.call.lost_outcome == Some(LostOutcome::NotDone) {
            return false;
        }
        self.0.call.earlier_maybe_applied || self.maybe_applied()
    }

    /// Whether the server may have carried out the failed attempt. A restore reads the backup before it stores anything, so
    /// an error of that read excludes an effect.
    fn maybe_applied(&self) -> bool {
        let about_the_backup = matches!(
            self.kind(),
            ErrorKind::BackupUnavailable | ErrorKind::BackupNotFound | ErrorKind::BackupUnusable | ErrorKind::Storage
        );
        let refused = self.fabric().is_some() && self.0.call.operation.reads_backup_first && about_the_backup;
        !refused && self.0.cause.maybe_applied()
    }
}

impl<T> fmt::Display for Error<T>
where
    Cause<T>: fmt::Display,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.call.operation)?;
        if let Some(entity) = &self.0.call.entity {
            write!(f, " of {entity}")?;
        }
        if let Some(endpoint) = &self.0.call.endpoint {
            write!(f, " at {endpoint}")?;
        }
        if self.0.call.attempts > 1 {
            write!(f, " ({} attempts)", self.0.call.attempts)?;
        }
        write!(f, ": {}", self.0.cause)?;
        if self.0.no_fresh_token.is_some() {
            f.write_str("; no new token was available")?;
        }
        match self.0.call.lost_outcome {
            Some(LostOutcome::NotDone) => f.write_str("; it was not done"),
            Some(LostOutcome::Unknown(_)) => f.write_str("; whether it was done is unknown"),
            None if !self.may_have_changed() => Ok(()),
            None if self.maybe_applied() => f.write_str("; it may have been done anyway"),
            None => f.write_str("; an earlier attempt may have done it"),
        }
    }
}

impl<T: std::error::Error + 'static> std::error::Error for Error<T> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.cause {
            Cause::Transport { source, .. } => Some(source),
            _ => self.0.no_fresh_token.as_ref().map(|source| source as _),
        }
    }
}
