//! How a run processes the results of its orders.

use sf_backup_proto::PartitionId;
use sf_backup_proto::flow::{HasPhase, Moment, Observed, Phase, WaitOutcome, new_run_started};
use sf_backup_proto::model::progress::RestoreProgressInfo;

use super::{FIRST_PAUSE, LONGEST_PAUSE, Now, Run, RunEvent, Waited};
use crate::restore::journal::{End, Record};
use crate::restore::stage::{Poll, Stage};
use crate::restore::{Outcome, Trouble};

/// Maximum consecutive failures to read the progress. The caller has already retried each of them.
const FAILURES: u32 = 5;

const FOREIGN: &str = "another restore of the partition was started since, which is not part of this plan";

const DOUBTFUL: &str = "an earlier run may have sent it; the partition's progress does not show whether it did";
const DOUBTFUL_FAILURE: &str = "an earlier run may have sent it; the partition's last restore failed, and may be this \
    one or another; retrying failed restores includes it";

impl Run {
    /// Takes the result of [`Order::Write`](super::Order::Write): whether the record is on disk. If not, no further
    /// order is returned.
    pub fn written(&mut self, done: bool, now: Now) {
        if !done {
            self.halted = true;
            return;
        }
        self.next += 1;
        let Some((Some(at), Record::Starting { baseline, .. })) = self.writing.take() else { return };
        if let Some(place) = self.partitions.get_mut(at) {
            place.started = Some(now.at);
        }
        self.set(at, Stage::Sending { baseline, sent: false });
        if self.stopping || self.interrupted {
            self.take_back(at);
        }
    }

    /// Takes the result of [`Order::Read`](super::Order::Read): the progress of the partition's last restore, if there
    /// was one.
    pub fn read(&mut self, partition: PartitionId, found: Result<Option<RestoreProgressInfo>, Trouble>, now: Now) {
        let Some(at) = self.index.get(&partition).copied() else { return };
        let Some(stage) = self.partitions.get(at).map(|place| place.stage.clone()) else { return };
        match (stage, found) {
            // The run was stopped meanwhile.
            (Stage::CheckingBaseline, _) if self.stopping || self.interrupted => self.set(at, Stage::Pending),
            (Stage::CheckingBaseline, Ok(found)) => self.looked(at, found, now),
            (Stage::CheckingBaseline, Err(trouble)) => self.fail(at, Outcome::Refused(trouble), now),
            (Stage::Unverified { baseline, watch }, Ok(found)) => self.resolve(at, baseline, watch, found, now),
            (Stage::Waiting { mut progress, mut watch }, Ok(found)) => {
                let observed = progress.accept(found, Moment::after(now.elapsed.saturating_sub(watch.since)));
                watch = Poll { reading: false, failures: 0, ..watch };
                self.set(at, Stage::Waiting { progress, watch });
                if let Observed::Run(phase @ (Phase::Accepted | Phase::Running)) = observed {
                    self.report(at, RunEvent::Phase(phase));
                }
            }
            (stage @ (Stage::Unverified { .. } | Stage::Waiting { .. }), Err(trouble)) => {
                self.unreadable(at, stage, trouble, now);
            }
            _ => {}
        }
    }

    /// Takes the result of [`Order::Start`](super::Order::Start).
    pub fn started(&mut self, partition: PartitionId, done: Result<(), Trouble>, now: Now) {
        let Some(at) = self.index.get(&partition).copied() else { return };
        let Some(Stage::Sending { baseline, .. }) = self.partitions.get(at).map(|place| place.stage.clone()) else {
            return;
        };
        match done {
            Ok(()) => self.begun(at, baseline, false, now),
            Err(trouble) if trouble.may_have_changed => {
                let problem = trouble.problem.clone();
                self.write(at, |partition| Record::Unknown { partition, problem });
                self.stopping |= trouble.fatal;
                self.fail(at, Outcome::Unknown(trouble.problem), now);
            }
            Err(trouble) => {
                let problem = trouble.problem.clone();
                self.write(at, |partition| Record::NotStarted { partition, problem });
                self.fail(at, Outcome::Refused(trouble), now);
            }
        }
    }

    /// Stops the run: starts nothing more, and waits only for restores that were just sent. The next run finds what
    /// continues in the cluster.
    pub fn interrupt(&mut self) {
        self.interrupted = true;
        self.withdraw();
    }

    fn looked(&mut self, at: usize, found: Option<RestoreProgressInfo>, now: Now) {
        if found.as_ref().is_some_and(|found| !found.phase().is_final()) {
            return self.fail(at, Outcome::Busy, now);
        }
        self.set(at, Stage::Journaling);
        self.write(at, |partition| Record::Starting { partition, baseline: found });
    }

    /// Determines whether an earlier run started the restore.
    fn resolve(
        &mut self,
        at: usize,
        baseline: Option<RestoreProgressInfo>,
        watch: Poll,
        found: Option<RestoreProgressInfo>,
        now: Now,
    ) {
        let settled = now.elapsed.saturating_sub(watch.since) >= self.limits.settle;
        match new_run_started(baseline.as_ref(), found.as_ref()) {
            Some(true) if self.is_ours(at, found.as_ref()) => self.begun(at, baseline, true, now),
            Some(true) => self.unknown(at, FOREIGN, now),
            Some(false) if settled => {
                let problem = "an earlier run may have sent it, and the cluster has not started it".to_owned();
                self.write(at, |partition| Record::NotStarted { partition, problem });
                if let Some(place) = self.partitions.get_mut(at) {
                    place.started = None;
                }
                self.set(at, Stage::Pending);
                self.report(at, RunEvent::NotStarted);
            }
            None if settled => match found.map(|found| found.phase()) {
                // Started or not, it is not running and has not succeeded.
                Some(Phase::Failure | Phase::Timeout) if self.limits.retry_failed => self.try_again(at),
                Some(Phase::Failure | Phase::Timeout) => self.unknown(at, DOUBTFUL_FAILURE, now),
                _ => self.unknown(at, DOUBTFUL, now),
            },
            Some(false) | None => {
                // Read often at first, because usually it was started, then rarely.
                let passed = now.elapsed.saturating_sub(watch.since);
                let pause = (passed / 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
                let left = self.limits.settle.saturating_sub(passed);
                let due = now.elapsed.saturating_add(pause.min(left));
                self.set(at, Stage::Unverified { baseline, watch: Poll { due, reading: false, failures: 0, ..watch } });
            }
        }
    }

    /// Retries a restore of an earlier run that is not running and has not succeeded, whether it was started or not.
    fn try_again(&mut self, at: usize) {
        let problem = Some(DOUBTFUL.to_owned());
        self.write(at, |partition| Record::Started { partition, found: true });
        self.write(at, |partition| Record::Ended { partition, end: End::Failed, problem: problem.clone() });
        if let Some(place) = self.partitions.get_mut(at) {
            place.started = None;
            place.before = Some(Outcome::Failed(problem));
        }
        self.set(at, Stage::Pending);
    }

    fn begun(&mut self, at: usize, baseline: Option<RestoreProgressInfo>, found: bool, now: Now) {
        self.write(at, |partition| Record::Started { partition, found });
        self.set(at, Stage::waiting(baseline, self.limits.stuck_after, now.elapsed));
        self.report(at, RunEvent::Started { found });
    }

    /// Takes the result of waiting for a restore.
    pub(super) fn ended(&mut self, at: usize, ended: Waited, now: Now) {
        let WaitOutcome::Final(found) = ended else {
            // It may go on: the next run reads it again.
            self.write(at, |partition| Record::Stuck { partition });
            return self.fail(at, Outcome::Stuck, now);
        };
        let problem = found.failure_error.as_ref().and_then(|error| {
            let code = error.code.as_ref().map(ToString::to_string);
            let parts: Vec<String> = code.into_iter().chain(error.message.clone()).collect();
            (!parts.is_empty()).then(|| parts.join(": "))
        });
        let (end, outcome) = match found.phase() {
            Phase::Success if !self.is_ours(at, Some(&found)) => return self.unknown(at, FOREIGN, now),
            Phase::Success => (End::Restored, Outcome::Restored),
            Phase::Timeout => (End::TimedOut, Outcome::TimedOut),
            _ => (End::Failed, Outcome::Failed(problem.clone())),
        };
        self.write(at, |partition| Record::Ended { partition, end, problem });
        if outcome == Outcome::Restored { self.over(at, outcome, now) } else { self.fail(at, outcome, now) }
    }

    /// Whether a progress is that of this plan's backup, or does not identify a backup.
    fn is_ours(&self, at: usize, found: Option<&RestoreProgressInfo>) -> bool {
        let restored = self.plan.restores.get(at).zip(found);
        // A failed restore does not identify the backup.
        let named = restored.filter(|(_, found)| !matches!(found.phase(), Phase::Failure | Phase::Timeout));
        named.and_then(|(restore, found)| restore.point.is_restored_by(found)) != Some(false)
    }

    fn unreadable(&mut self, at: usize, mut stage: Stage, trouble: Trouble, now: Now) {
        self.stopping |= trouble.fatal;
        if let Stage::Unverified { watch, .. } | Stage::Waiting { watch, .. } = &mut stage {
            watch.failures += 1;
            watch.reading = false;
            watch.due = now.elapsed.saturating_add(LONGEST_PAUSE);
            if watch.failures < FAILURES && !trouble.fatal {
                return self.set(at, stage);
            }
        }
        self.unknown(at, &format!("the progress cannot be read: {}", trouble.problem), now);
    }

    fn unknown(&mut self, at: usize, problem: &str, now: Now) {
        let record = |partition| Record::Unknown { partition, problem: problem.to_owned() };
        self.write(at, record);
        self.fail(at, Outcome::Unknown(problem.to_owned()), now);
    }

    /// Records a failure, and stops starting further restores: they may fail for the same reason.
    fn fail(&mut self, at: usize, outcome: Outcome, now: Now) {
        self.stopping |= !self.limits.keep_going || matches!(&outcome, Outcome::Refused(trouble) if trouble.fatal);
        self.over(at, outcome, now);
        if self.stopping {
            self.withdraw();
        }
    }

    fn over(&mut self, at: usize, outcome: Outcome, now: Now) {
        self.restored += usize::from(outcome == Outcome::Restored);
        if let Some(place) = self.partitions.get_mut(at) {
            place.ended = outcome.has_ended().then_some(now.at);
            if matches!(outcome, Outcome::Refused(_)) {
                place.started = None;
            }
        }
        self.set(at, Stage::Over(outcome.clone()));
        self.report(at, RunEvent::Over(outcome));
    }

    /// Resets partitions that were not sent yet. Needed only once, because nothing is prepared after that.
    fn withdraw(&mut self) {
        if std::mem::replace(&mut self.withdrawn, true) {
            return;
        }
        self.queue.retain(|(_, record)| !matches!(record, Record::Starting { .. }));
        for at in 0..self.partitions.len() {
            self.take_back(at);
        }
    }

    fn take_back(&mut self, at: usize) {
        let Some(place) = self.partitions.get_mut(at) else { return };
        match place.stage {
            Stage::Journaling => self.set(at, Stage::Pending),
            Stage::Sending { sent: false, .. } => {
                place.started = None;
                self.set(at, Stage::Pending);
                let problem = "the run ended before it was sent".to_owned();
                self.write(at, |partition| Record::NotStarted { partition, problem });
            }
            _ => {}
        }
    }
}
