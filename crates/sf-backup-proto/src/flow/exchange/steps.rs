//! The steps of a call: what to send and when.

use std::time::Duration;

use http::Request;

use super::{
    AnyExchange, Attempt, DEFAULT_TOTAL, Moment, Next, Outcome, Pause, RESPONSE_GRACE, SendOrder, Stage, Step,
    TokenOrder, typed,
};
use crate::cluster::{ApiVersion, Endpoint, Timeout};
use crate::error::{Cause, Error, NotAttempted, TransportErrorKind};
use crate::flow::resolve::Verdict;
use crate::operation::OperationSpec;
use crate::secret::Secret;
use crate::wire::body::Body;

impl<T> AnyExchange<T> {
    /// The row of the operation.
    pub fn spec(&self) -> &'static OperationSpec {
        self.call.spec()
    }

    /// See [`Exchange::step`](super::Exchange::step).
    pub fn step(&mut self, now: Moment) -> Step<(), T> {
        if self.started.is_none() {
            self.started = Some(now);
        }
        if let Next::Report(..) = self.next {
            return Step::Pending;
        }
        loop {
            match std::mem::replace(&mut self.next, Next::Over) {
                Next::Over | Next::Report(..) => return Step::Pending,
                Next::Done(result) => return Step::Done(result),
                Next::Wait(until, reason) if now < until => {
                    self.next = Next::Wait(until, reason);
                    return Step::Wait(Pause { duration: until.since(now), reason });
                }
                Next::Token(_) if self.time_left(now).is_zero() => self.next = self.out_of_time(),
                Next::Token(refusal) => {
                    let refused = self.target.options.bearer.clone().filter(|_| refusal.is_some());
                    self.next = Next::Token(refusal);
                    return Step::Token(TokenOrder { refused, deadline: self.attempt_limit(now) });
                }
                Next::Wait(..) | Next::Send => match self.send(now) {
                    Ok(order) => return Step::Send(order),
                    Err(next) => self.next = next,
                },
            }
        }
    }

    /// See [`Exchange::token`](super::Exchange::token).
    pub fn token(&mut self, token: Result<Option<Secret>, T>) {
        self.next = match (std::mem::replace(&mut self.next, Next::Over), token) {
            (Next::Token(_), Ok(Some(token))) => {
                self.target.options.bearer = Some(token);
                Next::Send
            }
            (Next::Token(Some(refusal)), Ok(None)) => self.finish(refusal),
            (Next::Token(Some(refusal)), Err(source)) => self.finish(refusal.without_fresh_token(source)),
            // The source has no token; the cluster may not need one.
            (Next::Token(None), Ok(None)) => Next::Send,
            (Next::Token(None), Err(source)) => Next::Done(Err(self.error(Cause::Transport {
                fault: TransportErrorKind::NotAttempted(NotAttempted::Credential),
                source,
            }))),
            (next, _) => next,
        };
    }

    /// See [`Exchange::report`](super::Exchange::report).
    pub fn report(&mut self, outcome: Outcome<T>, now: Moment) {
        let Next::Report(endpoint, sent_at) = self.next else { return };
        let at = Attempt { endpoint, sent_at, now };
        self.next = match outcome {
            Outcome::Response(response) => self.on_response(&response, at),
            Outcome::Failed { fault, source } => self.failed(fault, source, at),
        };
    }

    /// Builds the request of this stage for the next endpoint, or returns what else to do.
    fn send(&mut self, now: Moment) -> Result<SendOrder, Next<T>> {
        let deadline = self.attempt_limit(now);
        if deadline.is_zero() {
            return Err(self.out_of_time());
        }
        let (index, endpoint) = self.cluster.choose(&self.avoided(), now);
        self.target.endpoint = endpoint;
        if !self.pinned {
            let known = self.cluster.version().unwrap_or(ApiVersion::V6_4);
            let version = self.other_version.as_ref().map_or(known, |(version, _)| *version);
            self.target.options.api_version = Some(version);
        }
        if !self.own_request_id {
            self.target.options.request_id = self.cluster.request_id_header();
        }
        // No read shows the state, so there is nothing to wait for.
        let Some(request) = self.request() else { return Err(self.give_up(Verdict::Unobservable)) };
        match request {
            Ok(request) => {
                self.attempts = self.attempts.saturating_add(1);
                self.next = Next::Report(index, now);
                let fresh_connection = !self.spec().idempotent && matches!(self.stage, Stage::Call);
                Ok(SendOrder { request, deadline, fresh_connection })
            }
            // A request that cannot be built for this version was rejected for another reason than its version.
            Err(error) => {
                let refusal = self.other_version.take().map(|(_, refusal)| refusal);
                Err(Next::Done(Err(refusal.unwrap_or_else(|| typed(error).earlier_maybe_applied(self.maybe_applied)))))
            }
        }
    }

    /// The request of this stage; `None` if no read shows the expected state.
    fn request(&self) -> Option<Result<Request<Body>, Error>> {
        let read = match (&self.stage, &self.expected) {
            (Stage::Call, _) | (_, None) => return Some(self.call.to_request(&self.target)),
            (_, Some(expected)) => expected.request(&self.target, self.page.0.as_ref())?,
        };
        // Report a call that cannot be built before reading, unless the version is still being sought.
        let is_first = matches!(self.stage, Stage::Baseline) && self.other_version.is_none();
        Some(if is_first { self.call.to_request(&self.target).and(read) } else { read })
    }

    /// Returns the request of the last [`Step::Send`] again, for another connection if the first one ended before the
    /// request was sent. `None` if no report is due.
    pub fn same_request(&self) -> Option<Request<Body>> {
        matches!(self.next, Next::Report(..)).then(|| self.request()?.ok()).flatten()
    }

    /// The endpoint of the last [`Step::Send`].
    pub fn endpoint(&self) -> &Endpoint {
        &self.target.endpoint
    }

    /// The endpoints that this call avoids for now.
    pub(super) fn avoided(&self) -> Vec<usize> {
        self.tried.iter().chain(&self.refused).copied().collect()
    }

    /// Continues at another endpoint; once all have failed, at any but this one.
    pub(super) fn turn_away_from(&mut self, endpoint: usize) {
        self.tried.push(endpoint);
        if !self.cluster.has_other_than(&self.avoided()) {
            self.tried = vec![endpoint];
        }
    }

    /// Whether the last request changes nothing.
    pub(super) fn is_reading(&self) -> bool {
        !matches!(self.stage, Stage::Call) || !self.spec().changes()
    }

    /// The server's time limit for the request.
    pub(super) fn server_timeout(&self) -> Timeout {
        self.target.options.timeout.unwrap_or(Timeout::SERVER_DEFAULT)
    }

    /// Time limit of one attempt.
    fn attempt_limit(&self, now: Moment) -> Duration {
        let limit = self.target.options.deadline;
        let limit = limit.unwrap_or_else(|| self.server_timeout().duration().saturating_add(RESPONSE_GRACE));
        limit.min(self.time_left(now))
    }

    fn time_left(&self, now: Moment) -> Duration {
        self.end_of_time().since(now)
    }

    /// The end of the time limit of all attempts.
    pub(super) fn end_of_time(&self) -> Moment {
        let twice = self.server_timeout().duration().saturating_add(RESPONSE_GRACE).saturating_mul(2);
        self.started.unwrap_or_default() + self.policy.total.unwrap_or(DEFAULT_TOTAL.max(twice))
    }

    pub(super) fn ended_early(&mut self) -> Error<T> {
        self.maybe_applied |= matches!(self.next, Next::Report(..)) && !self.is_reading();
        self.error(Cause::OutOfTime)
    }

    pub(super) fn error(&self, cause: Cause<T>) -> Error<T> {
        self.locate(Error::new(self.spec(), self.call.entity(), cause))
    }

    pub(super) fn locate(&self, error: Error<T>) -> Error<T> {
        let request_id = self.target.options.request_id.as_ref();
        let request_id = request_id.and_then(|id| Some(id.to_str().ok()?.to_owned()));
        error.at(&self.target.endpoint, self.attempts, request_id).earlier_maybe_applied(self.maybe_applied)
    }
}
