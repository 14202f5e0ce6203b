//! What to do after the outcome of a request: retry, verify, fail over or finish.

use std::time::Duration;

use bytes::Bytes;
use http::Response;

use super::classify::{self, Classification};
use super::{
    AnyExchange, Attempt, FIRST_VERIFY_PAUSE, LAST_VERIFY_PAUSE, MAX_RETRY_AFTER, Next, PauseReason, RESPONSE_GRACE,
    Stage, TransportErrorKind, typed,
};
use crate::cluster::ApiVersion;
use crate::error::{Cause, Error, FabricError, LostOutcome};
use crate::flow::reading::Reading;
use crate::flow::resolve::Verdict;
use crate::name::ContinuationToken;
use crate::operation::ExpectedState;

/// Maximum pages of one list that are read to verify a change.
const MAX_PAGES: u32 = 100;

impl<T> AnyExchange<T> {
    pub(super) fn on_response(&mut self, response: &Response<Bytes>, at: Attempt) -> Next<T> {
        let result = match (&self.stage, &self.expected) {
            (Stage::Call, _) | (_, None) => self.call.accept(response).map(|()| None),
            (_, Some(expected)) => expected.read(response).map(Some),
        };
        let error = match result {
            Ok(reading) => {
                self.served(at.endpoint);
                return reading.map_or(Next::Done(Ok(())), |reading| self.read(reading, at));
            }
            Err(error) => self.locate(typed(error)),
        };
        let classification = Classification::of(&error, self.may_refresh);
        let gateways_own = error.fabric().is_some_and(FabricError::is_the_gateways_own);
        if classification == Classification::Lost {
            self.turn_away_from(at.endpoint);
            if gateways_own {
                self.cluster.failed(at.endpoint, at.sent_at, at.now);
            }
        } else if !gateways_own {
            self.cluster.responded(at.endpoint);
        }
        self.react(classification, error, at)
    }

    pub(super) fn failed(&mut self, fault: TransportErrorKind, source: T, at: Attempt) -> Next<T> {
        let error = self.error(Cause::Transport { fault, source });
        match fault {
            TransportErrorKind::Unreachable
            | TransportErrorKind::IdentityRefused
            | TransportErrorKind::ClientRefused => {
                self.cluster.failed(at.endpoint, at.sent_at, at.now);
                return self.never_sent(fault, error, at);
            }
            TransportErrorKind::ClientRefusedLate => {
                self.cluster.failed(at.endpoint, at.sent_at, at.now);
                self.turn_away_from(at.endpoint);
                // A read that may have been carried out can be repeated elsewhere.
                if self.is_reading() {
                    return self.never_sent(fault, error, at);
                }
            }
            // A deadline below the server's timeout shows nothing about the endpoint.
            TransportErrorKind::TimedOut if at.now.since(at.sent_at) < self.server_timeout().duration() => {
                self.turn_away_from(at.endpoint)
            }
            TransportErrorKind::Lost | TransportErrorKind::TimedOut => {
                self.cluster.failed(at.endpoint, at.sent_at, at.now);
                self.turn_away_from(at.endpoint);
            }
            TransportErrorKind::Rejected | TransportErrorKind::NotAttempted(_) => {}
        }
        self.react(Classification::of(&error, self.may_refresh), error, at)
    }

    fn react(&mut self, classification: Classification, error: Error<T>, at: Attempt) -> Next<T> {
        if let Some((version, refusal)) = self.other_version.take() {
            if classification == Classification::RefusedArgument {
                return self.finish(refusal);
            }
            if classify::version_was_accepted(&error) {
                self.cluster.learn(version);
            }
        } else if classification == Classification::RefusedArgument
            && let Some(version) = self.alternative_version()
        {
            self.other_version = Some((version, error));
            return Next::Send;
        }
        match classification {
            Classification::RefusedArgument | Classification::Final => self.finish(error),
            Classification::NotHere => {
                self.tried.push(at.endpoint);
                let elsewhere = self.is_reading() && self.policy.max_attempts > 1;
                if elsewhere && self.cluster.has_other_than(&self.avoided()) { Next::Send } else { self.finish(error) }
            }
            // A retry would return the same response. Only a read that serves a change is repeated: without it, the
            // outcome of the change would be unknown.
            Classification::Unusable if matches!(self.stage, Stage::Call) && self.spec().idempotent => {
                self.finish(error)
            }
            Classification::StaleToken => {
                self.may_refresh = false;
                Next::Token(Some(error))
            }
            Classification::NotDone => self.again(error, at),
            Classification::Lost | Classification::Unusable => match (&self.stage, &self.expected) {
                (Stage::Call, Some(_)) => {
                    let until = at.sent_at + self.server_timeout().gateway() + RESPONSE_GRACE;
                    self.stage = Stage::Verify { lost: error, until, pause: FIRST_VERIFY_PAUSE };
                    (self.tries, self.page) = (0, (None, 0));
                    Next::Send
                }
                // A change that cannot be verified must not be repeated, either.
                (Stage::Call, None) if !self.spec().idempotent => self.finish(error),
                (Stage::Call, None) => {
                    self.maybe_applied |= error.may_have_changed();
                    self.again(error, at)
                }
                _ => self.again(error, at),
            },
        }
    }

    /// The version to try after the last one was rejected. A version that the cluster is known to accept was not the
    /// reason, except the preview: the cluster may have been upgraded since. Another call may have found the version
    /// meanwhile.
    fn alternative_version(&self) -> Option<ApiVersion> {
        let sent = self.target.version();
        let known = self.cluster.version();
        if self.pinned {
            None
        } else if sent == ApiVersion::V6_2_PREVIEW {
            Some(ApiVersion::V6_4)
        } else {
            (known != Some(sent)).then_some(ApiVersion::V6_2_PREVIEW)
        }
    }

    /// A reading before or after the change.
    fn read(&mut self, reading: Reading, at: Attempt) -> Next<T> {
        if let (Stage::Verify { .. }, Reading::Continues(token)) = (&self.stage, &reading) {
            return self.next_page(token);
        }
        let verdict = match &self.expected {
            Some(expected) => expected.verdict(self.baseline.as_ref(), &reading),
            None => Verdict::Unobservable,
        };
        match (&self.stage, verdict) {
            // As if its own response had come, which is empty for every change.
            (Stage::Verify { .. }, Verdict::Done) => {
                let mut success = Response::default();
                *success.status_mut() = self.spec().success();
                match self.call.accept(&success) {
                    Ok(()) => Next::Done(Ok(())),
                    Err(_) => self.give_up(Verdict::Unobservable),
                }
            }
            (Stage::Verify { .. }, Verdict::NotYet | Verdict::Unobservable) => {
                self.verify_again(Some(verdict), Duration::ZERO, at)
            }
            (Stage::Baseline | Stage::Call, _) => {
                self.baseline = Some(reading);
                (self.stage, self.tries) = (Stage::Call, 0);
                Next::Send
            }
        }
    }

    /// Continues with the next page of the list. A list that does not end shows nothing.
    fn next_page(&mut self, token: &ContinuationToken) -> Next<T> {
        let (here, pages) = &mut self.page;
        *pages += 1;
        if *pages >= MAX_PAGES || here.as_ref() == Some(token) {
            return self.give_up(Verdict::Unobservable);
        }
        *here = Some(token.clone());
        Next::Send
    }

    /// Reads again. Only a read that was sent after the gateway has given up is decisive: until then the change may
    /// still be delivered. If such a read fails, it is repeated like any other.
    fn verify_again(&mut self, seen: Option<Verdict>, asked: Duration, at: Attempt) -> Next<T> {
        let end = self.end_of_time();
        self.page = (None, 0);
        let Stage::Verify { until, pause, .. } = &mut self.stage else { return Next::Send };
        if at.sent_at >= *until {
            self.tries += 1;
            match seen {
                Some(seen) => return self.give_up(seen),
                None if self.tries >= self.policy.max_attempts => return self.give_up(Verdict::Unobservable),
                None => {}
            }
        }
        let next = at.now + *pause;
        let next = if at.now < *until { next.min(*until) } else { next };
        let next = next.max(at.now + asked.min(MAX_RETRY_AFTER));
        *pause = (*pause * 2).min(LAST_VERIFY_PAUSE);
        if next >= end { self.give_up(Verdict::Unobservable) } else { Next::Wait(next, PauseReason::Verify) }
    }

    /// Ends the verification of a lost change.
    pub(super) fn give_up(&mut self, seen: Verdict) -> Next<T> {
        match std::mem::replace(&mut self.stage, Stage::Call) {
            Stage::Verify { lost, .. } => Next::Done(Err(lost.with_lost_outcome(match seen {
                Verdict::NotYet => LostOutcome::NotDone,
                Verdict::Done | Verdict::Unobservable => {
                    LostOutcome::Unknown(self.expected.take().unwrap_or(ExpectedState::Unobservable))
                }
            }))),
            Stage::Baseline | Stage::Call => Next::Send,
        }
    }

    /// Ends the current stage with a response that no retry would change.
    pub(super) fn finish(&mut self, error: Error<T>) -> Next<T> {
        // The response to the call itself will be more specific.
        if matches!(self.stage, Stage::Baseline) {
            self.stage = Stage::Call;
            return Next::Send;
        }
        self.end(error)
    }

    /// Nothing was sent: tries the next endpoint at once, or after all were tried, pauses and starts over.
    fn never_sent(&mut self, fault: TransportErrorKind, error: Error<T>, at: Attempt) -> Next<T> {
        let list = if fault.is_refusal() { &mut self.refused } else { &mut self.tried };
        list.push(at.endpoint);
        if at.now >= self.end_of_time() {
            return self.end(error);
        }
        if self.cluster.has_other_than(&self.avoided()) {
            return Next::Send;
        }
        self.tried.clear();
        if self.cluster.has_other_than(&self.refused) { self.again(error, at) } else { self.end(error) }
    }

    /// Pauses before another attempt, if one is left.
    fn again(&mut self, error: Error<T>, at: Attempt) -> Next<T> {
        let asked = error.fabric().and_then(|response| response.retry_after).unwrap_or_default();
        let asked = Duration::from_secs(asked.into());
        if matches!(self.stage, Stage::Verify { .. }) {
            return self.verify_again(None, asked, at);
        }
        self.tries += 1;
        let pause = self.policy.delay(self.tries, self.cluster.next_random());
        let reason = if asked > pause { PauseReason::AskedByServer } else { PauseReason::Retry };
        let until = at.now + pause.max(asked);
        let over = until >= self.end_of_time() || asked > MAX_RETRY_AFTER;
        if self.tries >= self.policy.max_attempts || over { self.end(error) } else { Next::Wait(until, reason) }
    }

    /// Ends the current stage without another attempt.
    fn end(&mut self, error: Error<T>) -> Next<T> {
        match &self.stage {
            Stage::Verify { .. } => self.give_up(Verdict::Unobservable),
            Stage::Baseline => Next::Done(Err(error
                .on_behalf_of(self.spec(), self.call.entity())
                .with_lost_outcome(LostOutcome::NotDone))),
            Stage::Call => Next::Done(Err(error)),
        }
    }

    /// Ends the call because its time is over before the next request could be sent.
    pub(super) fn out_of_time(&mut self) -> Next<T> {
        if matches!(self.stage, Stage::Verify { .. }) {
            return self.give_up(Verdict::Unobservable);
        }
        let refusal = self.other_version.take().map(|(_, refusal)| refusal);
        let error = Error::new(self.spec(), self.call.entity(), Cause::OutOfTime);
        let attempts = self.attempts;
        let late = if attempts > 0 { self.locate(error) } else { error };
        Next::Done(Err(refusal.unwrap_or(late)))
    }

    /// Records a successful response: the endpoint works, and the version is accepted.
    fn served(&mut self, endpoint: usize) {
        self.cluster.responded(endpoint);
        self.tried.clear();
        if !self.pinned {
            self.cluster.learn(self.target.version());
        }
        self.other_version = None;
    }
}
