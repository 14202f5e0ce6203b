//! The failure of a call, with details from the file or the cluster's lists.

use sf_backup_hyper::Error;
use sf_backup_proto::error::Cause;
use sf_backup_proto::{ErrorKind, OPERATIONS};

use super::Session;
use crate::output::failure::{Failure, REFUSES_EVERYBODY, Report};

impl Session<'_, '_> {
    /// The failure with details of a look-up: the names of similar policies, or that the service refuses all callers.
    pub(crate) async fn blame_with_names(&mut self, error: Error) -> Failure {
        let own = error.entity().and_then(|entity| entity.strip_prefix("policy ")).map(str::to_owned);
        match own.or_else(|| self.verified.policy()) {
            Some(policy) if error.kind() == ErrorKind::PolicyNotFound && self.verifies => {
                let lookup = self.lookup();
                let suggestion = self.patiently(lookup.policies_like(&policy)).await;
                let report = Report::of(&error);
                let report = match suggestion {
                    Some(suggestion) => report.hinted(suggestion),
                    None => report,
                };
                Failure::Reported { exit: Failure::exit_of(&error), report: Box::new(report) }
            }
            _ if error.kind() == ErrorKind::Forbidden && self.verifies && OPERATIONS.contains(&error.operation()) => {
                let lookup = self.lookup();
                if !self.patiently(lookup.backup_service_refuses_reads(&error)).await {
                    return self.blame(error);
                }
                let hint = format!(
                    "the backup service refuses all callers: it refuses reads, and the cluster accepts other queries with the same credentials; {REFUSES_EVERYBODY}"
                );
                let report = Report::of(&error).hinted(hint);
                Failure::Reported { exit: Failure::exit_of(&error), report: Box::new(report) }
            }
            _ => self.blame(error),
        }
    }

    /// The failure, with the file that caused it if there is one.
    pub(crate) fn blame(&self, error: Error) -> Failure {
        let message = match (error.cause(), &self.document) {
            (Cause::Build(problem), Some(document)) => document.blame(problem),
            _ => None,
        };
        Failure::Call { error: Box::new(error), message }
    }
}
