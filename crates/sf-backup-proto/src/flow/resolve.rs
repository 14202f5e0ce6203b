//! Verifies a change whose response was lost: by reading, never by sending it again.

use http::{Request, Response};

use crate::cluster::Target;
use crate::error::{Error, ErrorKind};
use crate::flow::progress::{self, HasPhase};
use crate::flow::reading::Reading;
use crate::model::configuration::BackupConfigurationInfo;
use crate::model::page::Page;
use crate::name::ContinuationToken;
use crate::operation::{ExpectedState, Operation, Paged};
use crate::operations::{
    GetApplicationBackupConfigurationInfo, GetBackupPolicyByName, GetPartitionBackupConfigurationInfo,
    GetPartitionBackupProgress, GetPartitionRestoreProgress, GetServiceBackupConfigurationInfo,
};
use crate::wire::body::Body;

mod same;

/// What a reading shows about the expected state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The state is reached.
    Done,
    /// The state is not reached yet.
    NotYet,
    /// The reading does not show it.
    Unobservable,
}

impl ExpectedState {
    /// Whether the state must be read before the change is sent, so that later reads can be compared with it.
    pub(super) fn needs_baseline(&self) -> bool {
        matches!(self, Self::BackedUp(_) | Self::Restored(_))
    }

    /// The read that shows the state, for a list the page that starts at `page`; `None` if no read shows it.
    pub(super) fn request(
        &self,
        target: &Target,
        page: Option<&ContinuationToken>,
    ) -> Option<Result<Request<Body>, Error>> {
        Some(match self.clone() {
            Self::Stored(_, name) => GetBackupPolicyByName::new(name?).to_request(target),
            Self::Deleted(policy) => GetBackupPolicyByName::new(policy).to_request(target),
            Self::DisabledApplication(id) => {
                at(GetApplicationBackupConfigurationInfo::new(id), page).to_request(target)
            }
            Self::DisabledService(id) => at(GetServiceBackupConfigurationInfo::new(id), page).to_request(target),
            Self::DisabledPartition(id) => GetPartitionBackupConfigurationInfo::new(id).to_request(target),
            Self::BackedUp(id) => GetPartitionBackupProgress::new(id).to_request(target),
            Self::Restored(id) => GetPartitionRestoreProgress::new(id).to_request(target),
            Self::Unobservable => return None,
        })
    }

    /// Reads the response to [`Self::request`].
    pub(super) fn read(&self, response: &Response<bytes::Bytes>) -> Result<Reading, Error> {
        match self.clone() {
            Self::Stored(_, Some(policy)) | Self::Deleted(policy) => {
                let policy = absent(GetBackupPolicyByName::new(policy).parse(response), ErrorKind::PolicyNotFound)?;
                Ok(Reading::Policy(policy.map(Box::new)))
            }
            Self::Stored(_, None) | Self::Unobservable => Ok(Reading::Policy(None)),
            Self::DisabledApplication(id) => {
                page_enabled(GetApplicationBackupConfigurationInfo::new(id.clone()).parse(response), &id.to_string())
            }
            Self::DisabledService(id) => {
                page_enabled(GetServiceBackupConfigurationInfo::new(id.clone()).parse(response), &id.to_string())
            }
            Self::DisabledPartition(id) => {
                let response = GetPartitionBackupConfigurationInfo::new(id).parse(response);
                let info = absent(response, ErrorKind::BackupNotEnabled)?.flatten();
                Ok(Reading::Enabled(info.as_ref().is_some_and(has_its_own)))
            }
            Self::BackedUp(id) => GetPartitionBackupProgress::new(id).parse(response).map(Reading::Backup),
            Self::Restored(id) => GetPartitionRestoreProgress::new(id).parse(response).map(Reading::Restore),
        }
    }

    /// Compares `reading` with the expected state, given the reading from before the change.
    pub(super) fn verdict(&self, baseline: Option<&Reading>, reading: &Reading) -> Verdict {
        match (self, reading) {
            (Self::Stored(ours, _), Reading::Policy(Some(theirs))) if same::policies(ours, theirs) => Verdict::Done,
            // Another client's policy of that name, or ours that was updated since or changed by the server.
            (Self::Stored(..), Reading::Policy(Some(_))) => Verdict::Unobservable,
            (Self::Deleted(_), Reading::Policy(None)) => Verdict::Done,
            (Self::Stored(..) | Self::Deleted(_), Reading::Policy(_)) => Verdict::NotYet,
            (_, Reading::Enabled(true)) => Verdict::NotYet,
            (_, Reading::Enabled(false)) => Verdict::Done,
            (_, reading) => match (baseline, reading) {
                (Some(Reading::Backup(before)), Reading::Backup(now)) => new_run_started(before, now),
                (Some(Reading::Restore(before)), Reading::Restore(now)) => new_run_started(before, now),
                _ => Verdict::Unobservable,
            },
        }
    }
}

fn at<O: Paged>(mut list: O, page: Option<&ContinuationToken>) -> O {
    list.set_continuation_token(page.cloned());
    list
}

fn new_run_started<P: HasPhase>(before: &Option<P>, now: &Option<P>) -> Verdict {
    match progress::new_run_started(before.as_ref(), now.as_ref()) {
        Some(true) => Verdict::Done,
        Some(false) => Verdict::NotYet,
        None => Verdict::Unobservable,
    }
}

fn absent<R>(result: Result<R, Error>, kind: ErrorKind) -> Result<Option<R>, Error> {
    match result {
        Ok(response) => Ok(Some(response)),
        Err(error) if error.kind() == kind => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether an application or a service has a policy of its own. The server selects items by the beginning of their
/// names, so that the list of `fabric:/App1` includes those of `fabric:/App10`.
fn page_enabled(result: Result<Page<BackupConfigurationInfo>, Error>, name: &str) -> Result<Reading, Error> {
    let is_ours = |info: &BackupConfigurationInfo| {
        let theirs = match info {
            BackupConfigurationInfo::Application(info) => info.application_name.as_ref(),
            BackupConfigurationInfo::Service(info) => info.service_name.as_ref(),
            _ => return false,
        };
        theirs.is_none_or(|theirs| theirs.replace('~', "/") == name)
    };
    let Some(page) = absent(result, ErrorKind::BackupNotEnabled)? else { return Ok(Reading::Enabled(false)) };
    let enabled = page.items.iter().any(|info| is_ours(info) && has_its_own(info));
    Ok(match page.continuation_token {
        Some(token) if !enabled => Reading::Continues(token),
        _ => Reading::Enabled(enabled),
    })
}

/// Whether the effective policy is enabled directly on the entity. Levels and kinds of entities have the same names.
fn has_its_own(info: &BackupConfigurationInfo) -> bool {
    info.policy_inherited_from().is_some_and(|level| level.as_str() == info.kind())
}
