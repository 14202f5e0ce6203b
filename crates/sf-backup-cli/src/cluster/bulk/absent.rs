//! Reads of entities that do not exist: reported as such, with similar names.
//!
//! The cluster lists no services for an application that does not exist, and returns a configuration for a service that does
//! not exist if its application has a policy.

use sf_backup_hyper::ErrorKind;
use sf_backup_proto::{Operation, OperationSpec};

use super::{BatchResult, CallOutcome};
use crate::cluster::calls::{AnyCall, name};
use crate::cluster::lookup::{Entity, Found};
use crate::cluster::session::Session;
use crate::output::failure::{Failure, Report};

/// Reads that succeed for an entity that does not exist.
const SUCCEED_FOR_ABSENT: &[&str] = &["GetServiceBackupConfigurationInfo"];

impl Session<'_, '_> {
    /// The error to print instead of a result, if the entity that was read does not exist.
    pub(crate) async fn absence<O: Operation, T>(
        &mut self,
        call: &O,
        read: &Result<T, Failure>,
        is_nothing: impl Fn(&T) -> bool,
    ) -> Option<Failure> {
        self.absent(const { &O::SPEC }, &name(call), read.as_ref().map(is_nothing)).await
    }

    /// As [`absence`], for a call of this operation about `name`; `is_nothing` is whether the response was empty.
    pub(super) async fn absent(
        &mut self,
        operation: &'static OperationSpec,
        name: &str,
        is_nothing: Result<bool, &Failure>,
    ) -> Option<Failure> {
        let suspicious = match is_nothing {
            Ok(is_nothing) => is_nothing || SUCCEED_FOR_ABSENT.contains(&operation.name),
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
        let entity = Entity::of(operation, name)?;
        let lookup = self.lookup();
        let Found::Absent(absent) = self.patiently(lookup.find(&entity)).await else { return None };
        let failure = Failure::from(absent);
        let exit = failure.exit();
        let absent = failure.report()?.by(operation.name);
        let report = match is_nothing {
            Err(Failure::Call { error, .. }) => Report::of(error).with_message_of(absent),
            _ => absent,
        };
        Some(Failure::Reported { exit, report: Box::new(report) })
    }

    /// As [`absent`], for each of several calls.
    pub(super) async fn find_absent<T>(
        &mut self,
        calls: &[AnyCall<T>],
        run: &mut BatchResult<T>,
        is_nothing: impl Fn(&T) -> bool,
    ) {
        for (call, outcome) in calls.iter().zip(&mut run.outcomes) {
            let is_nothing = match &outcome {
                CallOutcome::Done(response) => Ok(is_nothing(response)),
                CallOutcome::Failed(failure) => Err(failure),
                CallOutcome::UnderWay | CallOutcome::NotSent => continue,
            };
            if let Some(absent) = Box::pin(self.absent(call.spec(), &call.name(), is_nothing)).await {
                *outcome = CallOutcome::Failed(absent);
            }
        }
    }
}
