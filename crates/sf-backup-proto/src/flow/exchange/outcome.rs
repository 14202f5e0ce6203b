//! What follows from what came of a request.

use std::time::Duration;

use bytes::Bytes;
use http::Response;

use super::judge::Judgement;
use super::{Exchange, FIRST_LOOK, Fault, GRACE, LAST_LOOK, LONGEST_ASKED, Next, Stage, judge, typed};
use crate::cluster::ApiVersion;
use crate::error::{Error, FabricError, Settled};
use crate::flow::cluster::ClusterState;
use crate::flow::resolve::{Goal, Reading, Verdict};
use crate::operation::{Operation, Reply};

impl<O: Operation, T> Exchange<O, T> {
    pub(super) fn answered(
        &mut self,
        answer: &Response<Bytes>,
        endpoint: usize,
        cluster: &mut ClusterState,
        sent_at: Duration,
        now: Duration,
    ) -> Next<O::Response, T> {
        let error = match (&self.stage, &self.goal) {
            (Stage::Call, _) | (_, None) => match self.operation.parse(answer) {
                Ok(reply) => {
                    self.served(endpoint, cluster);
                    return Next::Done(Ok(reply));
                }
                Err(error) => error,
            },
            (_, Some(goal)) => match goal.read(answer) {
                Ok(reading) => {
                    self.served(endpoint, cluster);
                    return self.read(reading, sent_at, now);
                }
                Err(error) => error,
            },
        };
        let error = self.locate(typed(error));
        let judgement = Judgement::of(&error, self.may_refresh);
        let gateways_own = error.fabric().is_some_and(FabricError::is_the_gateways_own);
        if judgement == Judgement::Lost {
            self.turn_away_from(endpoint, cluster);
            if gateways_own {
                cluster.failed(endpoint, sent_at, now);
            }
        } else if !gateways_own {
            cluster.answered(endpoint);
        }
        self.judged(judgement, error, endpoint, cluster, sent_at, now)
    }

    pub(super) fn judged(
        &mut self,
        judgement: Judgement,
        error: Error<T>,
        endpoint: usize,
        cluster: &mut ClusterState,
        sent_at: Duration,
        now: Duration,
    ) -> Next<O::Response, T> {
        // Another call may have found the version out since this one was sent.
        let untold = !self.pinned && cluster.version() != Some(self.target.api_version);
        if let Some(first) = self.first_refusal.take() {
            if judgement == Judgement::RefusedArgument {
                return self.finish(first);
            }
            if judge::is_past_the_version(&error) {
                cluster.learn(ApiVersion::V6_2_PREVIEW);
            }
        }
        match judgement {
            Judgement::RefusedArgument if untold && self.target.api_version != ApiVersion::V6_2_PREVIEW => {
                self.first_refusal = Some(error);
                Next::Send
            }
            Judgement::RefusedArgument | Judgement::Final => self.finish(error),
            Judgement::NotHere => {
                self.tried.push(endpoint);
                let elsewhere = self.is_reading() && self.policy.max_attempts > 1;
                if elsewhere && cluster.has_other_than(&self.avoided()) { Next::Send } else { self.finish(error) }
            }
            // Another attempt would bring the same answer.
            Judgement::Unusable if self.is_reading() || !O::SPEC.once => self.finish(error),
            Judgement::StaleToken => {
                self.may_refresh = false;
                Next::Refresh(error)
            }
            Judgement::TooMany => self.again(error, cluster, sent_at, now),
            Judgement::Lost | Judgement::Unusable => match (&self.stage, &self.goal) {
                (Stage::Call, Some(_)) => {
                    let until = sent_at.saturating_add(self.server_timeout().gateway()).saturating_add(GRACE);
                    (self.stage, self.tries) = (Stage::Look { lost: error, until, pause: FIRST_LOOK }, 0);
                    Next::Send
                }
                // Not to be looked for; to be sent again even less.
                (Stage::Call, None) if O::SPEC.once => self.finish(error),
                (Stage::Call, None) => {
                    self.doubt |= error.may_have_changed();
                    self.again(error, cluster, sent_at, now)
                }
                _ => self.again(error, cluster, sent_at, now),
            },
        }
    }

    /// A reading before or after the change.
    fn read(&mut self, reading: Reading, sent_at: Duration, now: Duration) -> Next<O::Response, T> {
        let verdict = self.goal.as_ref().map_or(Verdict::Untold, |goal| goal.verdict(self.baseline.as_ref(), &reading));
        match (&self.stage, verdict) {
            (Stage::Look { .. }, Verdict::Done) => match O::Response::nothing() {
                Some(nothing) => Next::Done(Ok(nothing)),
                None => self.give_up(Verdict::Untold),
            },
            (Stage::Look { .. }, Verdict::Never) => self.give_up(verdict),
            (Stage::Look { .. }, Verdict::NotYet | Verdict::Untold) => {
                self.look_again(Some(verdict), Duration::ZERO, sent_at, now)
            }
            (Stage::Baseline | Stage::Call, _) => {
                self.baseline = Some(reading);
                (self.stage, self.tries) = (Stage::Call, 0);
                Next::Send
            }
        }
    }

    /// Reads again. Only a read that was sent after the gateway has given up has the last word: until then the change may
    /// still be delivered, whatever was seen before. If such a read fails, it is repeated like any other.
    fn look_again(
        &mut self,
        told: Option<Verdict>,
        asked: Duration,
        sent_at: Duration,
        now: Duration,
    ) -> Next<O::Response, T> {
        let end = self.end_of_time().unwrap_or(Duration::MAX);
        let Stage::Look { until, pause, .. } = &mut self.stage else { return Next::Send };
        if sent_at >= *until {
            self.tries += 1;
            match told {
                Some(told) => return self.give_up(told),
                None if self.tries >= self.policy.max_attempts => return self.give_up(Verdict::Untold),
                None => {}
            }
        }
        let next = now.saturating_add(*pause);
        let next = if now < *until { next.min(*until) } else { next };
        let next = next.max(now.saturating_add(asked.min(LONGEST_ASKED)));
        *pause = (*pause * 2).min(LAST_LOOK);
        if next >= end { self.give_up(Verdict::Untold) } else { Next::Wait(next) }
    }

    /// Ends the search for a lost change.
    pub(super) fn give_up(&mut self, told: Verdict) -> Next<O::Response, T> {
        let check = self.goal.as_ref().map_or("its state", Goal::check);
        match std::mem::replace(&mut self.stage, Stage::Call) {
            Stage::Look { lost, .. } => Next::Done(Err(lost.settle(match told {
                Verdict::NotYet | Verdict::Never => Settled::NotDone,
                Verdict::Done | Verdict::Untold => Settled::Unknown { check },
            }))),
            Stage::Baseline | Stage::Call => Next::Send,
        }
    }

    /// An answer that will not change.
    pub(super) fn finish(&mut self, error: Error<T>) -> Next<O::Response, T> {
        match &self.stage {
            Stage::Call => Next::Done(Err(error)),
            // The call's own answer will say better what is wrong.
            Stage::Baseline => {
                self.stage = Stage::Call;
                Next::Send
            }
            Stage::Look { .. } => self.give_up(Verdict::Untold),
        }
    }

    /// Nothing was sent: the next endpoint at once; when all were tried, a pause and another round.
    pub(super) fn never_sent(
        &mut self,
        endpoint: usize,
        fault: Fault,
        error: Error<T>,
        cluster: &mut ClusterState,
        sent_at: Duration,
        now: Duration,
    ) -> Next<O::Response, T> {
        let list = if fault.is_refusal() { &mut self.refused } else { &mut self.tried };
        list.push(endpoint);
        if self.end_of_time().is_some_and(|end| now >= end) {
            return self.end(error);
        }
        if cluster.has_other_than(&self.avoided()) {
            return Next::Send;
        }
        self.tried.clear();
        if cluster.has_other_than(&self.refused) { self.again(error, cluster, sent_at, now) } else { self.end(error) }
    }

    /// A pause and another attempt, if there is one left.
    fn again(
        &mut self,
        error: Error<T>,
        cluster: &mut ClusterState,
        sent_at: Duration,
        now: Duration,
    ) -> Next<O::Response, T> {
        let asked = error.fabric().and_then(|answer| answer.retry_after).unwrap_or_default();
        let asked = Duration::from_secs(asked.into());
        if matches!(self.stage, Stage::Look { .. }) {
            return self.look_again(None, asked, sent_at, now);
        }
        self.tries += 1;
        let until = now.saturating_add(self.policy.delay(self.tries, cluster.roll()).max(asked));
        let over = self.end_of_time().is_some_and(|end| until >= end) || asked > LONGEST_ASKED;
        if self.tries >= self.policy.max_attempts || over { self.end(error) } else { Next::Wait(until) }
    }

    /// No attempt is left.
    fn end(&mut self, error: Error<T>) -> Next<O::Response, T> {
        match &self.stage {
            Stage::Look { .. } => self.give_up(Verdict::Untold),
            Stage::Baseline => {
                Next::Done(Err(error.on_behalf_of(O::spec(), self.operation.entity()).settle(Settled::NotDone)))
            }
            Stage::Call => Next::Done(Err(error)),
        }
    }

    /// An answer of success: the endpoint works, and the version is right.
    fn served(&mut self, endpoint: usize, cluster: &mut ClusterState) {
        cluster.answered(endpoint);
        self.tried.clear();
        if !self.pinned && cluster.version().is_none() {
            cluster.learn(self.target.api_version);
        }
        self.first_refusal = None;
    }
}
