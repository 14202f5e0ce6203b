//! One call from the first byte to the final answer.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

use crate::cluster::{ApiVersion, Endpoint, Target, Timeout};
use crate::error::{Cause, Error, FabricErrorCode, Sent};
use crate::operation::Operation;
use crate::wire::body::Body;

/// How much longer than the server a client waits: the answer has to travel, too.
pub const GRACE: Duration = Duration::from_secs(10);

/// What is known of a cluster across calls. The driver owns it, and hands it to every step.
#[derive(Debug, Clone, Default)]
pub struct ClusterState {
    version: Option<ApiVersion>,
}

impl ClusterState {
    /// The api-version that the cluster was found to take.
    pub fn version(&self) -> Option<ApiVersion> {
        self.version
    }
}

/// What the driver has to do next.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // made once a sending, and taken apart at once
pub enum Step<R, T> {
    /// Send the request, give up after `deadline`, and [`Exchange::report`] what came of it.
    Send {
        /// The request, with absolute URI and all headers.
        request: Request<Body>,
        /// How long to wait for the whole answer.
        deadline: Duration,
    },
    /// The call is over.
    Done(Result<R, Error<T>>),
}

/// What came of sending a request.
#[derive(Debug)]
pub enum Outcome<T> {
    /// An answer, whole.
    Answered(Response<Bytes>),
    /// None.
    Failed {
        /// Whether any byte of the request may have left.
        sent: Sent,
        /// Whether the deadline had passed.
        timed_out: bool,
        /// Why.
        source: T,
    },
}

/// One call: builds the request, learns which api-version the cluster takes, reads the answer.
///
/// ```text
///   start ──step──▶ Send ──report──┬─▶ Done
///                    ▲             │ 400 E_INVALIDARG to 6.4, version not pinned, first time
///                    └─────────────┘ again as 6.2-preview
/// ```
///
/// A cluster refuses an api-version before it does anything, so that the second sending is safe for every operation. If
/// it is refused, too, the first answer stands: it was about something else.
#[derive(Debug)]
pub struct Exchange<O: Operation, T> {
    operation: O,
    target: Target,
    pinned: bool,
    attempts: u32,
    first_refusal: Option<Error<T>>,
    next: Next<O::Response, T>,
}

#[derive(Debug)]
enum Next<R, T> {
    Send,
    Done(Result<R, Error<T>>),
}

impl<O: Operation, T> Exchange<O, T> {
    /// A call of `operation` to `target`, under the target's own api-version.
    pub fn new(operation: O, target: Target) -> Self {
        Self { operation, target, pinned: true, attempts: 0, first_refusal: None, next: Next::Send }
    }

    /// Finds out which api-version the cluster takes instead: 6.4, and 6.2-preview where that is refused.
    #[must_use]
    pub fn negotiate(mut self) -> Self {
        self.pinned = false;
        self
    }

    /// What to do next.
    pub fn step(&mut self, cluster: &ClusterState) -> Step<O::Response, T> {
        if let Next::Done(result) = std::mem::replace(&mut self.next, Next::Send) {
            return Step::Done(result);
        }
        if !self.pinned {
            self.target.api_version = match (&self.first_refusal, cluster.version) {
                (Some(_), _) => ApiVersion::V6_2_PREVIEW,
                (None, known) => known.unwrap_or(ApiVersion::V6_4),
            };
        }
        match self.operation.to_request(&self.target) {
            Ok(request) => {
                self.attempts += 1;
                let timeout = self.target.timeout.unwrap_or(Timeout::SERVER_DEFAULT);
                Step::Send { request, deadline: timeout.duration().saturating_add(GRACE) }
            }
            // What cannot be said in the preview was not refused for its version.
            Err(error) => Step::Done(Err(self
                .first_refusal
                .take()
                .unwrap_or_else(|| error.map_transport(|never| match never {})))),
        }
    }

    /// Takes what came of the request of the last [`Step::Send`].
    pub fn report(&mut self, outcome: Outcome<T>, cluster: &mut ClusterState) {
        let result = match outcome {
            Outcome::Answered(answer) => {
                self.operation.parse(&answer).map_err(|error| error.map_transport(|never| match never {}))
            }
            Outcome::Failed { sent, timed_out, source } => {
                let cause = Cause::Transport { sent, timed_out, source };
                Err(Error::new(O::spec(), self.operation.entity(), cause))
            }
        };
        let result = result.map_err(|error| self.locate(error));
        self.next = self.judge(result, cluster);
    }

    fn judge(&mut self, result: Result<O::Response, Error<T>>, cluster: &mut ClusterState) -> Next<O::Response, T> {
        let refused = result.as_ref().err().is_some_and(is_refusal);
        let untold = !self.pinned && cluster.version.is_none();
        match self.first_refusal.take() {
            Some(first) if refused => Next::Done(Err(first)),
            Some(_) => {
                if result.as_ref().map_or_else(|error| error.fabric().is_some(), |_| true) {
                    cluster.version = Some(ApiVersion::V6_2_PREVIEW);
                }
                Next::Done(result)
            }
            None => match result {
                Err(error) if refused && untold => {
                    self.first_refusal = Some(error);
                    Next::Send
                }
                result => {
                    if untold && result.is_ok() {
                        cluster.version = Some(ApiVersion::V6_4);
                    }
                    Next::Done(result)
                }
            },
        }
    }

    fn locate(&self, error: Error<T>) -> Error<T> {
        let endpoint: &Endpoint = &self.target.endpoint;
        let request_id = self.target.request_id.as_ref().and_then(|id| Some(id.to_str().ok()?.to_owned()));
        error.at(endpoint, self.attempts, request_id)
    }
}

/// The message is free text, so any refused argument may mean the version.
fn is_refusal<T>(error: &Error<T>) -> bool {
    error.fabric().is_some_and(|answer| answer.status == 400 && answer.code == Some(FabricErrorCode::InvalidArgument))
}

#[cfg(test)]
mod tests;
