//! Determines from a journal where an earlier run ended.

use std::collections::BTreeMap;
use std::time::Duration;

use sf_backup_proto::model::progress::RestoreProgressInfo;
use uuid::Uuid;

use super::journal::{End, Entry, JournalError, Record};
use super::limits::Limits;
use super::stage::{PartitionRun, Stage};
use super::{API_VERSION, Outcome, Plan};

/// The journal's last entries about a partition.
#[derive(Debug, Clone, Default)]
struct History {
    known: Known,
    started: Option<sf_backup_proto::Timestamp>,
    ended: Option<sf_backup_proto::Timestamp>,
}

#[derive(Debug, Clone, Default)]
enum Known {
    #[default]
    Nothing,
    /// About to be sent.
    Starting(Option<RestoreProgressInfo>),
    /// Started.
    Started(Option<RestoreProgressInfo>),
    Ended(Outcome),
}

/// The stage of each partition, in the order of the plan.
pub(super) fn replay(plan: &Plan, entries: &[Entry], limits: Limits) -> Result<Vec<PartitionRun>, JournalError> {
    let mut histories: BTreeMap<Uuid, History> =
        plan.restores.iter().map(|restore| (restore.partition.id.uuid(), History::default())).collect();
    let mut entries = entries.iter();
    if let Some(first) = entries.next() {
        head(plan, first)?;
    }
    for entry in entries {
        let partition = match &entry.record {
            Record::Begun { .. } => return Err(JournalError::new(entry.n, "starts the journal a second time")),
            Record::Starting { partition, .. }
            | Record::Started { partition, .. }
            | Record::NotStarted { partition, .. }
            | Record::Unknown { partition, .. }
            | Record::Stuck { partition }
            | Record::Ended { partition, .. } => partition,
        };
        let history = histories
            .get_mut(partition)
            .ok_or_else(|| JournalError::new(entry.n, format!("partition {partition} is not in the plan")))?;
        history.take(entry).map_err(|rule| JournalError::new(entry.n, format!("partition {partition} {rule}")))?;
    }
    let history = |id: Uuid| histories.remove(&id).unwrap_or_default();
    Ok(plan
        .restores
        .iter()
        .map(|restore| restore.partition.id.uuid())
        .map(history)
        .map(|history| history.place(limits))
        .collect())
}

fn head(plan: &Plan, first: &Entry) -> Result<(), JournalError> {
    let Record::Begun { journal, plan: fingerprint, .. } = &first.record else {
        return Err(JournalError::new(first.n, "does not name its plan"));
    };
    if journal != API_VERSION {
        return Err(JournalError::new(first.n, format!("has the version {journal}; expected {API_VERSION}")));
    }
    if *fingerprint != plan.fingerprint() {
        let problem =
            "is the journal of another plan, or the plan was changed since; a changed plan needs a journal of its own";
        return Err(JournalError::new(first.n, problem));
    }
    Ok(())
}

impl History {
    fn take(&mut self, entry: &Entry) -> Result<(), &'static str> {
        let known = std::mem::take(&mut self.known);
        self.known = match (&entry.record, known) {
            // Failed restores can be retried.
            (
                Record::Starting { baseline, .. },
                Known::Nothing | Known::Ended(Outcome::Failed(_) | Outcome::TimedOut),
            ) => {
                self.started = Some(entry.at);
                self.ended = None;
                Known::Starting(baseline.clone())
            }
            (Record::Starting { .. }, _) => return Err("is started a second time"),
            (Record::Started { .. }, Known::Starting(baseline)) => Known::Started(baseline),
            (Record::Started { .. }, _) => return Err("is recorded as started, but was never attempted"),
            (Record::NotStarted { .. }, Known::Starting(_)) => {
                self.started = None;
                Known::Nothing
            }
            (Record::NotStarted { .. }, _) => return Err("is recorded as not started, but was never attempted"),
            (Record::Unknown { .. } | Record::Stuck { .. }, known @ (Known::Starting(_) | Known::Started(_))) => known,
            (Record::Unknown { .. } | Record::Stuck { .. }, _) => {
                return Err("is recorded as unknown, but was never attempted");
            }
            (Record::Ended { end, problem, .. }, Known::Started(_)) => {
                self.ended = Some(entry.at);
                Known::Ended(match end {
                    End::Restored => Outcome::Restored,
                    End::Failed => Outcome::Failed(problem.clone()),
                    End::TimedOut => Outcome::TimedOut,
                })
            }
            (Record::Ended { .. }, _) => return Err("is recorded as ended, but was never started"),
            (Record::Begun { .. }, known) => known,
        };
        Ok(())
    }

    fn place(self, limits: Limits) -> PartitionRun {
        let stage = match self.known {
            Known::Ended(failed @ (Outcome::Failed(_) | Outcome::TimedOut)) if limits.retry_failed => {
                return PartitionRun { before: Some(failed), ..PartitionRun::new(Stage::Pending) };
            }
            Known::Nothing => Stage::Pending,
            Known::Starting(baseline) => Stage::doubt(baseline),
            Known::Started(baseline) => Stage::waiting(baseline, limits.stuck_after, Duration::ZERO),
            Known::Ended(outcome) => Stage::Over(outcome),
        };
        PartitionRun { started: self.started, ended: self.ended, ..PartitionRun::new(stage) }
    }
}
