//! The steps before a request is sent: checks, dry run, log and confirmation.

use http::Request;
use sf_backup_proto::{ApiVersion, Body, Operation, OperationSpec, Target};

use super::Session;
use crate::cluster::calls::Calls;
use crate::cluster::confirm::confirm;
use crate::cluster::dry_run::RequestPreviews;
use crate::cluster::input::Document;
use crate::cluster::policy_gate;
use crate::output::failure::Failure;
use crate::output::lists::OUTCOME_COLUMNS;

impl Session<'_, '_> {
    /// Like [`begin_all`](Self::begin_all), for one request.
    pub(crate) fn begin<O: Operation>(&mut self, call: &O, verb: &str, loss: Option<String>) -> Result<bool, Failure> {
        self.begin_all(&Calls::from(call.clone()), verb, loss)
    }

    /// Checks the requests, and prints them in a dry run; otherwise confirms what `verb` loses, if it loses something.
    /// Returns whether to continue.
    pub(crate) fn begin_all<O: Operation>(
        &mut self,
        calls: &Calls<O>,
        verb: &str,
        loss: Option<String>,
    ) -> Result<bool, Failure> {
        let requests = calls.all().iter().map(|call| call.to_request(&self.target)).collect();
        let in_preview = calls.all().first().and_then(|call| call.to_request(&preview(&self.target)).ok());
        self.begin_requests(const { &O::SPEC }, requests, in_preview, calls.are_several(), verb, loss)
    }

    /// Opens the log, if there is one. A command that may change something calls this before any prompt; for a call
    /// that is printed or changes something, [`begin_all`](Self::begin_all) does.
    pub(crate) fn open_log(&self) -> Result<(), Failure> {
        match self.client.log().filter(|_| !self.dry_run) {
            Some(log) => log.open().map_err(|error| Failure::usage(format!("{error}; nothing was sent"))),
            None => Ok(()),
        }
    }

    /// Like [`begin_all`](Self::begin_all). `in_preview` is the first request in the other api-version.
    fn begin_requests(
        &mut self,
        operation: &OperationSpec,
        requests: Result<Vec<Request<Body>>, sf_backup_proto::Error>,
        in_preview: Option<Request<Body>>,
        are_several: bool,
        verb: &str,
        loss: Option<String>,
    ) -> Result<bool, Failure> {
        if operation.changes() {
            // After the change, it is too late to reject a column.
            self.terminal.check_sort(OUTCOME_COLUMNS)?;
        }
        let requests = requests.map_err(|error| self.blame(error.map_transport(|never| match never {})))?;
        if operation.changes() {
            self.open_log()?;
        }
        self.document.iter().try_for_each(Document::refusal)?;
        if self.dry_run {
            let mut previews = RequestPreviews::new(self.terminal.options.format, self.curl.as_ref(), are_several);
            for request in &requests {
                self.terminal.result(&previews.add(request)?)?;
            }
            self.terminal.result(&previews.end()?)?;
            self.print_document_notes();
            // Queries of the inventory have their own version, which every cluster accepts.
            let depends_on_version =
                requests.first().zip(in_preview).is_some_and(|(now, then)| now.uri() != then.uri());
            if !self.pinned && depends_on_version {
                self.terminal.note("(falls back to api-version 6.2-preview if 6.4 is refused)");
            }
            return Ok(false);
        }
        self.print_document_notes();
        confirm(self.terminal, verb, loss).map(|()| true)
    }

    fn print_document_notes(&mut self) {
        if let Some(document) = &self.document {
            document.notes().iter().for_each(|note| self.terminal.note(note));
            document.warnings().for_each(|warning| self.terminal.warn(warning));
        }
    }

    /// Reads the cluster's release, if the findings about a policy depend on it.
    pub(crate) async fn settle_runtime(&mut self) {
        // Not needed if the policy is refused for any release.
        let needs_runtime = |document: &Document| document.wants_runtime() && document.refusal().is_ok();
        if self.dry_run || !self.document.as_ref().is_some_and(needs_runtime) {
            return;
        }
        let client = self.client.clone();
        let runtime = self.patiently(policy_gate::runtime(&client)).await;
        if let (Some(document), Some(runtime)) = (&mut self.document, runtime) {
            document.set_runtime(runtime);
        }
    }

    /// Checks a request that is sent later.
    pub(crate) fn check<O: Operation>(&self, call: &O) -> Result<(), Failure> {
        let request = call.to_request(&self.target);
        request.map(|_| ()).map_err(|error| self.blame(error.map_transport(|never| match never {})))
    }
}

/// The target of a dry run for a cluster that only accepts the preview.
fn preview(target: &Target) -> Target {
    target.clone().api_version(ApiVersion::V6_2_PREVIEW)
}
