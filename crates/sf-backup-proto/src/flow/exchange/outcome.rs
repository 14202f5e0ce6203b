//! What follows from what came of a request.

use std::time::Duration;

use bytes::Bytes;
use http::Response;

use super::judge::Judgement;
use super::{Exchange, FIRST_LOOK, Fault, GATEWAY_BUDGET, GRACE, LAST_LOOK, Next, Stage, typed};
use crate::cluster::{ApiVersion, Timeout};
use crate::error::{Error, Settled};
use crate::flow::cluster::ClusterState;
use crate::flow::resolve::{Goal, Reading, Verdict};
use crate::operation::{Operation, Reply};

impl<O: Operation, T> Exchange<O, T> {
    pub(super) fn answered(
        &mut self,
        answer: &Response<Bytes>,
        cluster: &mut ClusterState,
        sent_at: Duration,
        now: Duration,
    ) -> Next<O::Response, T> {
        let error = match (&self.stage, &self.goal) {
            (Stage::Call, _) | (_, None) => match self.operation.parse(answer) {
                Ok(reply) => {
                    self.told_version(cluster);
                    return Next::Done(Ok(reply));
                }
                Err(error) => error,
            },
            (_, Some(goal)) => match goal.read(answer) {
                Ok(reading) => {
                    self.told_version(cluster);
                    return self.read(reading, now);
                }
                Err(error) => error,
            },
        };
        let error = self.locate(typed(error));
        let judgement = Judgement::of(&error, self.may_refresh);
        self.judged(judgement, error, cluster, sent_at, now)
    }

    pub(super) fn judged(
        &mut self,
        judgement: Judgement,
        error: Error<T>,
        cluster: &mut ClusterState,
        sent_at: Duration,
        now: Duration,
    ) -> Next<O::Response, T> {
        let untold = !self.pinned && cluster.version().is_none();
        if let Some(first) = self.first_refusal.take() {
            if judgement == Judgement::RefusedArgument {
                return self.finish(first);
            }
            if error.fabric().is_some() {
                cluster.learn(ApiVersion::V6_2_PREVIEW);
            }
        }
        match judgement {
            Judgement::RefusedArgument if untold && self.target.api_version != ApiVersion::V6_2_PREVIEW => {
                self.first_refusal = Some(error);
                Next::Send
            }
            Judgement::RefusedArgument | Judgement::Final => self.finish(error),
            Judgement::StaleToken => {
                self.may_refresh = false;
                Next::Refresh
            }
            Judgement::TooMany => self.again(error, cluster, now),
            Judgement::Lost => match (&self.stage, &self.goal) {
                (Stage::Call, Some(_)) => {
                    let timeout = self.target.timeout.unwrap_or(Timeout::SERVER_DEFAULT).duration();
                    let until = sent_at.saturating_add(timeout.max(GATEWAY_BUDGET)).saturating_add(GRACE);
                    self.stage = Stage::Look { lost: error, until, pause: FIRST_LOOK, told: Verdict::Untold };
                    Next::Send
                }
                _ => self.again(error, cluster, now),
            },
        }
    }

    /// A reading before or after the change.
    fn read(&mut self, reading: Reading, now: Duration) -> Next<O::Response, T> {
        let verdict = self.goal.as_ref().map_or(Verdict::Untold, |goal| goal.verdict(self.baseline.as_ref(), &reading));
        match &mut self.stage {
            Stage::Look { told, .. } => {
                *told = verdict;
                match verdict {
                    Verdict::Done => match O::Response::nothing() {
                        Some(nothing) => Next::Done(Ok(nothing)),
                        None => self.give_up(Verdict::Untold),
                    },
                    Verdict::Never => self.give_up(verdict),
                    Verdict::NotYet | Verdict::Untold => self.look_again(now),
                }
            }
            Stage::Baseline | Stage::Call => {
                self.baseline = Some(reading);
                (self.stage, self.tries) = (Stage::Call, 0);
                Next::Send
            }
        }
    }

    fn look_again(&mut self, now: Duration) -> Next<O::Response, T> {
        let end = self.end_of_time();
        let Stage::Look { until, pause, told, .. } = &mut self.stage else { return Next::Send };
        if now >= *until {
            let told = *told;
            return self.give_up(told);
        }
        if end.is_some_and(|end| now >= end) {
            return self.give_up(Verdict::Untold);
        }
        let next = now.saturating_add(*pause).min(*until).min(end.unwrap_or(Duration::MAX));
        *pause = (*pause * 2).min(LAST_LOOK);
        Next::Wait(next)
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
    fn finish(&mut self, error: Error<T>) -> Next<O::Response, T> {
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
        now: Duration,
    ) -> Next<O::Response, T> {
        let list = if fault == Fault::IdentityRefused { &mut self.refused } else { &mut self.tried };
        list.push(endpoint);
        if cluster.has_other_than(&self.avoided()) {
            return Next::Send;
        }
        self.tried.clear();
        if cluster.has_other_than(&self.refused) { self.again(error, cluster, now) } else { self.end(error) }
    }

    /// A pause and another attempt, if there is one left.
    fn again(&mut self, error: Error<T>, cluster: &mut ClusterState, now: Duration) -> Next<O::Response, T> {
        if matches!(self.stage, Stage::Look { .. }) {
            return self.look_again(now);
        }
        self.tries += 1;
        let asked = error.fabric().and_then(|answer| answer.retry_after).unwrap_or_default();
        let pause = self.policy.delay(self.tries, cluster.roll()).max(Duration::from_secs(asked.into()));
        let until = now.saturating_add(pause);
        if self.tries >= self.policy.max_attempts || self.end_of_time().is_some_and(|end| until >= end) {
            return self.end(error);
        }
        Next::Wait(until)
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

    fn told_version(&mut self, cluster: &mut ClusterState) {
        if !self.pinned && cluster.version().is_none() {
            cluster.learn(self.target.api_version);
        }
        self.first_refusal = None;
    }
}
