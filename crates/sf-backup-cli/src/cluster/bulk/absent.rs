//! Reads of what is not there: said as such, with what may have been meant.
//!
//! The cluster lists no services for an application that does not exist, and returns a configuration for a service that does
//! not exist if its application has a policy.

use sf_backup_hyper::ErrorKind;
use sf_backup_proto::Operation;

use super::{BatchResult, CallOutcome};
use crate::cluster::lookup::{Entity, Found};
use crate::cluster::session::Session;
use crate::output::failure::{Failure, Report};

/// Answers for an entity that need not be there, whatever they hold.
const TOLD_OF_NOTHING: &[&str] = &["GetServiceBackupConfigurationInfo"];

impl Session<'_, '_> {
    /// What to say instead of a result, if what was read is not in the cluster.
    pub(crate) async fn absence<O: Operation, T>(
        &mut self,
        call: &O,
        read: &Result<T, Failure>,
        is_nothing: impl Fn(&T) -> bool,
    ) -> Option<Failure> {
        let suspicious = match read {
            Ok(response) => is_nothing(response) || TOLD_OF_NOTHING.contains(&O::SPEC.name),
            Err(Failure::Call { error, .. }) => matches!(
                error.kind(),
                ErrorKind::EntityNotFound
                    | ErrorKind::BackupNotEnabled
                    | ErrorKind::NotFound
                    | ErrorKind::NotStateful
                    | ErrorKind::BackupServiceMissing
            ),
            Err(_) => false,
        };
        if !suspicious || !self.verifies() {
            return None;
        }
        let entity = Entity::of(call)?;
        let lookup = self.lookup();
        let Found::Absent(absent) = self.patiently(lookup.find(&entity)).await else { return None };
        let failure = Failure::from(absent);
        let exit = failure.exit();
        let absent = failure.report()?.by(O::SPEC.name);
        let report = match read {
            Err(Failure::Call { error, .. }) => Report::of(error).in_the_words_of(absent),
            _ => absent,
        };
        Some(Failure::Reported { exit, report: Box::new(report) })
    }

    /// The same for each of many.
    pub(super) async fn find_absent<O: Operation, T>(
        &mut self,
        calls: &[O],
        run: &mut BatchResult<T>,
        is_nothing: impl Fn(&T) -> bool,
    ) {
        for (call, outcome) in calls.iter().zip(&mut run.outcomes) {
            let read = match std::mem::replace(outcome, CallOutcome::NotSent) {
                CallOutcome::Done(response) => Ok(response),
                CallOutcome::Failed(failure) => Err(failure),
                other => {
                    *outcome = other;
                    continue;
                }
            };
            *outcome = match (Box::pin(self.absence(call, &read, &is_nothing)).await, read) {
                (Some(absent), _) => CallOutcome::Failed(absent),
                (None, Ok(response)) => CallOutcome::Done(response),
                (None, Err(failure)) => CallOutcome::Failed(failure),
            };
        }
    }
}
